import Calibration
import Compression
import CompressionPolicies
import Foundation
import Interchange
import Networks
import Tensors
import Testing
import Units

@testable import Espalier

/// Calibration by a policy's file.
@Suite struct CalibrationPolicyTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("espalier-calibration-\(UUID().uuidString)")
  private var model: URL { folder.appendingPathComponent("tiny.onnx") }

  private func write(_ change: (inout CompressionPolicy) -> Void) throws -> CalibrationRequest {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var generator = SeededGenerator(seed: 1)
    let graph = try ModelBuilder.named("resnet8").graph(
      ModelParameters(widthMultiplier: 0.25), using: &generator)
    try ONNXFile.write(graph, to: model)
    let file = try ModelFile(model)
    let cost = try NetworkCost(file.graph)
    let figures = NetworkFigures(
      macs: OperationCount(cost.macs), parameters: cost.parameters,
      weightBytes: ByteCount(cost.weightBytes),
      peakActivationBytes: ByteCount(cost.peakActivationBytes))
    var policy = CompressionPolicy(
      environment: "tiny", model: CompressionPolicy.Model(file: file.name, sha256: file.sha256),
      search: CompressionPolicy.Search(agent: "uniform", seed: 1, episodes: 1), original: figures,
      compressed: figures,
      layers: try file.graph.quantizableLayers().enumerated().map { position, layer in
        var own = LayerPolicy(name: layer.name, operator: layer.operatorType)
        own.weightBits = BitWidth(position % 3 + 2)
        own.activationBits = BitWidth(8)
        own.quantizer = "linear"
        return own
      })
    change(&policy)
    let url = folder.appendingPathComponent("policy.json")
    try policy.fileText().write(to: url, atomically: true, encoding: .utf8)
    var settings = CalibrationSettings(iterations: 3)
    settings.rounding.batch = 8
    var request = CalibrationRequest(
      model: model, data: "glyphs:,limit=30", bits: .policy(url), settings: settings,
      output: folder.appendingPathComponent("q.onnx"))
    request.images = 20
    return request
  }

  @Test func eachLayerHasThePolicysBits() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let report = try ModelCalibration.run(write { _ in })
    #expect(
      report.layers.map(\.weightBits) == report.layers.indices.map { $0 % 3 + 2 })
    #expect(report.layers.allSatisfy { $0.activationBits == 8 })
  }

  @Test func aPolicyForAnotherModelIsRefused() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let request = try write { $0.model.sha256 = String(repeating: "a", count: 64) }
    #expect(throws: EspalierError.self) { try ModelCalibration.run(request) }
    #expect(!FileManager.default.fileExists(atPath: request.output.path))
  }

  @Test func aLayerThatIsNotThereIsNamed() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let request = try write { $0.layers[2].name = "elsewhere" }
    do {
      _ = try ModelCalibration.run(request)
      Issue.record("accepted")
    } catch {
      #expect("\(error)".contains("'elsewhere'"))
    }
  }
}
