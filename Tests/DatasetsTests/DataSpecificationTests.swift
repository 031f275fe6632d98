import Foundation
import Testing

@testable import Datasets

@Suite struct DataSpecificationTests {
  @Test func everyFieldIsUnderstood() throws {
    #expect(
      try DataSpecification("cifar10:/data/c10,split=test,limit=500")
        == DataSpecification(scheme: .cifar10, path: "/data/c10", split: .test, limit: 500))
    #expect(try DataSpecification("npy:a") == DataSpecification(scheme: .npy, path: "a"))
    #expect(try DataSpecification("glyphs:") == DataSpecification(scheme: .glyphs))
    #expect(
      try DataSpecification("glyphs:,seed=9,split=validation,limit=3")
        == DataSpecification(scheme: .glyphs, split: .validation, limit: 3, seed: 9))
  }

  @Test func descriptionsParseToTheSame() throws {
    for text in ["idx:/d/fm,split=train,limit=7", "glyphs:,split=test,seed=4", "npy:x y"] {
      let specification = try DataSpecification(text)
      #expect(specification.description == text)
      #expect(try DataSpecification(specification.description) == specification)
    }
    #expect(
      try DataSpecification("idx:/d/fm,split=train").nameWithoutPath == "idx:fm,split=train")
  }

  @Test(arguments: [
    (
      "cifar",
      "the data specification cifar has no scheme; write scheme:path with one of "
        + "cifar10, idx, npy, glyphs, images"
    ),
    ("cifar1:x", "there is no data scheme cifar1; did you mean cifar10?"),
    ("np:x", "there is no data scheme np; did you mean npy?"),
    ("nyp:x", "there is no data scheme nyp; did you mean npy?"),
    ("glyph:", "there is no data scheme glyph; did you mean glyphs?"),
    (
      "tensorflow:x",
      "there is no data scheme tensorflow; the schemes are cifar10, idx, npy, glyphs, images"
    ),
    (
      "images:x",
      "the data scheme images: is not built in yet; write the images to an npy: folder instead"
    ),
    ("idx:", "the data scheme idx: needs a folder after the colon"),
    ("idx:,limit=3", "the data scheme idx: needs a folder after the colon"),
    ("glyphs:x", "the data scheme glyphs: takes no folder, found x"),
    ("npy:x,test", "the data specification has the part test; field=value expected"),
    ("npy:x,", "the data specification has the part ; field=value expected"),
    ("npy:x,=3", "the data specification has the part =3; field=value expected"),
    ("npy:x,spit=test", "the data specification has the unknown field spit; did you mean split?"),
    (
      "npy:x,shuffle=1",
      "the data specification has the unknown field shuffle; the fields are split, modulo, limit, seed"
    ),
    ("npy:x,limit=3,limit=4", "the data specification has the field limit twice"),
    (
      "npy:x,limit=0",
      "the field limit of the data specification is 0; a positive number of images expected"
    ),
    (
      "npy:x,limit=1e3",
      "the field limit of the data specification is 1e3; a positive number of images expected"
    ),
    (
      "cifar10:x,split=validation",
      "the field split of the data specification is validation; train or test expected"
    ),
    (
      "glyphs:,split=val",
      "the field split of the data specification is val; train or validation or test expected"
    ),
    (
      "glyphs:,seed=-1",
      "the field seed of the data specification is -1; a number from 0 on expected"
    ),
    ("npy:x,seed=1", "the data scheme npy: has no field seed"),
  ]) func mistakesAreNamed(text: String, expected: String) {
    #expect(sentence { _ = try DataSpecification(text) } == expected)
  }

  @Test func absoluteMeansTheSameFromAnyFolder() throws {
    let here = FileManager.default.currentDirectoryPath
    #expect(
      try DataSpecification("npy:a/../b,limit=3").absolute.description == "npy:\(here)/b,limit=3")
    #expect(try DataSpecification("glyphs:,seed=4").absolute.description == "glyphs:,seed=4")
  }
}
