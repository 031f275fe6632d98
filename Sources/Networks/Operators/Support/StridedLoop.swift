import Tensors

/// Nested loops over an N-dimensional box that up to four operands see with strides of their own.
///
/// Axes are merged where all operands walk straight through, so that dense operands of one shape
/// are a single row. An operand that broadcasts has step 0 along an axis.
struct StridedLoop: Sendable {
  /// The extents of all axes but the innermost, after merging.
  private let outerExtents: [Int]
  /// The steps of the operands along each outer axis.
  private let outerSteps: [SIMD4<Int>]
  /// The extent of the innermost axis.
  let rowCount: Int
  /// The steps of the operands along the innermost axis.
  let rowSteps: SIMD4<Int>

  /// A loop over a box.
  ///
  /// - Parameters:
  ///   - extents: the extents, outermost first.
  ///   - steps: for each operand, at most four, the distance of neighbours along each axis.
  init(extents: [Int], steps: [[Int]]) {
    var mergedExtents: [Int] = []
    var mergedSteps: [SIMD4<Int>] = []
    for axis in extents.indices where extents[axis] != 1 {
      var step = SIMD4<Int>.zero
      for operand in steps.indices { step[operand] = steps[operand][axis] }
      if let last = mergedSteps.last, last == step &* SIMD4(repeating: extents[axis]) {
        mergedExtents[mergedExtents.count - 1] *= extents[axis]
        mergedSteps[mergedSteps.count - 1] = step
      } else {
        mergedExtents.append(extents[axis])
        mergedSteps.append(step)
      }
    }
    rowCount = mergedExtents.popLast() ?? 1
    rowSteps = mergedSteps.popLast() ?? .zero
    outerExtents = mergedExtents
    outerSteps = mergedSteps
  }

  /// The number of elements in the box.
  var count: Int { outerExtents.reduce(rowCount, *) }

  /// Whether no two positions of the box are the same element of an operand with dense strides.
  func visitsOnce(_ operand: Int) -> Bool {
    (rowCount <= 1 || rowSteps[operand] != 0) && outerSteps.allSatisfy { $0[operand] != 0 }
  }

  /// Calls `body` for each row, or piece of a long row, in order within fixed chunks.
  ///
  /// - Parameters:
  ///   - pool: where chunks go when there is enough work.
  ///   - parallel: whether chunks may run at the same time: that no two write to one place.
  ///   - body: takes the operands' offsets of a row's first element and the number of elements.
  func forEachRow(
    on pool: WorkerPool, parallel: Bool, _ body: (SIMD4<Int>, Int) -> Void
  ) {
    let rows = outerExtents.reduce(1, *)
    guard rows > 0, rowCount > 0 else { return }
    guard parallel, rows * rowCount > WorkerPool.serialLimit else {
      return forEachRow(in: 0..<rows) { body($0, rowCount) }
    }
    if rowCount >= WorkerPool.chunk {
      forEachRow(in: 0..<rows) { offsets in
        pool.forEachChunk(of: rowCount) { piece in
          body(offsets &+ rowSteps &* SIMD4(repeating: piece.lowerBound), piece.count)
        }
      }
    } else {
      pool.forEachChunk(of: rows, chunk: max(1, WorkerPool.chunk / rowCount)) { piece in
        forEachRow(in: piece) { body($0, rowCount) }
      }
    }
  }

  /// The offsets of one operand's elements, in the order of the walk.
  func offsets(of operand: Int) -> [Int] {
    let rows = outerExtents.reduce(1, *)
    var offsets: [Int] = []
    offsets.reserveCapacity(max(0, rows * rowCount))
    forEachRow(in: 0..<rows) { first in
      for index in 0..<rowCount { offsets.append(first[operand] + index * rowSteps[operand]) }
    }
    return offsets
  }

  private func forEachRow(in rows: Range<Int>, _ body: (SIMD4<Int>) -> Void) {
    guard !rows.isEmpty else { return }
    var position = [Int](repeating: 0, count: outerExtents.count)
    var offsets = SIMD4<Int>.zero
    var rest = rows.lowerBound
    for axis in outerExtents.indices.reversed() {
      position[axis] = rest % outerExtents[axis]
      rest /= outerExtents[axis]
      offsets &+= outerSteps[axis] &* SIMD4(repeating: position[axis])
    }
    for _ in rows {
      body(offsets)
      var axis = outerExtents.count - 1
      while axis >= 0 {
        position[axis] += 1
        offsets &+= outerSteps[axis]
        guard position[axis] == outerExtents[axis] else { break }
        offsets &-= outerSteps[axis] &* SIMD4(repeating: position[axis])
        position[axis] = 0
        axis -= 1
      }
    }
  }
}
