import Networks
import Tensors

// Layers with weights: what they read and what they make are different channels, except where a
// convolution has groups.

extension ChannelFlow {
  mutating func followConvolution(_ node: Node) {
    guard node.inputs.dropFirst().allSatisfy({ $0.isEmpty || isConstant($0) }) else {
      return pinAll(node, "the weights of '\(node.name)' are not constant")
    }
    let groups = node.groupCount
    guard groups > 1, let channels = classes.channelCount[node.inputs[0]],
      let outputs = classes.channelCount[node.outputs[0]]
    else { return }
    guard node.hasChannelWeights(in: graph) else {
      let multiplier = outputs / channels
      for output in 0..<outputs {
        classes.tie(node.inputs[0], output / multiplier, node.outputs[0], output)
      }
      return
    }
    tieGroups(of: node.inputs[0], channels, groups)
    tieGroups(of: node.outputs[0], outputs, groups)
  }

  /// Groups stay equally wide when each loses the same positions.
  private mutating func tieGroups(of value: String, _ channels: Int, _ groups: Int) {
    let width = channels / groups
    for channel in width..<channels { classes.tie(value, channel % width, value, channel) }
  }

  mutating func followProduct(_ node: Node) {
    let weights = node.inputs.count > 1 ? graph.initializers[node.inputs[1]] : nil
    let isPlain = node.attributes["transA"].map { $0 == .int(0) } ?? true
    let hasBias = node.inputs.count > 2 && !node.inputs[2].isEmpty
    guard weights?.shape.rank == 2, isPlain, shapes[node.inputs[0]]?.rank == 2,
      !hasBias || isConstant(node.inputs[2])
    else {
      return pinAll(node, "'\(node.name)' multiplies two computed values or other than matrices")
    }
  }
}
