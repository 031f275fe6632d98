import Networks
import Tensors

/// The changes that quantisation makes to a graph: other constants, and quantisers before layers.
struct GraphEdits {
  private var graph: Graph
  private let positions: [String: Int]
  /// New nodes by the position of the node that they stand before.
  private var inserted: [Int: [Node]] = [:]
  /// The quantisers of activations by what they write, each with the first node that reads it.
  private var edges: [String: (quantizer: Node, reader: Int)] = [:]

  init(_ graph: Graph) {
    self.graph = graph
    positions = Dictionary(graph.nodes.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }

  mutating func setInitializer(_ name: String, _ array: TypedArray) {
    graph.initializers[name] = array
  }

  /// Puts a quantiser between a layer and its weights.
  mutating func insertWeightQuantizer(
    _ layer: QuantizableLayer, levels: QuantizationLevels, scales: [Float]
  ) {
    guard let position = positions[layer.name] else { return }
    let value = "\(layer.weight).quantized"
    let scale = Tensor(shape: scales.count == 1 ? [] : [scales.count]) { scales[$0] }
    graph.initializers["\(value).scale"] = TypedArray(scale)
    inserted[position, default: []].append(
      .fakeQuantize(
        name: value, value: layer.weight, scale: "\(value).scale", levels: levels,
        axis: layer.outputAxis, output: value))
    graph.nodes[position].inputs[layer.weightPosition] = value
  }

  /// Puts a quantiser before a layer, or lets it read one that is there.
  mutating func insertInputQuantizer(
    _ layer: QuantizableLayer, levels: QuantizationLevels, scale: Float
  ) {
    guard let position = positions[layer.name] else { return }
    let value = "\(layer.input).quantized\(levels.bits)"
    graph.nodes[position].inputs[layer.inputPosition] = value
    if let known = edges[value] {
      edges[value]?.reader = min(position, known.reader)
      return
    }
    graph.initializers["\(value).scale"] = TypedArray(Tensor(shape: [], repeating: scale))
    let quantizer = Node.fakeQuantize(
      name: value, value: layer.input, scale: "\(value).scale", levels: levels, output: value)
    edges[value] = (quantizer, position)
  }

  /// The graph with all changes made.
  func result() -> Graph {
    var inserted = inserted
    for (_, edge) in edges.sorted(by: { $0.key < $1.key }) {
      inserted[edge.reader, default: []].append(edge.quantizer)
    }
    var result = graph
    result.nodes = graph.nodes.enumerated().flatMap { position, node in
      (inserted[position] ?? []) + [node]
    }
    return result
  }
}
