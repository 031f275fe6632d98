/// Fewer points that look the same: a drawing is no wider than some hundred dots.
enum Thinning {
  /// Positions of a line's points that keep its first and last, and of each slice in between the first, the
  /// lowest, the highest and the last.
  ///
  /// - Parameters:
  ///   - values: the heights, from left to right.
  ///   - limit: about how many positions may come back; at least 8.
  static func line(_ values: [Double], limit: Int) -> [Int] {
    guard values.count > max(limit, 8) else { return Array(values.indices) }
    let slices = max(limit, 8) / 4
    var kept: [Int] = []
    for slice in 0..<slices {
      let range = (slice * values.count / slices)..<((slice + 1) * values.count / slices)
      guard let first = range.first, let last = range.last else { continue }
      var (lowest, highest) = (first, first)
      for index in range {
        if values[index] < values[lowest] { lowest = index }
        if values[index] > values[highest] { highest = index }
      }
      for index in [first, lowest, highest, last].sorted() where kept.last != index {
        kept.append(index)
      }
    }
    return kept
  }

  /// Positions of a line that only changes now and then: its first point, its last, and those where it
  /// changes.
  static func changes(_ values: [Double]) -> [Int] {
    values.indices.filter { index in
      index == 0 || index == values.count - 1 || values[index] != values[index - 1]
    }
  }

  /// Positions of dots, the first of every cell of a grid, and the outermost ones in both directions.
  ///
  /// - Parameters:
  ///   - x: places across, of any range; dots that are not finite are left out.
  ///   - y: places up, as many.
  ///   - columns: cells across.
  ///   - rows: cells up.
  static func dots(_ x: [Double], _ y: [Double], columns: Int, rows: Int) -> [Int] {
    let known = zip(x, y).enumerated().compactMap { index, point in
      point.0.isFinite && point.1.isFinite ? index : nil
    }
    guard known.count > columns, let first = known.first else { return known }
    var (left, right, bottom, top) = (first, first, first, first)
    for index in known {
      if x[index] < x[left] { left = index }
      if x[index] > x[right] { right = index }
      if y[index] < y[bottom] { bottom = index }
      if y[index] > y[top] { top = index }
    }
    func cell(_ value: Double, _ low: Double, _ high: Double, _ count: Int) -> Int {
      guard high > low, (high - low).isFinite else { return 0 }
      return max(0, min(count - 1, Int((value - low) / (high - low) * Double(count))))
    }
    var isTaken = [Bool](repeating: false, count: columns * rows)
    let outermost: Set = [left, right, bottom, top]
    return known.filter { index in
      let place =
        cell(x[index], x[left], x[right], columns) * rows
        + cell(y[index], y[bottom], y[top], rows)
      defer { isTaken[place] = true }
      return !isTaken[place] || outermost.contains(index)
    }
  }
}
