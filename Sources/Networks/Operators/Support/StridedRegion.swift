import Tensors

/// A box of a value: along each of the graph's axes so many positions, from a first one, in steps.
struct StridedRegion: Equatable, Sendable {
  /// The first position along each axis.
  var starts: [Int]
  /// The distance between positions along each axis, possibly negative.
  var steps: [Int]
  /// The number of positions along each axis.
  var extents: [Int]

  /// All of a shape.
  init(whole shape: Shape) {
    starts = [Int](repeating: 0, count: shape.rank)
    steps = [Int](repeating: 1, count: shape.rank)
    extents = shape.extents
  }

  /// All of a shape but along one axis, where `count` positions from `start` are left.
  init(_ shape: Shape, axis: Int, start: Int, count: Int) {
    self.init(whole: shape)
    starts[axis] = start
    extents[axis] = count
  }
}

/// Elements moved from a region of one value to a region of the same extents of another.
///
/// The conversion that Concat, Split, Slice, Pad, Transpose and Expand share; the values may lie
/// differently in memory.
struct StridedCopy {
  private let loop: StridedLoop
  private let source: UnsafeMutablePointer<Float>
  private let destination: UnsafeMutablePointer<Float>

  /// A copy between regions.
  init(
    from source: TensorView, _ sourceRegion: StridedRegion,
    to destination: TensorView, _ destinationRegion: StridedRegion
  ) {
    let strides = (source.strides, destination.strides)
    self.init(
      extents: destinationRegion.extents, order: destination.memoryOrder,
      source: source.pointer + Self.offset(sourceRegion, strides.0),
      sourceSteps: zip(strides.0, sourceRegion.steps).map { $0 * $1 },
      destination: destination.pointer + Self.offset(destinationRegion, strides.1),
      destinationSteps: zip(strides.1, destinationRegion.steps).map { $0 * $1 })
  }

  /// A copy between values of one shape, whatever their layouts.
  init(from source: TensorView, to destination: TensorView) {
    self.init(
      from: source, StridedRegion(whole: source.shape),
      to: destination, StridedRegion(whole: destination.shape))
  }

  /// A copy with explicit steps along each axis; `order` names the axes, outermost loop first.
  init(
    extents: [Int], order: [Int], source: UnsafeMutablePointer<Float>, sourceSteps: [Int],
    destination: UnsafeMutablePointer<Float>, destinationSteps: [Int]
  ) {
    loop = StridedLoop(
      extents: order.map { extents[$0] },
      steps: [order.map { sourceSteps[$0] }, order.map { destinationSteps[$0] }])
    self.source = source
    self.destination = destination
  }

  private static func offset(_ region: StridedRegion, _ strides: [Int]) -> Int {
    // Nothing of an empty region is touched, and its first position may lie outside.
    region.extents.contains(0) ? 0 : zip(region.starts, strides).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Writes the source's elements to the destination.
  func copy(on pool: WorkerPool) {
    let steps = loop.rowSteps
    loop.forEachRow(on: pool, parallel: loop.visitsOnce(1)) { offsets, count in
      let from = source + offsets[0]
      let to = destination + offsets[1]
      if steps[0] == 1, steps[1] == 1 {
        to.update(from: from, count: count)
      } else {
        for index in 0..<count { to[index * steps[1]] = from[index * steps[0]] }
      }
    }
  }

  /// Adds the source's elements to the destination; along axes of step 0 it sums.
  func add(on pool: WorkerPool) {
    let steps = loop.rowSteps
    loop.forEachRow(on: pool, parallel: loop.visitsOnce(1)) { offsets, count in
      let from = source + offsets[0]
      let to = destination + offsets[1]
      if steps[0] == 1, steps[1] == 1 {
        for index in 0..<count { to[index] += from[index] }
      } else if steps[1] == 0 {
        var sum = 0.0
        for index in 0..<count { sum += Double(from[index * steps[0]]) }
        to[0] += Float(sum)
      } else {
        for index in 0..<count { to[index * steps[1]] += from[index * steps[0]] }
      }
    }
  }
}
