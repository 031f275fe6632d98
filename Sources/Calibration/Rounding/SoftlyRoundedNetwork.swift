import Foundation
import Networks
import Tensors

/// A quantised network whose weights lie between two levels, by how much trained logits say; see
/// `Node.softRound`.
struct SoftlyRoundedNetwork {
  /// The constants of one layer's rounding.
  struct Layer {
    /// The node that reads the weights.
    let name: String
    /// The initializer with the weights as they were.
    let weight: String
    /// The initializer with the scale that the quantiser reads.
    let scale: String
    let levels: QuantizationLevels
    let axis: Int
    /// The initializer with the layer's bias; nil where it has none.
    let bias: String?

    var floor: String { "\(weight)#floor" }
    var logits: String { "\(weight)#logits" }
    var factor: String { "\(weight)#factor" }
  }

  /// The network with a `SoftRound` where a `FakeQuantize` on weights was.
  let graph: Graph
  /// The layers whose weights are rounded, in the order of the graph.
  let layers: [Layer]
  private let quantized: Graph

  /// Starts from where the weights are: h(V) is the part of the way to the upper level.
  ///
  ///     floor = clamp(⌊w/s⌋, lowest, highest − 1)        h(V) = clamp(w/s − floor, 0, 1)
  ///
  /// so that floor + h lies on the grid whatever V becomes.
  ///
  /// - Parameter quantized: a network with its weights behind `FakeQuantize` nodes.
  /// - Throws: `GraphError` when a quantiser makes no sense.
  init(_ quantized: Graph) throws {
    self.quantized = quantized
    var graph = quantized
    var layers: [Layer] = []
    for (position, node) in quantized.nodes.enumerated() {
      guard node.isFakeQuantize, let weight = quantized.initializers[node.inputs[0]]?.tensor,
        let (levels, scales) = try quantized.quantizer(of: node),
        let reader = quantized.consumers(of: node.outputs[0]).first
      else { continue }
      let bias = reader.operatorType != "MatMul" && reader.inputs.count > 2 ? reader.inputs[2] : ""
      let axis = if case .int(let axis)? = node.attributes["axis"] { axis } else { 0 }
      let layer = Layer(
        name: reader.name, weight: node.inputs[0], scale: node.inputs[1], levels: levels,
        axis: weight.shape.axis(axis) ?? 0,
        bias: quantized.initializers[bias]?.tensor == nil ? nil : bias)
      layers.append(layer)
      let (floor, logits) = Self.start(weight, layer, scales)
      graph.initializers[layer.floor] = TypedArray(floor)
      graph.initializers[layer.logits] = TypedArray(logits)
      graph.initializers[layer.factor] = quantized.initializers[layer.scale]
        .map { TypedArray(Tensor(shape: $0.shape, repeating: 1)) }
      graph.nodes[position] = .softRound(
        name: node.name, floor: layer.floor, logits: layer.logits, scale: layer.scale,
        factor: layer.factor, levels: levels, axis: layer.axis, output: node.outputs[0])
    }
    self.graph = graph
    self.layers = layers
  }

  private static func start(
    _ weight: Tensor, _ layer: Layer, _ scales: [Float]
  ) -> (floor: Tensor, logits: Tensor) {
    var (floor, logits) = (weight, weight)
    let run = scales.count == 1 ? weight.count : weight.shape.strides[layer.axis]
    let (lowest, highest) = (Float(layer.levels.lowest), Float(layer.levels.highest))
    let gap = Float(layer.levels.gap)
    for (position, value) in weight.scalars.enumerated() {
      let scale = scales[position / max(run, 1) % max(scales.count, 1)]
      let level = scale > 0 ? value / scale : 0
      let whole = lowest + gap * ((level - lowest) / gap).rounded(.down)
      let below = min(max(whole, lowest), highest - gap)
      floor.scalars[position] = below
      logits.scalars[position] = RectifiedSigmoid.logit(of: (level - below) / gap)
    }
    return (floor, logits)
  }

  /// The quantised network with every weight on the level that its logit is nearer to, and with the scales
  /// and biases that were learned.
  ///
  /// - Parameter trained: the constants of `graph` after training.
  func hardened(_ trained: [String: TypedArray]) -> Graph {
    var result = quantized
    for layer in layers {
      guard let floor = trained[layer.floor]?.tensor, let logits = trained[layer.logits]?.tensor,
        let scale = trained[layer.scale]?.tensor, let factor = trained[layer.factor]?.tensor
      else { continue }
      let learned = Tensor(shape: scale.shape) {
        // A factor that left the positive numbers would turn the grid around.
        scale.scalars[$0] * max(factor.scalars[$0], 1e-3)
      }
      let run = scale.count == 1 ? floor.count : floor.shape.strides[layer.axis]
      let gap = Float(layer.levels.gap)
      let weights = Tensor(shape: floor.shape) { position in
        let level = floor.scalars[position] + (logits.scalars[position] >= 0 ? gap : 0)
        return level * learned.scalars[position / max(run, 1) % max(scale.count, 1)]
      }
      result.initializers[layer.weight] = TypedArray(weights)
      result.initializers[layer.scale] = TypedArray(learned)
      if let bias = layer.bias, let found = trained[bias] { result.initializers[bias] = found }
    }
    return result
  }

  /// The part of all weights whose level is not the nearest one.
  func changedPart(in other: Graph) -> Double {
    func numbers(_ graph: Graph, _ layer: Layer) -> [Int] {
      guard let weight = graph.initializers[layer.weight]?.tensor,
        let scale = graph.initializers[layer.scale]?.tensor
      else { return [] }
      return layer.levels.numbers(of: weight, scales: scale.scalars, axis: layer.axis)
    }
    var (changed, all) = (0, 0)
    for layer in layers {
      let (before, after) = (numbers(quantized, layer), numbers(other, layer))
      all += before.count
      changed += zip(before, after).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
    }
    return all == 0 ? 0 : Double(changed) / Double(all)
  }
}
