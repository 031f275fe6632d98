import Tensors

// Target shapes that hold for every batch, from what they come to for two.

extension ConstantFolding {
  /// A target shape and, for Resize, the axes that it is for.
  struct Target {
    let extents: [Int]
    var axes: [Int]?
  }

  /// The target of a node whose shape input differs between two batches; nil where none holds for both.
  static func target(
    of node: Node, _ one: (input: Shape, output: Shape), _ other: (input: Shape, output: Shape)
  ) -> Target? {
    switch node.operatorType {
    case "Reshape": reshapeTarget(one, other).map { Target(extents: $0) }
    case "Expand": expandTarget(one, other).map { Target(extents: $0) }
    case "Resize": resizeTarget(node, one, other)
    default: nil
    }
  }

  /// The extents that are equal in both worlds, 0 where the input's extent stays, at most one -1.
  private static func reshapeTarget(
    _ one: (input: Shape, output: Shape), _ other: (input: Shape, output: Shape)
  ) -> [Int]? {
    let target = one.output.extents.indices.map { axis -> Int in
      let extent = one.output[axis]
      let stays =
        axis < one.input.rank && axis < other.input.rank && one.input[axis] == extent
        && other.input[axis] == other.output[axis]
      if extent == other.output[axis], extent != 0 || !stays { return extent }
      return stays ? 0 : -1
    }
    // A 0 that is no copy would be read as one.
    let copies = target.indices.allSatisfy { axis in
      target[axis] != 0 || (axis < one.input.rank && one.input[axis] == one.output[axis])
    }
    return copies && target.filter { $0 == -1 }.count <= 1 ? target : nil
  }

  /// The extents that are equal in both worlds, 1 where the input's extent stays.
  private static func expandTarget(
    _ one: (input: Shape, output: Shape), _ other: (input: Shape, output: Shape)
  ) -> [Int]? {
    var target: [Int] = []
    for axis in one.output.extents.indices {
      let own = axis - (one.output.rank - one.input.rank)
      if one.output[axis] == other.output[axis] {
        target.append(one.output[axis])
      } else if own >= 0, one.input[own] == one.output[axis], other.input[own] == other.output[axis]
      {
        target.append(1)
      } else {
        return nil
      }
    }
    return target
  }

  /// The sizes that are equal in both worlds with their axes; the extents of the others stay.
  private static func resizeTarget(
    _ node: Node, _ one: (input: Shape, output: Shape), _ other: (input: Shape, output: Shape)
  ) -> Target? {
    guard node.attributes["axes"] == nil, one.output.rank == other.output.rank else { return nil }
    let axes = one.output.extents.indices.filter { one.output[$0] == other.output[$0] }
    let othersStay = one.output.extents.indices.allSatisfy { axis in
      axes.contains(axis)
        || (one.input[axis] == one.output[axis] && other.input[axis] == other.output[axis])
    }
    guard othersStay else { return nil }
    return Target(extents: axes.map { one.output[$0] }, axes: axes)
  }
}
