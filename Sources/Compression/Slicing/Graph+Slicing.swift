public import Networks
import Tensors

// Cutting channels out of a network: a function from graph to graph. The weights that remain are the
// ones that were there; reconstruction is another function.

extension Graph {
  /// The network without some channel classes.
  ///
  /// Every constant along the cut channels is cut: weights on both sides, biases, statistics, constant
  /// operands; attributes and shape-like constants that speak of channels follow. The result runs
  /// anywhere the original runs, with fewer multiply-accumulates.
  ///
  /// - Parameters:
  ///   - removed: the classes to remove; they must belong to groups without an obstacle.
  ///   - dependencies: the analysis of this very graph.
  /// - Throws: `CompressionError.cannotSlice` when a constant does not follow, and for classes of a
  ///   group with an obstacle or all classes of one.
  public func sliced(
    removing removed: Set<Int>, dependencies: ChannelDependencies
  ) throws(CompressionError) -> Graph {
    guard !removed.isEmpty else { return self }
    for group in dependencies.groups { try check(group, without: removed) }
    var slicer = Slicer(original: self, removed: removed, dependencies: dependencies)
    for index in nodes.indices { try slicer.slice(index) }
    return slicer.graph.removingUnused()
  }

  private func check(
    _ group: ChannelGroup, without removed: Set<Int>
  ) throws(CompressionError) {
    let left = group.classes.count { !removed.contains($0) }
    guard left < group.width, left == 0 || group.obstacle != nil else { return }
    throw .cannotSlice(
      node: group.name, type: nodes.first { $0.name == group.name }?.operatorType ?? "value",
      reason: group.obstacle ?? "none of its \(group.width) channels would be left")
  }
}
