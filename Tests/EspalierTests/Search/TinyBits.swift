import Foundation

@testable import Espalier

/// A search for bits small enough for a test, on the network of `TinySearch`.
struct TinyBits: Sendable {
  static let data = TinySearch.data
  let folder: TemporaryFolder

  init(
    _ quantization: String = "", kind: String = "haq",
    budget: String = #""bitOps": "uniform:4""#, more: String = ""
  ) throws {
    folder = try TemporaryFolder()
    try TinySearch.network(seed: 1, to: folder("tiny.onnx"))
    try folder.write(
      "tiny/environment.json",
      """
      { "name": "tiny", "kind": "\(kind)", "model": "../tiny.onnx", "data": "\(Self.data)",
        "preprocessing": "imagenet", "budget": { \(budget) }, "episodes": 4,
        "validationImages": 30, "calibrationImages": 25, "screeningImages": 12, "batch": 4,
        "baselines": ["uniform"],
        "quantization": { "sensitivityImages": 8\(quantization.isEmpty ? "" : ", " + quantization) },
        "agent": { "hiddenLayers": [8, 8], "warmupEpisodes": 2, "batchSize": 4,
          "warmupExploration": "suggestion" }\(more) }
      """)
  }

  func request(_ output: String, threads: Int = 1) -> SearchRequest {
    var request = SearchRequest(environment: folder("tiny").path)
    request.output = folder(output)
    request.threads = threads
    return request
  }

  func bytes(_ output: String, _ file: String) throws -> Data {
    try Data(contentsOf: folder(output).appendingPathComponent(file))
  }

  func lines(_ output: String) throws -> [Substring] {
    String(decoding: try bytes(output, "episodes.jsonl"), as: UTF8.self).split(separator: "\n")
  }
}
