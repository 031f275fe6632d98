import Networks
import Tensors

/// The magnitude of a channel: Σ|w| over the weights of every layer that reads it.
///
/// Source: He et al. 2018, section 3; the reference code's `prune_kernel`.
enum Magnitude {
  /// The score of each class of a group.
  static func scores(
    of group: ChannelGroup, _ dependencies: ChannelDependencies, in graph: Graph
  ) -> [Int: Double] {
    let members = Set(group.classes)
    let consumers = Set(group.consumers)
    var scores: [Int: Double] = [:]
    for node in graph.nodes where consumers.contains(node.name) {
      guard let weight = graph.initializers[node.inputs[1]]?.tensor else { continue }
      let classes = dependencies.classes(of: node.inputs[0])
      let readsRows =
        node.operatorType != "Conv" && (node.attributes["transB"] ?? .int(0)) == .int(0)
      let axis = readsRows ? 0 : 1
      let inner = weight.shape.extents[(axis + 1)...].reduce(1, *)
      let extent = weight.shape[axis]
      for (position, value) in weight.scalars.enumerated() {
        let channel = position / inner % extent
        guard channel < classes.count, members.contains(classes[channel]) else { continue }
        scores[classes[channel], default: 0] += Double(abs(value))
      }
    }
    return scores
  }
}
