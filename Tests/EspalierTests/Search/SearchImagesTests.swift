import CompressionPolicies
import Datasets
import Foundation
import Interchange
import Tensors
import Testing

@testable import Espalier

/// Data that come in one piece, parted by an environment.
@Suite(.serialized) struct SearchImagesTests {
  private static let split =
    #", "split": {"calibration": "0of5", "validation": "1+2of5", "test": "3+4of5"}"#

  /// A folder of arrays with the first glyphs, and a search on it.
  private func folder() throws -> (tiny: TinySearch, data: String, images: LabelledImages) {
    let tiny = try TinySearch(more: Self.split)
    let images = try LabelledImages.load(
      try DataSpecification("glyphs:,limit=60"), defaultSplit: .train)
    guard case .bytes(let bytes) = images.storage else {
      throw DatasetError.empty(name: "bytes")
    }
    let pixels = try TypedArray(
      shape: Shape([60] + images.shape.extents), integers: bytes.map(Int.init), elementType: .uint8)
    let labels = try TypedArray(shape: [60], integers: images.labels, elementType: .int64)
    let url = tiny.folder("arrays")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    try NumPyFile.write(pixels, to: url.appendingPathComponent("images.npy"))
    try NumPyFile.write(labels, to: url.appendingPathComponent("labels.npy"))
    return (tiny, "npy:\(url.path)", images)
  }

  private func definition(_ tiny: TinySearch) throws -> EnvironmentDefinition {
    try EnvironmentCatalog(own: []).entry(tiny.folder("tiny").path).definition
  }

  @Test func everyPartHoldsItsImages() throws {
    let (tiny, data, all) = try folder()
    let images = try SearchImages(data, definition(tiny), streams: RandomStreams(seed: 1))
    #expect(images.calibration.labels == stride(from: 0, to: 60, by: 5).map { all.labels[$0] })
    #expect(images.validation.count == 24 && images.test?.count == 24)
    #expect(images.test?.labels.prefix(2) == [all.labels[3], all.labels[4]])
    #expect(images.fineTuning == nil)
  }

  @Test func aPolicyIsAppliedOnTheSamePart() throws {
    let (tiny, data, _) = try folder()
    var request = tiny.request("run")
    request.data = data
    request.episodes = 2
    let result = try SearchRun.run(request)
    #expect(
      result.policy.pruning?.calibration?.data == "npy:arrays,split=train,modulo=0of5,limit=25")
    #expect(result.policy.pruning?.calibration?.images == 12)
    #expect(result.agents[0].test != nil && result.agents[0].paired == nil)
    let paired = try #require(result.agents[1].paired)
    let difference = try #require(result.agents[0].test) - #require(result.agents[1].test)
    #expect(abs(Double(paired.firstOnly - paired.secondOnly) / 24 * 100 - difference) < 1e-9)
    let applied = try PolicyApplication(
      policy: result.run.policy, model: tiny.folder("tiny.onnx"), data: data, preprocessing: nil,
      threads: 1)
    #expect(
      try applied.graph.initializers == ONNXFile.read(result.run.compressed).graph.initializers)
  }

  @Test(arguments: [
    (#"{"calibration": "0of5", "validation": "0+1of5"}"#, "parts without a common image"),
    (#"{"calibration": "0of5"}"#, "validation"),
    (#"{"calibration": "0of5", "validation": "5of5"}"#, "remainders and a divisor"),
  ])
  func wrongPartsAreNamed(_ split: String, _ expected: String) throws {
    let tiny = try TinySearch(more: ", \"split\": \(split)")
    let error = #expect(throws: EspalierError.self) { try definition(tiny) }
    #expect("\(error.map { "\($0)" } ?? "")".contains(expected))
  }

  @Test func dataThatArePartedAlreadyAreRefused() throws {
    let (tiny, data, _) = try folder()
    #expect(throws: EspalierError.self) {
      try SearchImages(data + ",limit=30", definition(tiny), streams: RandomStreams(seed: 1))
    }
  }
}
