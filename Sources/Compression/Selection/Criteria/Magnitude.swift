import Networks
import Tensors

/// The magnitude of a channel, over the weights of every layer that reads it: Σ|w| or √Σw².
///
/// Source: He et al. 2018, section 3, and the reference code's `prune_kernel` for Σ|w|; Li et al. 2017
/// compare both, on the side that makes the channel.
struct Magnitude: ChannelCriterion {
  /// How weights are added up.
  enum Norm {
    /// Σ|w|.
    case absolute
    /// √Σw².
    case euclidean
  }

  private let norm: Norm
  private let graph: Graph
  private let dependencies: ChannelDependencies

  init(_ norm: Norm, _ data: CriterionData) {
    self.init(norm, data.dependencies, in: data.graph)
  }

  init(_ norm: Norm, _ dependencies: ChannelDependencies, in graph: Graph) {
    self.norm = norm
    self.graph = graph
    self.dependencies = dependencies
  }

  func scores(of group: ChannelGroup) -> [Int: Double] {
    let members = Set(group.classes)
    let consumers = Set(group.consumers)
    var scores: [Int: Double] = [:]
    for node in graph.nodes where consumers.contains(node.name) {
      guard let weight = WeightChannels(node, in: graph) else { continue }
      let classes = dependencies.classes(of: node.inputs[0])
      for (position, value) in weight.tensor.scalars.enumerated() {
        let channel = weight.input(at: position)
        guard channel < classes.count, members.contains(classes[channel]) else { continue }
        scores[classes[channel], default: 0] +=
          norm == .absolute ? Double(abs(value)) : Double(value) * Double(value)
      }
    }
    return norm == .absolute ? scores : scores.mapValues { $0.squareRoot() }
  }
}
