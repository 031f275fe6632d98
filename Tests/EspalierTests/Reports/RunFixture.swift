import CompressionPolicies
import Foundation

@testable import Espalier

/// A run directory of a few lines, written by hand: what a search leaves, without its networks.
enum RunFixture {
  static let environment = """
    { "agent": { "hiddenLayers": [8, 8] }, "baselines": ["uniform"], "budget": { "macs": "0.5" },
      "data": "glyphs:", "episodes": 4, "kind": "amc", "model": "/nowhere/tiny.onnx",
      "name": "tiny", "summary": "a few <glyphs> & more" }
    """

  private static let hash = String(repeating: "ab", count: 32)

  static let description = """
    { "agent": "ddpg", "model": { "file": "tiny.onnx", "sha256": "\(hash)" }, "seed": 7 }
    """

  static func episode(_ number: Int, reward: Double, macs: Int, meetsBudget: Bool = true) -> String
  {
    "{\"cost\":{\"macs\":\(macs),\"weightBytes\":\(macs / 10)},\"episode\":\(number),"
      + "\"executed\":[0.5,0.25],\"meetsBudget\":\(meetsBudget),\"requested\":[0.4,0.3],"
      + "\"reward\":\(reward),\"validation\":\(100 * reward),\"widths\":[4,8]}\n"
  }

  static let policy = """
    { "schemaVersion": 1, "environment": "tiny", "device": "toy",
      "model": { "file": "tiny.onnx", "sha256": "\(hash)" },
      "search": { "agent": "ddpg", "seed": 7, "episodes": 4, "reward": 0.75 },
      "original": { "macs": 4000000, "parameters": 1000, "weightBytes": 4000, "peakActivationBytes": 9000,
        "latencySeconds": 0.002, "validation": 90.5, "top1": 88.25 },
      "compressed": { "macs": 1900000, "parameters": 500, "weightBytes": 2000, "peakActivationBytes": 6000,
        "latencySeconds": 0.0011, "validation": 75, "top1": 73.5 },
      "pruning": { "criterion": "l1", "reconstruction": "none" },
      "layers": [
        { "name": "first", "operator": "Conv", "outputChannels": 8, "keptOutputChannels": 4,
          "keptOutputIndices": [0, 1, 2, 3], "weightBits": 8, "activationBits": 8, "quantizer": "linear" },
        { "name": "<script>alert(1)</script>", "operator": "Conv", "inputChannels": 8,
          "keptInputChannels": 4, "keepRatio": 0.5, "keptInputIndices": [0, 1, 2, 3],
          "weightBits": 4, "activationBits": 6, "quantizer": "linear" } ] }
    """

  static let summary = """
    [ { "agent": "ddpg", "evaluations": 4, "validation": 75, "test": 73.5, "reward": 0.75, "cost": {} },
      { "agent": "uniform", "evaluations": 1, "validation": 70, "test": 69, "reward": 0.7, "cost": {},
        "paired": { "ownOnly": 30, "otherOnly": 12, "pValue": 0.0079 } } ]
    """

  static let sensitivity = """
    { "decisions": [ { "name": "first", "operand": "weights", "losses": { "2": 0.5, "4": 0.125 } },
      { "name": "second", "operand": "activations", "losses": { "2": 0.25, "4": 0.0625 } } ] }
    """

  static let timings = """
    {"episode":0,"evaluationSeconds":0.5,"networkSeconds":0.25,"seconds":1}
    {"episode":1,"evaluationSeconds":0.5,"networkSeconds":0.25,"seconds":1}

    """

  /// Writes the whole run.
  static func write(_ name: String, in folder: TemporaryFolder, seed: Int = 7) throws -> URL {
    try folder.write("\(name)/environment.json", environment)
    try folder.write(
      "\(name)/run.json",
      description.replacingOccurrences(of: ": 7 }", with: ": \(seed) }"))
    let rewards = [0.5, 0.25, 0.75, 0.8]
    let lines = rewards.enumerated().map { number, reward in
      episode(
        number, reward: reward, macs: 1_700_000 + 100_000 * number, meetsBudget: number < 3)
    }
    try folder.write("\(name)/episodes.jsonl", lines.joined())
    try folder.write(
      "\(name)/episodes-uniform.jsonl", episode(0, reward: 0.7, macs: 1_950_000))
    try folder.write("\(name)/timings.jsonl", timings)
    try folder.write("\(name)/policy.json", policy)
    try folder.write("\(name)/summary.json", summary)
    try folder.write("\(name)/sensitivity.json", sensitivity)
    return folder(name)
  }

  /// Writes a run of a task.
  static func writeTask(_ name: String, in folder: TemporaryFolder) throws -> URL {
    try folder.write(
      "\(name)/environment.json",
      """
      { "name": "pendulum", "kind": "pendulum", "episodes": 3, "summary": "", "steps": 600 }
      """)
    try folder.write("\(name)/run.json", "{ \"agent\": \"ddpg\", \"seed\": 1 }")
    let lines = [-900.5, -300, -250.25].enumerated().map { number, total in
      "{\"episode\":\(number),\"info\":{},\"return\":\(total),\"seed\":5,\"steps\":200,"
        + "\"terminated\":false}\n"
    }
    try folder.write("\(name)/episodes.jsonl", lines.joined())
    try folder.write(
      "\(name)/summary.json",
      """
      { "agent": "ddpg", "episodes": 3, "steps": 600, "firstReturn": -900.5, "lastReturn": -250.25,
        "evaluation": { "episodes": 2, "meanReturn": -180.5, "standardDeviation": 20,
          "leastReturn": -200, "mostReturn": -160 } }
      """)
    return folder(name)
  }
}
