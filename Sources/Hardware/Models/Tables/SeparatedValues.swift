/// Comma-separated lines after RFC 4180, with lines `# key: value` before them.
struct SeparatedValues: Equatable {
  /// The keys and values before the columns' names.
  var head: [String: String] = [:]
  /// The columns' names.
  var columns: [String] = []
  /// The fields by line, as many as columns.
  var lines: [[String]] = []

  /// An empty file with columns.
  init(columns: [String]) { self.columns = columns }

  /// Reads a text.
  ///
  /// - Throws: `HardwareError.file` with the line that has more or fewer fields than there are columns, a
  ///   quote without its end, a key or a column that comes twice, or no columns at all.
  init(_ text: String, file: String) throws(HardwareError) {
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let place = "line \(index + 1)"
      if line.allSatisfy(\.isWhitespace) { continue }
      if columns.isEmpty, line.hasPrefix("#") {
        try readHead(line.dropFirst(), file: file, place: place)
        continue
      }
      guard let fields = Self.fields(line) else {
        throw .file(name: file, place: place, expected: "a quote's end", found: "the line's")
      }
      if columns.isEmpty {
        guard Set(fields).count == fields.count else {
          throw .file(
            name: file, place: place, expected: "each column once", found: "\(line)")
        }
        columns = fields
        continue
      }
      guard fields.count == columns.count else {
        throw .file(
          name: file, place: place, expected: "\(columns.count) fields", found: "\(fields.count)")
      }
      lines.append(fields)
    }
    guard !columns.isEmpty else {
      throw .file(name: file, place: "the file", expected: "columns", found: "none")
    }
  }

  private mutating func readHead(
    _ line: Substring, file: String, place: String
  ) throws(HardwareError) {
    let sides = line.split(separator: ":", maxSplits: 1).map { side in
      String(side.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
    guard sides.count == 2, head.updateValue(sides[1], forKey: sides[0]) == nil else {
      throw .file(name: file, place: place, expected: "'# key: value', once", found: "#\(line)")
    }
  }

  /// The fields of a line; nothing when a quote does not end.
  private static func fields(_ line: Substring) -> [String]? {
    var fields: [String] = []
    var field = ""
    var isQuoted = false
    var characters = line[...]
    while let character = characters.popFirst() {
      switch character {
      case "\"" where isQuoted && characters.first == "\"":
        field.append("\"")
        characters.removeFirst()
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        fields.append(field)
        field = ""
      default: field.append(character)
      }
    }
    return isQuoted ? nil : fields + [field]
  }

  /// The text: keys sorted, a line feed after every line.
  var text: String {
    let heads = head.sorted { $0.key < $1.key }.map { "# \($0.key): \($0.value)" }
    let lines = ([columns] + lines).map { $0.map(Self.quoted).joined(separator: ",") }
    return (heads + lines).map { $0 + "\n" }.joined()
  }

  private static func quoted(_ field: String) -> String {
    let isPlain = !field.contains { $0 == "," || $0 == "\"" || $0 == "#" }
    return isPlain ? field : "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
