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

  /// The constants of the quantiser of one activation.
  struct Activation {
    /// The initializer with the scale that the quantiser reads.
    let scale: String
    var factor: String { "\(scale)#factor" }
    var control: String { "\(scale)#control" }
  }

  /// How rounding begins and goes on.
  struct Form {
    /// Whether weights stand on a level all the time, and gradients go straight through.
    var isHard = false
    /// Whether quantisers of activations have trained scales.
    var learnsActivations = false
    /// A network with the same quantisers and other levels of the weights, from which to start.
    var start: Graph?
    /// The magnitude of logits that start from there.
    var margin: Float = 2.4
  }

  /// The network with a `SoftRound` where a `FakeQuantize` on weights was, and where asked for a
  /// `LearnedQuantize` where one on an activation was.
  let graph: Graph
  /// The layers whose weights are rounded, in the order of the graph.
  let layers: [Layer]
  /// The quantisers of activations that are trained, in the order of the graph.
  let activations: [Activation]
  private let quantized: Graph

  /// Starts from where the weights are: h(V) is the part of the way to the upper level.
  ///
  ///     floor = clamp(⌊w/s⌋, lowest, highest − 1)        h(V) = clamp(w/s − floor, 0, 1)
  ///
  /// so that floor + h lies on the grid whatever V becomes; or from the levels of another network.
  ///
  /// - Parameters:
  ///   - quantized: a network with its weights behind `FakeQuantize` nodes.
  ///   - form: how rounding begins and goes on.
  /// - Throws: `GraphError` when a quantiser makes no sense.
  init(_ quantized: Graph, _ form: Form = Form()) throws {
    self.quantized = quantized
    var graph = quantized
    var layers: [Layer] = []
    var activations: [Activation] = []
    for (position, node) in quantized.nodes.enumerated() {
      guard node.isFakeQuantize, let (levels, scales) = try quantized.quantizer(of: node) else {
        continue
      }
      guard let weight = quantized.initializers[node.inputs[0]]?.tensor else {
        guard form.learnsActivations, !levels.isBinary, scales.count == 1 else { continue }
        let activation = Activation(scale: node.inputs[1])
        activations.append(activation)
        graph.initializers[activation.factor] = TypedArray(Tensor(shape: [1], repeating: 1))
        graph.initializers[activation.control] = TypedArray(Tensor(shape: [3]) { $0 == 0 ? 1 : 0 })
        graph.nodes[position] = .learnedQuantize(
          name: node.name, value: node.inputs[0], scale: activation.scale,
          factor: activation.factor, control: activation.control, levels: levels,
          output: node.outputs[0])
        continue
      }
      guard let reader = quantized.consumers(of: node.outputs[0]).first
      else { continue }
      let bias = reader.operatorType != "MatMul" && reader.inputs.count > 2 ? reader.inputs[2] : ""
      let axis = if case .int(let axis)? = node.attributes["axis"] { axis } else { 0 }
      let layer = Layer(
        name: reader.name, weight: node.inputs[0], scale: node.inputs[1], levels: levels,
        axis: weight.shape.axis(axis) ?? 0,
        bias: quantized.initializers[bias]?.tensor == nil ? nil : bias)
      layers.append(layer)
      var (floor, logits) = Self.start(weight, layer, scales)
      if let start = form.start {
        Self.take(start, layer, floor, &logits, margin: form.margin)
      }
      graph.initializers[layer.floor] = TypedArray(floor)
      graph.initializers[layer.logits] = TypedArray(logits)
      graph.initializers[layer.factor] = quantized.initializers[layer.scale]
        .map { TypedArray(Tensor(shape: $0.shape, repeating: 1)) }
      graph.nodes[position] = .softRound(
        name: node.name, floor: layer.floor, logits: layer.logits, scale: layer.scale,
        factor: layer.factor, levels: levels, axis: layer.axis, isHard: form.isHard,
        output: node.outputs[0])
    }
    self.graph = graph
    self.layers = layers
    self.activations = activations
  }

  /// Puts logits on the side of the level that each weight has in another network.
  private static func take(
    _ other: Graph, _ layer: Layer, _ floor: Tensor, _ logits: inout Tensor, margin: Float
  ) {
    guard let weight = other.initializers[layer.weight]?.tensor, weight.shape == floor.shape,
      let scale = other.initializers[layer.scale]?.tensor
    else { return }
    let numbers = layer.levels.numbers(of: weight, scales: scale.scalars, axis: layer.axis)
    for (position, number) in numbers.enumerated() {
      logits.scalars[position] = Float(number) > floor.scalars[position] ? margin : -margin
    }
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
    for activation in activations {
      guard let scale = trained[activation.scale]?.tensor,
        let factor = trained[activation.factor]?.tensor
      else { continue }
      result.initializers[activation.scale] = TypedArray(
        Tensor(shape: scale.shape) { scale.scalars[$0] * max(factor.scalars[0], 1e-3) })
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
