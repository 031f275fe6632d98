import CompressionPolicies
import Foundation

/// The lines of a journal, read in pieces: a file of any size in little memory.
struct JournalLines {
  private let url: URL
  private static let piece = 1 << 20

  init(_ url: URL) { self.url = url }

  /// Calls with every whole line.
  ///
  /// What follows the last newline is torn and does not count. No file has no lines.
  ///
  /// - Parameter onLine: given the bytes of a line without its newline; returns whether to go on.
  /// - Throws: what reading and the callback throw.
  func forEach(_ onLine: (ArraySlice<UInt8>) throws -> Bool) throws {
    guard let handle = FileHandle(forReadingAtPath: url.path) else { return }
    defer { try? handle.close() }
    var rest: [UInt8] = []
    while let data = try handle.read(upToCount: Self.piece), !data.isEmpty {
      var bytes = rest
      bytes.append(contentsOf: data)
      var start = 0
      // Whole lines stood in none of what is left over.
      var search = rest.count
      while let end = bytes[search...].firstIndex(of: UInt8(ascii: "\n")) {
        guard try onLine(bytes[start..<end]) else { return }
        (start, search) = (end + 1, end + 1)
      }
      rest = Array(bytes[start...])
    }
  }
}

/// Takes some numbers out of a line of JSON without reading the rest of it.
///
/// A journal's lines are mostly lists of actions that a chart does not show. Lists and texts are stepped over;
/// a line that is no object throws.
struct LineScanner {
  private let bytes: ArraySlice<UInt8>
  private var place: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    place = bytes.startIndex
  }

  /// What is wrong with a line.
  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  /// Calls with the name and the text of each number, true and false; those of an object within with
  /// the name of the object before theirs, as in `cost.macs`.
  mutating func scan(_ onValue: (String, Substring.UTF8View) throws -> Void) throws {
    skipSpace()
    try object("", onValue)
    skipSpace()
    guard place == bytes.endIndex else { throw fault("the end of the line") }
  }

  private mutating func object(
    _ prefix: String, _ onValue: (String, Substring.UTF8View) throws -> Void
  ) throws {
    try take("{")
    skipSpace()
    if next == UInt8(ascii: "}") { return place += 1 }
    while true {
      skipSpace()
      let name = prefix + (try text())
      skipSpace()
      try take(":")
      skipSpace()
      switch next {
      case UInt8(ascii: "{"):
        if prefix.isEmpty { try object(name + ".", onValue) } else { try skipNested() }
      case UInt8(ascii: "["): try skipNested()
      case UInt8(ascii: "\""): _ = try text()
      default: try onValue(name, try word())
      }
      skipSpace()
      if next == UInt8(ascii: "}") { return place += 1 }
      try take(",")
    }
  }

  private var next: UInt8? { place < bytes.endIndex ? bytes[place] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0D { place += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) throws {
    guard next == UInt8(ascii: character) else { throw fault("'\(character)'") }
    place += 1
  }

  private mutating func text() throws -> String {
    try take("\"")
    let start = place
    while let byte = next, byte != UInt8(ascii: "\"") {
      place += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    guard place < bytes.endIndex else { throw fault("'\"'") }
    defer { place += 1 }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func word() throws -> Substring.UTF8View {
    let start = place
    let ends: [UInt8] = [0x2C, 0x7D, 0x5D, 0x20, 0x09, 0x0D]
    while let byte = next, !ends.contains(byte) { place += 1 }
    guard place > start else { throw fault("a value") }
    return Substring(String(decoding: bytes[start..<place], as: UTF8.self)).utf8
  }

  private mutating func skipNested() throws {
    var depth = 0
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        _ = try text()
        continue
      case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      default: break
      }
      place += 1
      if depth == 0 { return }
    }
    throw fault("']' or '}'")
  }

  private func fault(_ expected: String) -> Fault {
    Fault(description: "column \(place - bytes.startIndex + 1): expected \(expected)")
  }
}
