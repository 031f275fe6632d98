import Foundation
import Hardware

/// A table of somebody else's figures, in the folder that `ESPALIER_HARDWARE_TABLES` names.
struct ReferenceTable {
  let rows: [[String: String]]

  static var folder: URL? {
    ProcessInfo.processInfo.environment["ESPALIER_HARDWARE_TABLES"].map {
      URL(fileURLWithPath: $0)
    }
  }

  init(_ name: String) throws {
    guard let folder = Self.folder else { throw CocoaError(.fileNoSuchFile) }
    let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    let lines = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    rows = lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
  }
}

extension [String: String] {
  func text(_ column: String) -> String { self[column] ?? "" }
  func integer(_ column: String) -> Int { Int(self[column] ?? "") ?? -1 }
  func number(_ column: String) -> Double { Double(self[column] ?? "") ?? .nan }
}
