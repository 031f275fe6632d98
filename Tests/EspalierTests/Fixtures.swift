import Compression
import CompressionPolicies
import Foundation
import Interchange
import Networks
import Tensors

@testable import Espalier

/// A folder of a test's own, removed with the object, at the latest with the process.
final class TemporaryFolder: Sendable {
  let url: URL

  private static let root: URL = {
    atexit { try? FileManager.default.removeItem(at: TemporaryFolder.root) }
    return FileManager.default.temporaryDirectory
      .appendingPathComponent("espalier-tests-\(ProcessInfo.processInfo.processIdentifier)")
  }()

  init() throws {
    url = Self.root.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func callAsFunction(_ name: String) -> URL { url.appendingPathComponent(name) }

  /// Writes a text file and gives its place.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> URL {
    let url = self(name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: url, atomically: true, encoding: .utf8)
    return url
  }
}

/// A search small enough for a test: a residual network of 4, 8 and 16 channels on a few glyphs.
struct TinySearch: Sendable {
  static let data = "glyphs:,limit=60"
  let folder: TemporaryFolder

  init(
    pruning: String = "\"positionsPerImage\": 6", widths: String = "inner", more: String = ""
  ) throws {
    folder = try TemporaryFolder()
    try Self.network(seed: 1, to: folder("tiny.onnx"))
    try folder.write("tiny/environment.json", Self.definition(pruning, widths, more))
  }

  /// Writes a small residual network.
  static func network(seed: UInt64, to url: URL) throws {
    var generator = SeededGenerator(seed: seed)
    let graph = try ModelBuilder.named("resnet8").graph(
      ModelParameters(widthMultiplier: 0.25), using: &generator)
    try ONNXFile.write(graph, to: url)
  }

  private static func definition(
    _ pruning: String, _ widths: String, _ more: String
  ) -> String {
    """
    { "name": "tiny", "model": "../tiny.onnx", "data": "\(data)", "preprocessing": "imagenet",
      "budget": { "macs": 0.6 }, "episodes": 5, "validationImages": 30, "calibrationImages": 25,
      "screeningImages": 12, "batch": 4, "widths": "\(widths)", "baselines": ["uniform"], "pruning": { \(pruning) },
      "agent": { "hiddenLayers": [8, 8], "warmupEpisodes": 2, "batchSize": 4 }\(more) }
    """
  }

  func request(_ output: String) -> SearchRequest {
    var request = SearchRequest(environment: folder("tiny").path)
    request.output = folder(output)
    request.threads = 1
    return request
  }

  func bytes(_ output: String, _ file: String) throws -> Data {
    try Data(contentsOf: folder(output).appendingPathComponent(file))
  }

  func lines(_ output: String, _ file: String = "episodes.jsonl") throws -> [Substring] {
    String(decoding: try bytes(output, file), as: UTF8.self).split(separator: "\n")
  }
}
