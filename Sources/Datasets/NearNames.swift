/// The known names that a mistyped one may have meant, nearest first, then in the given order.
///
/// The measure is Levenshtein's edit distance; at most two edits, and fewer than the name is long.
public func nearNames(to name: String, among known: [String]) -> [String] {
  let distances = known.enumerated().map { (editDistance(name, $1), $0, $1) }
  let near = distances.filter { $0.0 <= 2 && $0.0 < name.count }
  return near.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
}

private func editDistance(_ first: String, _ second: String) -> Int {
  let second = Array(second)
  var row = Array(0...second.count)
  for (index, character) in first.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for column in second.indices {
      let replaced = diagonal + (second[column] == character ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
    }
  }
  return row[second.count]
}
