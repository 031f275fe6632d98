import Networks
import Tensors

/// A network run on the calibration images up to where its weights are settled.
///
/// Each node runs once, when its result is first asked for; values that no later node reads are let go.
struct PrefixRun {
  private var values: [String: StoredValue]
  private var done: Set<Int> = []
  private let pool: WorkerPool

  init(inputs: [String: StoredValue], pool: WorkerPool) {
    values = inputs
    self.pool = pool
  }

  /// Computes some values with the graph's present weights.
  mutating func compute(_ wanted: [String], in graph: Graph) throws -> [String: StoredValue] {
    let needed = ancestors(of: wanted.filter { values[$0] == nil }, in: graph)
    if !needed.isEmpty { try run(needed, of: graph, wanted: wanted) }
    return Dictionary(
      uniqueKeysWithValues: Set(wanted).compactMap { name in values[name].map { (name, $0) } })
  }

  /// Whether a value can be had without running one of some nodes.
  func canCompute(_ value: String, without nodes: Set<Int>, in graph: Graph) -> Bool {
    values[value] != nil || ancestors(of: [value], in: graph).isDisjoint(with: nodes)
  }

  private func ancestors(of wanted: [String], in graph: Graph) -> Set<Int> {
    var needed: Set<Int> = []
    var open = Set(wanted)
    for (index, node) in graph.nodes.enumerated().reversed()
    where !done.contains(index) && node.outputs.contains(where: open.contains) {
      needed.insert(index)
      for input in node.inputs where values[input] == nil { open.insert(input) }
    }
    return needed
  }

  private mutating func run(_ needed: Set<Int>, of graph: Graph, wanted: [String]) throws {
    let order = needed.sorted()
    let produced = Set(order.flatMap { graph.nodes[$0].outputs })
    let later = Set(
      graph.nodes.enumerated().filter { !needed.contains($0.offset) && !done.contains($0.offset) }
        .flatMap { $0.element.inputs })
    let outputs = produced.filter { later.contains($0) || wanted.contains($0) }.sorted()
    let read = Set(order.flatMap { graph.nodes[$0].inputs })
    let inputs = values.filter { read.contains($0.key) }
    let part = Graph(
      name: graph.name,
      inputs: inputs.keys.sorted().map { name in
        let extents = inputs[name]?.shape.extents.dropFirst().map { Graph.Extent.fixed($0) } ?? []
        return Graph.Value(name: name, extents: [.batch] + extents)
      },
      outputs: outputs.map { Graph.Value(name: $0, extents: nil) },
      nodes: order.map { graph.nodes[$0] },
      initializers: graph.initializers.filter { read.contains($0.key) })
    let results = try ChunkedRun.run(part, inputs: inputs, outputs: outputs, pool: pool)
    values.merge(results) { _, new in new }
    done.formUnion(needed)
    let stillRead = Set(
      graph.nodes.enumerated().filter { !done.contains($0.offset) }.flatMap { $0.element.inputs })
    values = values.filter { stillRead.contains($0.key) || wanted.contains($0.key) }
  }
}
