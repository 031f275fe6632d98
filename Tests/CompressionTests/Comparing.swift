import Networks
import TestSupport
import Tensors

@testable import Compression

/// The first output of a network for some examples.
func output(
  of graph: Graph, for examples: Tensor, threads: Int = 1
) throws -> Tensor {
  let executor = try Executor(
    graph, batch: examples.shape[0], pool: WorkerPool(threads: threads))
  let name = graph.outputs[0].name
  return try executor.run([graph.inputs[0].name: examples])[name] ?? Tensor(shape: [0])
}

/// The largest difference, relative to the largest element (at least 1).
func difference(_ a: Tensor, _ b: Tensor) -> Double {
  a.shape == b.shape ? a.error(against: b.scalars.map { Double($0) }) : .infinity
}

/// The mean square difference.
func meanSquare(_ a: Tensor, _ b: Tensor) -> Double {
  zip(a.scalars, b.scalars).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    / Double(max(a.count, 1))
}

extension ChannelDependencies {
  /// The group that a layer makes.
  func group(madeBy layer: String) -> ChannelGroup? {
    groups.first { $0.producers.contains(layer) }
  }

  /// Random widths for the groups that can be cut, at least 1 each, and classes removed to match.
  func randomCut(
    _ generator: inout SeededGenerator
  ) -> (widths: [Int: Int], removed: Set<Int>) {
    var widths: [Int: Int] = [:]
    var removed: Set<Int> = []
    for (number, group) in groups.enumerated() where group.obstacle == nil {
      let width = 1 + generator.integer(below: group.width)
      widths[number] = width
      let order = generator.permutation(of: group.width)
      removed.formUnion(order.dropFirst(width).map { group.classes[$0] })
    }
    return (widths, removed)
  }
}

extension Graph {
  /// The network with the weights that read removed channels set to zero: what slicing computes.
  func withholding(_ removed: Set<Int>, _ dependencies: ChannelDependencies) -> Graph {
    var graph = unsharingParameters()
    for node in graph.nodes where isDenseLayer(node) {
      guard let weight = graph.initializers[node.inputs[1]]?.tensor else { continue }
      let classes = dependencies.classes(of: node.inputs[0])
      let isRows =
        node.operatorType == "MatMul"
        || (node.operatorType == "Gemm" && node.attributes["transB"] != .int(1))
      let axis = isRows ? 0 : 1
      let inner = weight.shape.extents[(axis + 1)...].reduce(1, *)
      var groups = 1
      if case .int(let given)? = node.attributes["group"] { groups = given }
      let (rows, extent) = (weight.shape[0] / groups, weight.shape[axis])
      graph.initializers[node.inputs[1]] = TypedArray(
        Tensor(shape: weight.shape) { position in
          let group = groups > 1 ? position / (inner * extent) / rows : 0
          let channel = group * extent + position / inner % extent
          return removed.contains(classes[channel]) ? 0 : weight.scalars[position]
        })
    }
    return graph
  }
}
