import Foundation

/// Comma-separated values with lines `# key: value` before the columns' names.
struct SeparatedValues: Equatable {
  /// The keys and values before the columns' names.
  var head: [String: String] = [:]
  /// The columns' names.
  var columns: [String] = []
  /// The fields by line, as many as columns.
  var lines: [[String]] = []

  /// An empty file with columns.
  init(columns: [String]) { self.columns = columns }

  /// Reads a text; see `CommaSeparatedText` for what follows the head.
  ///
  /// - Throws: `HardwareError.file` with the line that has more or fewer fields than there are columns, a
  ///   quote out of place, a key or a column that comes twice, or no columns at all.
  init(_ text: String, file: String) throws(HardwareError) {
    var rest = text.unicodeScalars.drop { $0 == "\u{FEFF}" }
    var number = 1
    while !rest.isEmpty {
      let end = rest.firstIndex { $0 == "\n" || $0 == "\r" } ?? rest.endIndex
      let line = String(rest[..<end]).trimmingCharacters(in: .whitespaces)
      guard line.isEmpty || line.hasPrefix("#") else { break }
      if !line.isEmpty { try readHead(line.dropFirst(), file: file, place: "line \(number)") }
      rest = rest[end...]
      if rest.popFirst() == "\r", rest.first == "\n" { rest.removeFirst() }
      number += 1
    }
    let rows = try CommaSeparatedText(String(rest), file: file, firstLine: number).rows
    guard let names = rows.first else {
      throw .file(name: file, place: "the file", expected: "columns", found: "none")
    }
    guard Set(names.fields).count == names.fields.count else {
      throw .file(
        name: file, place: "line \(names.line)", expected: "each column once",
        found: names.fields.joined(separator: ","))
    }
    columns = names.fields
    for row in rows.dropFirst() {
      guard row.fields.count == columns.count else {
        throw .file(
          name: file, place: "line \(row.line)", expected: "\(columns.count) fields",
          found: "\(row.fields.count)")
      }
      lines.append(row.fields)
    }
  }

  private mutating func readHead(
    _ line: Substring, file: String, place: String
  ) throws(HardwareError) {
    let sides = line.split(separator: ":", maxSplits: 1).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    guard sides.count == 2, head.updateValue(sides[1], forKey: sides[0]) == nil else {
      throw .file(name: file, place: place, expected: "'# key: value', once", found: "#\(line)")
    }
  }

  /// The text: keys sorted, a line feed after every line.
  var text: String {
    let heads = head.sorted { $0.key < $1.key }.map { "# \($0.key): \($0.value)" }
    let lines = ([columns] + lines).map { $0.map(Self.quoted).joined(separator: ",") }
    return (heads + lines).map { $0 + "\n" }.joined()
  }

  private static func quoted(_ field: String) -> String {
    let isPlain =
      !field.contains { $0 == "," || $0 == "\"" || $0 == "#" || $0.isNewline }
      && field == field.trimmingCharacters(in: .whitespaces)
    return isPlain ? field : "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
