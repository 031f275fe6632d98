import Networks
import Tensors

/// Channels put into another order by folding axis 1 into several, transposing these and unfolding
/// them: Reshape N,g,C/g,… → Transpose → Reshape N,C,….
///
/// Source: Zhang et al. 2018, "ShuffleNet", section 3.1.
struct ChannelShuffle: Equatable, Sendable {
  /// The three nodes' indices in the graph.
  let nodes: [Int]
  /// What is shuffled, N×C×….
  let input: String
  /// The same channels in their new order.
  let output: String
  /// The values between the three nodes.
  let innerValues: [String]
  /// The extents that the channels are folded into.
  let folded: [Int]
  /// For each output channel the input channel that it was.
  let sources: [Int]

  /// The shuffles of a graph.
  static func all(in graph: Graph, shapes: [String: Shape]) -> [ChannelShuffle] {
    let consumers = graph.consumers
    let requested = Set(graph.outputs.map(\.name))
    func soleReader(_ node: Int, _ type: String) -> Int? {
      let value = graph.nodes[node].outputs[0]
      guard let readers = consumers[value], readers.count == 1, !requested.contains(value),
        graph.nodes[readers[0]].operatorType == type, graph.nodes[readers[0]].inputs[0] == value
      else { return nil }
      return readers[0]
    }
    return graph.nodes.indices.compactMap { first in
      guard graph.nodes[first].operatorType == "Reshape",
        let second = soleReader(first, "Transpose"), let third = soleReader(second, "Reshape")
      else { return nil }
      return ChannelShuffle([first, second, third], of: graph, shapes: shapes)
    }
  }

  private init?(_ nodes: [Int], of graph: Graph, shapes: [String: Shape]) {
    let (fold, turn, unfold) = (graph.nodes[nodes[0]], graph.nodes[nodes[1]], graph.nodes[nodes[2]])
    guard let before = shapes[fold.inputs[0]], let wide = shapes[fold.outputs[0]],
      let after = shapes[unfold.outputs[0]], case .ints(let order)? = turn.attributes["perm"],
      before.rank >= 2, after.rank >= 2, before[0] == after[0], before[1] == after[1],
      let end = Self.foldedAxes(of: wide, channels: before[1]), before[0] == wide[0],
      // The axes of the channels stay among themselves, and all others where they are.
      order.count == wide.rank, order[0] == 0, Set(order[1..<end]) == Set(1..<end),
      order[end...].elementsEqual(end..<wide.rank)
    else { return nil }
    self.nodes = nodes
    input = fold.inputs[0]
    output = unfold.outputs[0]
    innerValues = [fold.outputs[0], turn.outputs[0]]
    let folded = Array(wide.extents[1..<end])
    self.folded = folded
    let strides = Shape(folded).strides
    sources = order[1..<end].map { $0 - 1 }.reduce([0]) { places, axis in
      places.flatMap { place in (0..<folded[axis]).map { place + $0 * strides[axis] } }
    }
  }

  /// The axis behind those that hold the channels.
  private static func foldedAxes(of shape: Shape, channels: Int) -> Int? {
    var product = 1
    for axis in 1..<max(shape.rank, 1) {
      product *= shape[axis]
      if product == channels, axis > 1 { return axis + 1 }
      if product > channels { return nil }
    }
    return nil
  }

  /// The extents that some input channels fold into, nil when they do not fill a block.
  func folding(_ kept: [Int]) -> [Int]? {
    let strides = Shape(folded).strides
    let extents = folded.indices.map { axis in
      Set(kept.map { $0 / strides[axis] % folded[axis] }).count
    }
    return extents.reduce(1, *) == kept.count ? extents : nil
  }

  /// Where each output channel that is left lies among the input channels that are left.
  func indices(keepingInputs inputs: [Int], outputs: [Int]) -> [Int] {
    let places = Dictionary(uniqueKeysWithValues: inputs.enumerated().map { ($1, $0) })
    return outputs.compactMap { places[sources[$0]] }
  }
}
