/// Names that a user may have meant.
public enum NearNames {
  /// The known names within a third of a name's length in edits, nearest first; at most three.
  public static func suggestions(for name: String, among known: [String]) -> [String] {
    let limit = max(2, name.count / 3)
    let near = known.map { ($0, distance(name.lowercased(), $0.lowercased())) }
      .filter { $0.1 <= limit || $0.0.hasPrefix(name) }
      .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    return near.prefix(3).map(\.0)
  }

  /// The least number of insertions, removals and replacements (Levenshtein 1966).
  static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a), Array(b))
    var row = Array(0...b.count)
    for (i, left) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, right) in b.enumerated() {
        let replaced = diagonal + (left == right ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
