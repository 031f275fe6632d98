import Tensors

/// Sums over the rows of a matrix in double, in fixed parts added in order.
enum ColumnSums {
  /// `sum[c] += scale · Σ_p a[p][c]`.
  static func accumulate(
    _ a: UnsafePointer<Float>, rows: Int, columns: Int, scale: Double = 1,
    into sum: UnsafeMutablePointer<Float>, workspace: Workspace
  ) {
    let shards = Shards(of: rows, limit: 16, least: 1 + (1 << 14) / max(1, columns))
    total(shards, columns: columns, workspace) { range, part in
      Kernels.columnSums(
        a + range.lowerBound * columns, rows: range.count, channels: columns, into: part)
    } finish: { total in
      for column in 0..<columns { sum[column] += Float(scale * total[column]) }
    }
  }

  /// Lets each part fill `count` sums that are zero at first, and hands over their total.
  static func total(
    _ shards: Shards, columns count: Int, _ workspace: Workspace,
    _ part: (Range<Int>, UnsafeMutablePointer<Double>) -> Void,
    finish: (UnsafePointer<Double>) -> Void
  ) {
    let capacity = max(1, shards.parts * count)
    workspace.scratch.withMemory(of: Double.self, count: capacity) { sums in
      sums.initialize(repeating: 0, count: capacity)
      workspace.pool.run(shards: shards.parts) { part(shards[$0], sums + $0 * count) }
      for part in 1..<max(1, shards.parts) {
        for column in 0..<count { sums[column] += sums[part * count + column] }
      }
      finish(UnsafePointer(sums))
    }
  }
}
