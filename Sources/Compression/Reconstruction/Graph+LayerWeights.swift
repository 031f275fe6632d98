public import Networks
import Tensors

// Between a node's constants and the linear map that reconstruction solves for: the node and the
// BatchNormalization behind it, seen as one.

extension Graph {
  /// What a layer computes now, outputs × (features − 1): its weights times the normalisation's scale.
  func effectiveWeights(of layer: DenseLayer) -> [Double] {
    guard let weight = initializers[nodes[layer.index].inputs[1]]?.tensor?.scalars else {
      return []
    }
    let scale = normalization(of: layer)?.scale ?? []
    let width = layer.features - 1
    return weight.indices.map { position in
      Double(weight[position]) * (scale.isEmpty ? 1 : Double(scale[position / width]))
    }
  }

  private func normalization(of layer: DenseLayer) -> BatchNormalizationAffine? {
    layer.normalization.flatMap { BatchNormalizationAffine(nodes[$0], in: self) }
  }

  /// Makes a layer, with its normalisation, compute the given map.
  ///
  /// With a normalisation the weights are divided by its scale and the bias goes into its shift, so
  /// that the network keeps its form and can be trained on; a scale too small to divide by is set to 1.
  mutating func setEffectiveWeights(
    of layer: DenseLayer, weight: [Double], bias: [Double]
  ) {
    let node = nodes[layer.index]
    guard let shape = initializers[node.inputs[1]]?.shape else { return }
    let width = layer.features - 1
    guard let index = layer.normalization, let affine = normalization(of: layer) else {
      setOwn(layer, Tensor(shape: shape) { Float(weight[$0]) }, bias: bias)
      return
    }
    let names = nodes[index].inputs
    func scalars(_ position: Int) -> [Float] {
      initializers[names[position]]?.tensor?.scalars ?? []
    }
    var gamma = scalars(1)
    var scale = affine.scale
    for output in scale.indices where abs(scale[output]) < 1e-4 {
      gamma[output] = (scalars(4)[output] + epsilon(of: nodes[index])).squareRoot()
      scale[output] = 1
    }
    let mean = scalars(3)
    let own = ownBias(of: node, count: layer.outputs)
    let beta = bias.indices.map { output in
      Float(bias[output] + Double((mean[output] - own[output]) * scale[output]))
    }
    initializers[node.inputs[1]] = TypedArray(
      Tensor(shape: shape) { Float(weight[$0] / Double(scale[$0 / width])) })
    initializers[names[1]] = TypedArray(Tensor(shape: [gamma.count]) { gamma[$0] })
    initializers[names[2]] = TypedArray(Tensor(shape: [beta.count]) { beta[$0] })
  }

  private func epsilon(of node: Node) -> Float {
    if case .float(let epsilon)? = node.attributes["epsilon"] { epsilon } else { 1e-5 }
  }

  private func ownBias(of node: Node, count: Int) -> [Float] {
    guard node.inputs.count > 2, let bias = initializers[node.inputs[2]]?.tensor?.scalars else {
      return [Float](repeating: 0, count: count)
    }
    return bias
  }

  private mutating func setOwn(_ layer: DenseLayer, _ weight: Tensor, bias: [Double]) {
    let node = nodes[layer.index]
    initializers[node.inputs[1]] = TypedArray(weight)
    let array = TypedArray(Tensor(shape: [bias.count]) { Float(bias[$0]) })
    if node.inputs.count > 2, !node.inputs[2].isEmpty {
      initializers[node.inputs[2]] = array
    } else {
      let name = node.name + ".bias"
      nodes[layer.index].inputs = [node.inputs[0], node.inputs[1], name]
      initializers[name] = array
    }
  }

  /// Sets the weights that read removed channels to zero: what the layer will compute once they are
  /// cut.
  mutating func withhold(
    _ removed: Set<Int>, from node: Node, _ dependencies: ChannelDependencies
  ) {
    guard let weight = WeightChannels(node, in: self) else { return }
    let classes = dependencies.classes(of: node.inputs[0])
    initializers[node.inputs[1]] = TypedArray(
      Tensor(shape: weight.tensor.shape) { position in
        let channel = weight.input(at: position)
        return removed.contains(classes[channel]) ? 0 : weight.tensor.scalars[position]
      })
  }

  /// Gives every layer constants of its own, so that writing one changes no other.
  public func unsharingParameters() -> Graph {
    var graph = self
    var seen: Set<String> = []
    for (index, node) in nodes.enumerated() {
      for (position, name) in node.inputs.enumerated() where initializers[name] != nil {
        guard !seen.insert(name).inserted else { continue }
        let own = "\(name)#\(node.name)#\(position)"
        graph.nodes[index].inputs[position] = own
        graph.initializers[own] = initializers[name]
      }
    }
    return graph
  }
}
