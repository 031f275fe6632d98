/// Columns of text for a person: numbers to the right, words to the left.
struct TextTable {
  private var rows: [[String]]

  init(_ header: [String]) {
    rows = [header]
  }

  mutating func append(_ row: [String]) {
    rows.append(row)
  }

  /// The table, a line a row.
  var text: String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    let isNumeric = (0..<columns).map { column in
      rows.dropFirst().allSatisfy { column >= $0.count || Self.isNumber($0[column]) }
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return isNumeric[column] ? space + cell : cell + space
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }

  private static func isNumber(_ cell: String) -> Bool {
    cell.isEmpty || cell == "–" || cell.first.map { $0.isNumber || $0 == "-" } ?? false
  }
}

/// A number with a fixed number of decimals; one too large for that, or none at all, as it is.
func decimal(_ value: Double, _ places: Int) -> String {
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  guard abs(value) * scale < 1e18 else { return "\(value)" }
  let rounded = Int((abs(value) * scale).rounded())
  let sign = value < 0 && rounded > 0 ? "-" : ""
  guard places > 0 else { return "\(sign)\(rounded)" }
  let fraction = String(rounded % Int(scale))
  let zeros = String(repeating: "0", count: places - fraction.count)
  return "\(sign)\(rounded / Int(scale)).\(zeros)\(fraction)"
}
