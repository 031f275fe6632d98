import Testing

@testable import Datasets

@Suite struct ResiduesTests {
  @Test func aTextReadsAsTheNumbersItMeans() throws {
    let part = try #require(Residues("4+3of5"))
    #expect(part.description == "3+4of5")
    #expect(part.numbers(below: 12) == [3, 4, 8, 9])
    #expect(try #require(Residues("0of1")).numbers(below: 3) == [0, 1, 2])
  }

  @Test(arguments: ["", "of5", "3of", "5of5", "-1of5", "3+3of5", "3,4of5", "3 of5", "0of0", "3/5"])
  func otherTextsDoNot(_ text: String) {
    #expect(Residues(text) == nil)
  }

  @Test func partsOverlapWhenAnImageIsInBoth() throws {
    for (a, b) in [("0of5", "1+2of5"), ("0of2", "1of4"), ("1of6", "0+2of4"), ("0+1of3", "2of6")] {
      let (first, second) = try (#require(Residues(a)), #require(Residues(b)))
      let common = Set(first.numbers(below: 60)).intersection(second.numbers(below: 60))
      #expect(first.overlaps(second) == !common.isEmpty, "\(a) and \(b)")
      #expect(second.overlaps(first) == !common.isEmpty, "\(b) and \(a)")
    }
  }

  @Test func aSpecificationTakesSomeOfEverySoMany() throws {
    let all = try LabelledImages.load(
      try DataSpecification("glyphs:,split=test,limit=20"), defaultSplit: .test)
    let part = try LabelledImages.load(
      try DataSpecification("glyphs:,split=test,modulo=1+3of4"), defaultSplit: .test)
    #expect(part.name == "glyphs:,split=test,modulo=1+3of4")
    let some = try LabelledImages.load(
      try DataSpecification("glyphs:,split=test,modulo=1+3of4,limit=5"), defaultSplit: .test)
    let expected = try all.subset([1, 3, 5, 7, 9])
    #expect(some.labels == expected.labels && some.storage == expected.storage)
    #expect(Array(part.labels.prefix(5)) == expected.labels)
  }

  @Test func aWrongPartIsNamed() {
    #expect(
      throws: DatasetError.specification(
        .badValue(field: "modulo", value: "5of5", expected: Residues.expected))
    ) { try DataSpecification("npy:x,modulo=5of5") }
  }
}
