import Foundation

/// Rows of a comma-separated file (RFC 4180): fields may stand in quotes, with `""` for a quote within and
/// line breaks as they are.
///
/// Lines end with LF, CR LF or CR; a byte order mark and blank lines are passed over; spaces around a field
/// without quotes do not count.
struct CommaSeparatedText {
  /// One row and where it begins.
  struct Row {
    /// The line of the file, from 1.
    let line: Int
    let fields: [String]
  }

  let rows: [Row]

  /// Splits a file.
  ///
  /// - Throws: `HardwareError.file` for text that is not UTF-8 and for a quote out of place.
  init(_ data: Data, file: String) throws(HardwareError) {
    try self.init(Self.text(of: data, file: file), file: file)
  }

  /// Splits a text.
  ///
  /// - Parameter firstLine: the line of the file that it begins at.
  /// - Throws: `HardwareError.file` for a quote out of place.
  init(_ text: String, file: String, firstLine: Int = 1) throws(HardwareError) {
    var splitter = Splitter(file: file, line: firstLine, rowLine: firstLine)
    for scalar in text.unicodeScalars.drop(while: { $0 == "\u{FEFF}" }) {
      try splitter.take(scalar)
    }
    rows = try splitter.finished()
  }

  /// The text of a file.
  ///
  /// - Throws: `HardwareError.file` for text that is not UTF-8.
  static func text(of data: Data, file: String) throws(HardwareError) -> String {
    guard let text = String(data: data, encoding: .utf8) else {
      throw .file(name: file, place: "the file", expected: "UTF-8", found: "other bytes")
    }
    return text
  }

  private struct Splitter {
    enum Place {
      case open
      case quoted
      case closed
    }

    let file: String
    var line: Int
    var rowLine: Int
    var rows: [Row] = []
    var fields: [String] = []
    var field = ""
    var place = Place.open
    var follows: Unicode.Scalar?

    mutating func take(_ scalar: Unicode.Scalar) throws(HardwareError) {
      defer { follows = scalar }
      let isSecondHalf = scalar == "\n" && follows == "\r"
      if place == .quoted {
        if scalar == "\"" {
          place = .closed
        } else {
          if scalar == "\r" || (scalar == "\n" && !isSecondHalf) { line += 1 }
          field.unicodeScalars.append(scalar)
        }
        return
      }
      switch scalar {
      case "\n", "\r":
        if !isSecondHalf { endRow() }
      case ",": endField()
      case "\"" where place == .closed:
        field.unicodeScalars.append(scalar)
        place = .quoted
      case "\"" where Self.trimmed(field).isEmpty:
        field = ""
        place = .quoted
      default:
        if place == .closed, scalar == " " || scalar == "\t" { return }
        guard place == .open, scalar != "\"" else {
          throw misplacedQuote(found: "'\(scalar)'")
        }
        field.unicodeScalars.append(scalar)
      }
    }

    mutating func finished() throws(HardwareError) -> [Row] {
      if place == .quoted { throw misplacedQuote(found: "the end of the file") }
      endRow()
      return rows
    }

    private func misplacedQuote(found: String) -> HardwareError {
      .file(
        name: file, place: "line \(line), field \(fields.count + 1)",
        expected: place == .open
          ? "no quote within a field that does not begin with one"
          : "a closing quote, then a comma or the end of the line",
        found: found)
    }

    private mutating func endField() {
      fields.append(place == .open ? Self.trimmed(field) : field)
      field = ""
      place = .open
    }

    private mutating func endRow() {
      let isQuoted = place == .closed
      endField()
      if fields != [""] || isQuoted { rows.append(Row(line: rowLine, fields: fields)) }
      fields = []
      line += 1
      rowLine = line
    }

    private static func trimmed(_ text: String) -> String {
      text.trimmingCharacters(in: .whitespaces)
    }
  }
}
