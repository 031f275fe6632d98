import Tensors
import Testing

@testable import Datasets

@Suite struct LabelledImagesTests {
  @Test func subsetsKeepTheOrderAsked() throws {
    let images = try countingImages(count: 7)
    let subset = try images.subset([5, 0, 5])
    #expect(subset.labels == [2, 0, 2])
    guard case .bytes(let bytes) = subset.storage else { return }
    #expect(bytes[..<30].elementsEqual(bytes[60...]))
    #expect(bytes[0] == UInt8(truncatingIfNeeded: 5 * 30 * 7))
    #expect(bytes[30] == 0)
    #expect(try images.prefix(4).labels == [0, 1, 2, 0])
    #expect(try images.prefix(40).count == 7)
    #expect(sentence { _ = try images.subset([7]) } == "counting has no image 7: it holds 7")
    #expect(sentence { _ = try images.prefix(0) } == "counting holds no images")
  }

  @Test func whatDoesNotFitIsRefused() {
    #expect(
      sentence {
        _ = try LabelledImages(
          name: "x", shape: [2, 2], storage: .bytes([1, 2, 3]), labels: [0], classCount: 1)
      } == "x needs 4 numbers for its images, found 3")
    #expect(
      sentence {
        _ = try LabelledImages(
          name: "x", shape: [1], storage: .floats([1, 2]), labels: [0, 3], classCount: 3)
      } == "x has the label 3 in record 1; 0 to 2 expected")
    #expect(
      sentence {
        let images = try countingImages(count: 2)
        var buffer = [Float](repeating: 0, count: 59)
        try buffer.withUnsafeMutableBufferPointer {
          try images.pixels(of: [0, 1], into: $0, normalization: .raw)
        }
      } == "a buffer of 60 numbers is needed, found 59")
  }
}
