import Compression
public import Networks
import Tensors

/// A value at which the quantised network is compared with the original: what a quantisable layer writes.
public struct InterestPoint: Hashable, Sendable {
  /// The layer's name.
  public let layer: String
  /// The value that it writes, behind a normalisation folded into it and before its activation function.
  public let value: String

  /// A point.
  public init(layer: String, value: String) {
    self.layer = layer
    self.value = value
  }
}

extension Graph {
  /// What every quantisable layer writes, in the order of the graph.
  ///
  /// Source: EPTQ's code, which compares outputs of convolutions and dense layers with normalisations
  /// folded, before activation functions.
  ///
  /// - Throws: `GraphError` when shapes cannot be inferred.
  public func interestPoints() throws(GraphError) -> [InterestPoint] {
    let outputs = Dictionary(nodes.map { ($0.name, $0.outputs[0]) }) { first, _ in first }
    return try quantizableLayers().compactMap { layer in
      outputs[layer.name].map { InterestPoint(layer: layer.name, value: $0) }
    }
  }

  /// The network as it is calibrated: normalisations folded into the layers before them, and a bias of
  /// zeros on every Conv and Gemm that has none.
  ///
  /// It computes the same, and layers keep their names.
  ///
  /// - Throws: `GraphError` when a node cannot be read.
  public func preparedForCalibration() throws(GraphError) -> Graph {
    var graph = try unsharingParameters().foldingBatchNormalization()
    let layers = Dictionary(try graph.quantizableLayers().map { ($0.name, $0) }) { first, _ in first
    }
    for position in graph.nodes.indices {
      let node = graph.nodes[position]
      guard let layer = layers[node.name], node.operatorType != "MatMul" else { continue }
      guard node.inputs.count < 3 || node.inputs[2].isEmpty else { continue }
      let channels = layer.weightShape[layer.outputAxis]
      let name = "\(node.name)#bias"
      graph.initializers[name] = TypedArray(Tensor(shape: [channels]))
      graph.nodes[position].inputs = Array(node.inputs.prefix(2)) + [name]
    }
    try graph.validate()
    return graph
  }

  /// The values behind which outputs are only probabilities: for each output what a Softmax at its end is
  /// of, otherwise the output itself.
  ///
  /// Behind a Softmax gradients say how sure the network is, not what a layer contributes.
  func valuesBeforeSoftmax() -> [String] {
    let transparent: Set = ["Cast", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze"]
    let producers = self.producers
    return outputs.map { output in
      var value = output.name
      while let position = producers[value], let input = nodes[position].inputs.first {
        if nodes[position].operatorType == "Softmax" { return input }
        guard transparent.contains(nodes[position].operatorType) else { break }
        value = input
      }
      return output.name
    }
  }

  /// The part of the graph that computes some values, with these as its outputs.
  func computing(_ values: [String]) -> Graph {
    var part = self
    var seen: Set<String> = []
    part.outputs = values.filter { seen.insert($0).inserted }
      .map { Value(name: $0, extents: nil) }
    return part.removingUnused()
  }
}
