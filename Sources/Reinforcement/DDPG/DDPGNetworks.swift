import Networks
import Tensors

/// The graphs of actor and critic.
///
/// Hidden weights and biases are uniform in ±1/√(inputs), those of the output layers in
/// ±`outputLayerBound`, so that the first actions are near the middle and the first values near 0.
/// Source: Lillicrap et al. 2016, section 7.
struct DDPGNetworks {
  let observationCount: Int
  let actionCount: Int
  let configuration: DDPGConfiguration

  /// μ(s): observation [batch, observations] → action [batch, actions] in 0…1.
  ///
  /// The logistic function rather than tanh: scaled to −1…1 the two differ by the slope alone.
  func actor(using generator: inout SeededGenerator) -> Graph {
    var builder = DenseGraph(name: "actor")
    builder.addInput("observation", width: observationCount)
    var hidden = "observation"
    for (index, width) in configuration.hiddenLayers.enumerated() {
      hidden = builder.dense("hidden\(index + 1)", hidden, width: width, using: &generator)
      hidden = builder.relu(hidden)
    }
    let logits = builder.dense(
      "logits", hidden, width: actionCount, bound: configuration.outputLayerBound,
      using: &generator)
    let action = builder.sigmoid(logits, named: "action")
    return builder.graph(output: action)
  }

  private var historyCount: Int { (configuration.criticActionHistory ?? 0) * actionCount }

  /// Q(s, a): observation [batch, observations], action [batch, actions] in −1…1 → value [batch, 1].
  func critic(using generator: inout SeededGenerator) -> Graph {
    var builder = DenseGraph(name: "critic")
    builder.addInput("observation", width: observationCount + historyCount)
    builder.addInput("action", width: actionCount)
    var hidden = "observation"
    let entry = configuration.actionEntry == .input ? 0 : 1
    for (index, width) in configuration.hiddenLayers.enumerated() {
      if index == entry { hidden = builder.concatenate([hidden, "action"]) }
      hidden = builder.dense("hidden\(index + 1)", hidden, width: width, using: &generator)
      hidden = builder.relu(hidden)
    }
    if configuration.hiddenLayers.count == entry {
      hidden = builder.concatenate([hidden, "action"])
    }
    let value = builder.dense(
      "value", hidden, width: 1, bound: configuration.outputLayerBound, using: &generator)
    return builder.graph(output: value)
  }
}

/// Builds a graph of fully connected layers.
struct DenseGraph {
  private let name: String
  private var inputs: [Graph.Value] = []
  private var nodes: [Node] = []
  private var initializers: [String: TypedArray] = [:]
  private var widths: [String: Int] = [:]

  init(name: String) {
    self.name = name
  }

  mutating func addInput(_ name: String, width: Int) {
    inputs.append(Graph.Value(name: name, extents: [.batch, .fixed(width)]))
    widths[name] = width
  }

  /// y = x·Wᵀ + b with W [width, inputs], uniform in ±bound.
  mutating func dense(
    _ name: String, _ input: String, width: Int, bound: Double? = nil,
    using generator: inout SeededGenerator
  ) -> String {
    let inputs = widths[input] ?? 0
    let bound = bound ?? 1 / Double(max(inputs, 1)).squareRoot()
    let weights = Tensor(shape: [width, inputs]) { _ in
      Float(generator.uniform(in: -bound...bound))
    }
    let biases = Tensor(shape: [width]) { _ in Float(generator.uniform(in: -bound...bound)) }
    initializers["\(name).weight"] = TypedArray(weights)
    initializers["\(name).bias"] = TypedArray(biases)
    return add(
      "Gemm", [input, "\(name).weight", "\(name).bias"], named: name, width: width,
      attributes: ["transB": .int(1)])
  }

  mutating func relu(_ input: String) -> String {
    add("Relu", [input], named: "\(input).relu", width: widths[input] ?? 0)
  }

  mutating func sigmoid(_ input: String, named name: String) -> String {
    add("Sigmoid", [input], named: name, width: widths[input] ?? 0)
  }

  mutating func concatenate(_ inputs: [String]) -> String {
    add(
      "Concat", inputs, named: inputs.joined(separator: "+"),
      width: inputs.reduce(0) { $0 + (widths[$1] ?? 0) }, attributes: ["axis": .int(1)])
  }

  func graph(output: String) -> Graph {
    Graph(
      name: name, inputs: inputs,
      outputs: [Graph.Value(name: output, extents: [.batch, .fixed(widths[output] ?? 0)])],
      nodes: nodes, initializers: initializers)
  }

  private mutating func add(
    _ type: String, _ inputs: [String], named output: String, width: Int,
    attributes: [String: Attribute] = [:]
  ) -> String {
    nodes.append(
      Node(
        name: output, operatorType: type, inputs: inputs, outputs: [output],
        attributes: attributes))
    widths[output] = width
    return output
  }
}
