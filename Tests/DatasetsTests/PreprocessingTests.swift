import Foundation
import Tensors
import Testing

@testable import Datasets

@Suite struct PreprocessingTests {
  /// What two pixels of one byte each, in every channel, become.
  func outcome(_ preprocessing: Preprocessing, bytes: [UInt8], shape: Shape) throws -> [Float] {
    let images = try LabelledImages(
      name: "x", shape: shape, storage: .bytes(bytes), labels: [0], classCount: 1)
    return try written(images, preprocessing)
  }

  func written(_ images: LabelledImages, _ preprocessing: Preprocessing) throws -> [Float] {
    var numbers = [Float](repeating: .nan, count: images.shape.count)
    try numbers.withUnsafeMutableBufferPointer {
      try images.pixels(of: [0], into: $0, normalization: preprocessing)
    }
    return numbers
  }

  @Test func namedOnesFollowTheirEquations() throws {
    let bytes: [UInt8] = [0, 51, 255, 102, 128, 7]
    #expect(try outcome(.raw, bytes: bytes, shape: [3, 1, 2]) == [0, 51, 255, 102, 128, 7])
    #expect(
      try outcome(.signedUnit, bytes: bytes, shape: [3, 1, 2])
        == bytes.map { Float($0) / 127.5 - 1 })
    let mean: [Float] = [0.485, 0.456, 0.406]
    let std: [Float] = [0.229, 0.224, 0.225]
    let expected = bytes.enumerated().map { (Float($1) / 255 - mean[$0 / 2]) / std[$0 / 2] }
    #expect(try outcome(.imagenet, bytes: bytes, shape: [3, 1, 2]) == expected)
  }

  @Test func ownMeanAndDeviationArePerChannel() throws {
    let own = try Preprocessing.meanAndDeviation(mean: [0.2, 0.5], std: [0.25, 2])
    let expected: [Float] = [(1 - 0.2) / 0.25, (0 - 0.5) / 2]
    #expect(try outcome(own, bytes: [255, 0], shape: [2, 1, 1]) == expected)
  }

  @Test func floatsUnderRawStayAsTheyAre() throws {
    let floats: [Float] = [-123.5, 25.25, .leastNonzeroMagnitude]
    let images = try LabelledImages(
      name: "x", shape: [3], storage: .floats(floats), labels: [0], classCount: 1)
    #expect(try written(images, .raw) == floats)
    #expect(try written(images, .signedUnit) == floats.map { $0 / 127.5 - 1 })
  }

  @Test func anotherNumberOfChannelsIsRefused() {
    #expect(
      sentence { _ = try outcome(.imagenet, bytes: [1, 2], shape: [1, 1, 2]) }
        == "the preprocessing has 3 channels and the images of x have 1")
  }

  @Test func optionsParse() throws {
    #expect(try Preprocessing.parse(name: nil, mean: nil, std: nil) == nil)
    #expect(try Preprocessing.parse(name: "signed-unit", mean: nil, std: nil) == .signedUnit)
    #expect(
      try Preprocessing.parse(name: nil, mean: "0.5, 0.25", std: "1,2")
        == .meanAndDeviation(mean: [0.5, 0.25], std: [1, 2]))
  }

  @Test(
    arguments: [
      (
        "signed", nil, nil,
        "there is no preprocessing signed; the names are imagenet, signed-unit, raw"
      ),
      ("rew", nil, nil, "there is no preprocessing rew; did you mean raw?"),
      ("raw", "0", nil, "preprocessing excludes mean and std; give one or the other"),
      (nil, "0", nil, "mean is given without std; both are needed"),
      (nil, nil, "1", "std is given without mean; both are needed"),
      (nil, "0,1", "1", "mean has 2 numbers and std 1; one each per channel expected"),
      (nil, "0,", "1,1", "mean is 0,; numbers with commas between them expected"),
      (nil, "0", "x", "std is x; numbers with commas between them expected"),
      (nil, "0", "0", "std holds 0.0; positive numbers expected"),
      (nil, "inf", "1", "mean holds inf; finite numbers expected"),
      (nil, "0", "nan", "std holds nan; positive numbers expected"),
    ] as [(String?, String?, String?, String)])
  func mistakesAreNamed(name: String?, mean: String?, std: String?, expected: String) {
    #expect(
      sentence { _ = try Preprocessing.parse(name: name, mean: mean, std: std) } == expected)
  }

  @Test func descriptionsSayWhatTheOptionsTake() throws {
    let own = try Preprocessing.meanAndDeviation(mean: [0.5, 0], std: [0.25, 1])
    #expect("\(Preprocessing.signedUnit)" == "signed-unit")
    #expect("\(own)" == "mean 0.5,0.0 and std 0.25,1.0")
  }
}
