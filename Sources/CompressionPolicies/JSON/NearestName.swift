extension String {
  /// The known name with the fewest edits from this one, of equal ones the first; nil where none is within
  /// a third of its letters, at least two.
  func nearest(among known: [String]) -> String? {
    let distances = known.map { (name: $0, edits: edits(to: $0)) }
    let best = distances.enumerated().min {
      ($0.element.edits, $0.offset) < ($1.element.edits, $1.offset)
    }
    guard let best, best.element.edits <= max(2, count / 3), best.element.edits < count else {
      return nil
    }
    return best.element.name
  }

  /// Levenshtein's edit distance.
  private func edits(to other: String) -> Int {
    let other = Array(other)
    var row = Array(0...other.count)
    for (index, letter) in enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in other.indices {
        let replaced = diagonal + (other[column] == letter ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = Swift.min(replaced, row[column] + 1, diagonal + 1)
      }
    }
    return row[other.count]
  }
}
