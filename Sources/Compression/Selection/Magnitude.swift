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
      guard let weight = WeightChannels(node, in: graph) else { continue }
      let classes = dependencies.classes(of: node.inputs[0])
      for (position, value) in weight.tensor.scalars.enumerated() {
        let channel = weight.input(at: position)
        guard channel < classes.count, members.contains(classes[channel]) else { continue }
        scores[classes[channel], default: 0] += Double(abs(value))
      }
    }
    return scores
  }
}
