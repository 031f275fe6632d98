import Compression
import CompressionPolicies
import Datasets
import Foundation
import Interchange
import Testing
import Units

@testable import Espalier

@Suite(.serialized) struct BitApplicationTests {
  private static let linear = searched { try TinyBits() }
  private static let shared = searched {
    try TinyBits(#""quantizer": "kmeans""#, budget: #""weightBytes": "uniform:3""#)
  }
  private static let statistics = searched {
    try TinyBits(
      #""quantizer": "kmeans", "normalization": "reestimate", "weightBits": [2, 3, 4]"#,
      budget: #""weightBytes": "uniform:3""#)
  }
  private static let rough = searched {
    try TinyBits(
      #""granularity": "tensor", "activationClip": "kullbackLeibler", "normalization": "reestimate""#
    )
  }

  private static func searched(_ make: () throws -> TinyBits) -> Result<TinyBits, any Error> {
    Result {
      let tiny = try make()
      var request = tiny.request("run")
      request.episodes = 2
      _ = try SearchRun.run(request)
      return tiny
    }
  }

  private func apply(
    _ tiny: TinyBits, policy: URL? = nil, model: URL? = nil, data: String? = TinyBits.data,
    preprocessing: Preprocessing? = nil, threads: Int = 1
  ) throws -> PolicyApplication {
    try PolicyApplication(
      policy: policy ?? tiny.folder("run/policy.json"), model: model ?? tiny.folder("tiny.onnx"),
      data: data, preprocessing: preprocessing, threads: threads)
  }

  private func bytes(_ application: PolicyApplication, _ tiny: TinyBits) throws -> Data {
    let url = tiny.folder("applied.onnx")
    try ONNXFile.write(application.graph, to: url)
    return try Data(contentsOf: url)
  }

  @Test(arguments: [1, 2])
  func withTheDataTheNetworkIsTheSameBitForBit(_ threads: Int) throws {
    for result in [Self.linear, Self.shared, Self.statistics, Self.rough] {
      let tiny = try result.get()
      let applied = try apply(tiny, threads: threads)
      #expect(!applied.lacksFineTuning)
      #expect(try bytes(applied, tiny) == tiny.bytes("run", "compressed.onnx"))
    }
  }

  @Test func sharedWeightsAloneNeedNoData() throws {
    let tiny = try Self.shared.get()
    let applied = try apply(tiny, data: nil)
    #expect(!applied.asksForReconstruction)
    #expect(try bytes(applied, tiny) == tiny.bytes("run", "compressed.onnx"))
  }

  @Test func rangesAndStatisticsNeedTheData() throws {
    for result in [Self.linear, Self.statistics, Self.rough] {
      let tiny = try result.get()
      let error = #expect(throws: EspalierError.self) { try apply(tiny, data: nil) }
      #expect("\(try #require(error))".hasPrefix("--data: expected the data of the search"))
    }
  }

  @Test func otherImagesAndOtherPixelsAreRefused() throws {
    let tiny = try Self.linear.get()
    let other = #expect(throws: EspalierError.self) { try apply(tiny, data: "glyphs:,limit=50") }
    #expect("\(try #require(other))".hasPrefix("--data: expected the images of the search"))
    let pixels = #expect(throws: EspalierError.self) { try apply(tiny, preprocessing: .raw) }
    #expect("\(try #require(pixels))".hasPrefix("--preprocessing: expected the policy's"))
  }

  @Test func anotherModelIsRefused() throws {
    let tiny = try Self.linear.get()
    try TinySearch.network(seed: 9, to: tiny.folder("other.onnx"))
    let error = #expect(throws: EspalierError.self) {
      try apply(tiny, model: tiny.folder("other.onnx"))
    }
    #expect("\(try #require(error))".hasPrefix("the policy is for another model"))
  }

  /// Applies the policy after a change.
  private func refusal(
    of result: Result<TinyBits, any Error> = linear, _ change: (inout CompressionPolicy) -> Void
  ) throws -> String {
    let tiny = try result.get()
    var policy = try CompressionPolicy(file: tiny.bytes("run", "policy.json"))
    change(&policy)
    let url = try tiny.folder.write("changed.json", policy.fileText())
    do {
      _ = try apply(tiny, policy: url)
      return "applied"
    } catch {
      return "\(error)"
    }
  }

  @Test func whatDoesNotFitIsNamedWithItsLayer() throws {
    let second = try CompressionPolicy(file: Self.linear.get().bytes("run", "policy.json")).layers[
      1]
    #expect(try refusal { _ in } == "applied")
    #expect(
      try refusal { $0.layers[1].name = "elsewhere" }.contains(
        "'elsewhere': expected a layer of that name with constant weights, found none"))
    #expect(
      try refusal { $0.layers[1].operator = "Gemm" }.contains(
        "'\(second.name)': expected Gemm, found Conv"))
    for bits in [9, 16, 31] {
      #expect(
        try refusal { $0.layers[1].weightBits = BitWidth(bits) }
          == "bits of weights of layer '\(second.name)': expected 1 to 8, or 32 for untouched, found \(bits)"
      )
      #expect(
        try refusal { $0.layers[1].activationBits = BitWidth(bits) }.hasPrefix(
          "bits of activations of layer '\(second.name)'"))
    }
    #expect(
      try refusal { $0.layers[1].quantizer = "vector" }
        == "quantizer of '\(second.name)': expected linear, kmeans, found 'vector'")
    #expect(
      try refusal { $0.quantization?.weightClip = "mse" }.hasPrefix("quantization.weightClip"))
    #expect(try refusal { $0.quantization?.granularity = "row" }.hasPrefix("quantization.gran"))
    #expect(try refusal { $0.quantization = nil }.hasPrefix("quantization: expected how"))
    #expect(
      try refusal { $0.layers[1].keepInputs([0], of: 4) }.contains("decisions about bits alone"))
    #expect(try refusal { $0.quantization?.calibration.seed = 8 }.hasPrefix("--data"))
    #expect(
      try refusal {
        $0.compressed.macs = OperationCount($0.compressed.macs.macs + 1)
      }.contains("MACs in all"))
  }

  @Test func otherBitsGiveAnotherNetwork() throws {
    let tiny = try Self.linear.get()
    var policy = try CompressionPolicy(file: tiny.bytes("run", "policy.json"))
    policy.layers[1].weightBits = BitWidth(policy.layers[1].weightBits?.value == 2 ? 3 : 2)
    let url = try tiny.folder.write("other.json", policy.fileText())
    let applied = try apply(tiny, policy: url)
    #expect(try bytes(applied, tiny) != tiny.bytes("run", "compressed.onnx"))
  }

  @Test func sharedValuesFollowThePolicysSeed() throws {
    let tiny = try Self.shared.get()
    var policy = try CompressionPolicy(file: tiny.bytes("run", "policy.json"))
    policy.search.seed = 77
    let url = try tiny.folder.write("seed.json", policy.fileText())
    let applied = try apply(tiny, policy: url, data: nil)
    #expect(try bytes(applied, tiny) != tiny.bytes("run", "compressed.onnx"))
  }
}
