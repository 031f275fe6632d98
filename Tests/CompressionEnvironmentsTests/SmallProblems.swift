import Compression
import Networks
import Tensors

@testable import CompressionEnvironments

/// Measures a network by what is left of it, and counts how often it was asked.
final class CountingEvaluator: Evaluator {
  let metric = "part"
  private(set) var calls = 0
  /// The thresholds of measurements that may end early.
  private(set) var thresholds: [Double] = []

  /// Percent of 10,000 parameters, an even number counting a little more.
  func evaluate(_ graph: Graph) throws -> Double {
    calls += 1
    let parameters = try NetworkCost(graph).parameters
    return min(100, Double(parameters) / 100 + (parameters.isMultiple(of: 2) ? 0.5 : 0))
  }
}

extension CountingEvaluator {
  func evaluate(_ graph: Graph, unlessBelow threshold: Double) throws -> Double {
    thresholds.append(threshold)
    return try evaluate(graph)
  }
}

enum SmallProblems {
  /// A built-in network on images of 8 × 6.
  static func network(_ name: String, multiplier: Double = 1) throws -> Graph {
    var generator = SeededGenerator(seed: 1)
    return try ModelBuilder.named(name).graph(
      ModelParameters(height: 8, width: 6, widthMultiplier: multiplier), using: &generator)
  }

  /// A problem without reconstruction.
  static func problem(
    _ graph: Graph, _ quantity: CostQuantity = .macs, part: Double = 0.5,
    widths: PrunedWidths = .inner, smallestKeep: Double = 0.2, multiple: Int = 1,
    evaluator: any Evaluator = CountingEvaluator()
  ) throws -> SearchProblem {
    try self.problem(
      graph, parts: [(quantity, part)], reward: .accuracy,
      widths: WidthRules(widths, smallestKeep: smallestKeep, multiple: multiple),
      evaluator: evaluator)
  }

  /// A problem under any limits, each a part of the original, without reconstruction.
  static func problem(
    _ graph: Graph, parts: [(CostQuantity, Double)], reward: RewardExpression,
    widths: WidthRules = WidthRules(.inner), evaluator: any Evaluator = CountingEvaluator()
  ) throws -> SearchProblem {
    let pruner = try ChannelPruner(
      graph, images: Tensor(shape: [0]),
      settings: PruningSettings(criterion: .l1, reconstruction: .none),
      streams: RandomStreams(seed: 1), pool: WorkerPool(threads: 1))
    return try SearchProblem(
      ChannelSpace(pruner, widths: widths),
      limits: { original in
        parts.map { CostLimit($0, most: Int($1 * Double(original[$0]))) }
      }, reward: reward, evaluator: evaluator)
  }

  /// Convolutions a 3→4, b 4→8 at stride 2 and c 8→6 on images of 8 × 6, then a classifier 6→2.
  static var chain: Graph {
    var generator = SeededGenerator(seed: 2)
    var nodes: [Node] = []
    var initializers: [String: TypedArray] = [:]
    func layer(_ type: String, _ name: String, _ input: String, _ shape: Shape, stride: Int) {
      initializers["\(name).weight"] = TypedArray(
        Tensor(shape: shape) { _ in Float(generator.normal()) })
      initializers["\(name).bias"] = TypedArray(Tensor(shape: [shape[0]]))
      let attributes: [String: Attribute] =
        type == "Gemm"
        ? ["transB": .int(1)]
        : ["pads": .ints([1, 1, 1, 1]), "strides": .ints([stride, stride])]
      nodes.append(
        Node(
          name: name, operatorType: type, inputs: [input, "\(name).weight", "\(name).bias"],
          outputs: [name], attributes: attributes))
    }
    func plain(_ type: String, _ name: String, _ input: String) {
      nodes.append(Node(name: name, operatorType: type, inputs: [input], outputs: [name]))
    }
    layer("Conv", "a", "x", [4, 3, 3, 3], stride: 1)
    plain("Relu", "a.relu", "a")
    layer("Conv", "b", "a.relu", [8, 4, 3, 3], stride: 2)
    plain("Relu", "b.relu", "b")
    layer("Conv", "c", "b.relu", [6, 8, 3, 3], stride: 1)
    plain("GlobalAveragePool", "pool", "c")
    plain("Flatten", "flat", "pool")
    layer("Gemm", "classes", "flat", [2, 6], stride: 1)
    return Graph(
      name: "chain",
      inputs: [Graph.Value(name: "x", extents: [.batch, .fixed(3), .fixed(8), .fixed(6)])],
      outputs: [Graph.Value(name: "classes", extents: nil)], nodes: nodes,
      initializers: initializers)
  }
}
