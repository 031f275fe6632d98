import CompressionPolicies
import Foundation

/// The golden files beside the tests.
enum GoldenPolicies {
  static let names = ["bits", "joint", "smallest"]

  static func text(_ name: String) throws -> String {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let file = folder.appendingPathComponent("Golden/\(name).json")
    return try String(contentsOf: file, encoding: .utf8)
  }

  static func document(_ name: String) throws -> JSONValue {
    try CanonicalJSON.parse(text(name))
  }
}
