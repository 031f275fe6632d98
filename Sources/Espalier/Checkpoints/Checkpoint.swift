import Foundation
import Interchange

/// Where something long stands, as a file that says for itself whether it is whole.
///
/// A head of lines, an empty line, and what was saved:
///
///     espalier checkpoint 1
///     identity 5f0c…
///     position 120
///     bytes 48213
///     sha256 9a17…
///
/// The identity says of which run it is; the position counts what was done: episodes, or epochs. The hash
/// is of the lines before its own and of the bytes, so that nothing in the file can change unnoticed.
struct Checkpoint: Equatable {
  static let version = 1
  private static let title = "espalier checkpoint"
  /// Longer than any head.
  private static let longestHead = 1024

  let identity: String
  let position: Int
  let payload: Data

  /// Why a file is no checkpoint to go on from.
  enum Fault: Error, Equatable, CustomStringConvertible {
    case damaged
    case version(String)
    case otherRun
    case ahead(position: Int, known: Int)

    /// What follows the file's name in a sentence.
    var description: String {
      switch self {
      case .damaged: "is damaged"
      case .version(let found): "has version \(found), this program reads \(Checkpoint.version)"
      case .otherRun: "belongs to another run"
      case .ahead(let position, let known):
        "stands at \(position), beyond the \(known) that the journal holds"
      }
    }
  }

  /// The bytes of a file.
  var fileBytes: Data {
    let head =
      "\(Self.title) \(Self.version)\nidentity \(identity)\nposition \(position)\n"
      + "bytes \(payload.count)\n"
    return Data((head + "sha256 \(Self.hash(head, payload))\n\n").utf8) + payload
  }

  init(identity: String, position: Int, payload: Data) {
    self.identity = identity
    self.position = position
    self.payload = payload
  }

  /// Reads the bytes of a file.
  ///
  /// - Throws: `Fault.version` for a file of another version, `damaged` for one in which a byte differs
  ///   from what was written.
  init(fileBytes bytes: Data) throws(Fault) {
    guard let end = bytes.prefix(Self.longestHead).firstRange(of: Data("\n\n".utf8)) else {
      throw .damaged
    }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first, first.hasPrefix(Self.title + " ") else { throw .damaged }
    let version = String(first.dropFirst(Self.title.count + 1))
    // Another version may have another head: of it nothing but the number is read.
    guard version == "\(Self.version)" else { throw .version(version) }
    let fields = lines.dropFirst().map { $0.split(separator: " ").map(String.init) }
    guard fields.map(\.first) == ["identity", "position", "bytes", "sha256"],
      fields.allSatisfy({ $0.count == 2 }), let position = Int(fields[1][1]), position >= 0
    else { throw .damaged }
    let payload = Data(bytes[end.upperBound...])
    let head = lines.dropLast().joined(separator: "\n") + "\n"
    guard fields[2][1] == "\(payload.count)", fields[3][1] == Self.hash(head, payload) else {
      throw .damaged
    }
    self.init(identity: fields[0][1], position: position, payload: payload)
  }

  private static func hash(_ head: String, _ payload: Data) -> String {
    SHA256.hex(Data(head.utf8) + payload)
  }
}
