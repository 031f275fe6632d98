import Tensors

/// A value through which alone everything later depends on everything before.
public struct GraphCut: Equatable, Sendable {
  /// The value.
  public let value: String
  /// How it lies: a leading extent of one example, then the rest.
  public let exampleShape: Shape
  /// The positions of the nodes that the value depends on.
  let before: Set<Int>
}

extension Graph {
  /// The values at which an inference pass can be parted into two that together give the same bits, in
  /// the order in which the pass reaches them.
  ///
  /// Only values that a pass writes to memory count: what fuses into one operator is never parted. The
  /// graph has one input and its examples stand along each value's first axis.
  ///
  /// - Throws: `GraphError` when the graph cannot be read.
  public func cuts() throws(GraphError) -> [GraphCut] {
    guard inputs.count == 1 else { return [] }
    let (one, two) = (try shapes(batch: 1), try shapes(batch: 2))
    let fused = try fused(for: .inference, keeping: Set(outputs.map(\.name)))
    let producers = producers
    // The last fused node that reads each value.
    var lastReader: [String: Int] = [:]
    for (position, node) in fused.nodes.enumerated() {
      for input in node.inputs { lastReader[input] = position }
    }
    for output in outputs { lastReader[output.name] = fused.nodes.count }
    var alive = Set(inputs.map(\.name).filter { lastReader[$0] != nil })
    var cuts: [GraphCut] = []
    for (position, node) in fused.nodes.enumerated() {
      alive.formUnion(node.outputs.filter { (lastReader[$0] ?? -1) > position })
      alive = alive.filter { (lastReader[$0] ?? -1) > position }
      guard alive.count == 1, let value = alive.first, node.outputs.contains(value),
        producers[value] != nil, !outputs.contains(where: { $0.name == value }),
        let shape = one[value], shape.rank > 1, shape[0] == 1, two[value]?[0] == 2
      else { continue }
      cuts.append(
        GraphCut(value: value, exampleShape: shape, before: ancestors(of: value, producers)))
    }
    return cuts
  }

  private func ancestors(of value: String, _ producers: [String: Int]) -> Set<Int> {
    var found: Set<Int> = []
    var open = [value]
    while let name = open.popLast() {
      guard let position = producers[name], found.insert(position).inserted else { continue }
      open += nodes[position].inputs
    }
    return found
  }

  /// What a pass does between two cuts, as a graph of its own.
  ///
  /// - Parameters:
  ///   - start: where it begins; nil for the input.
  ///   - end: where it ends; nil for the outputs.
  public func part(from start: GraphCut?, to end: GraphCut?) -> Graph {
    let kept = nodes.enumerated().filter { position, _ in
      !(start?.before.contains(position) ?? false) && (end?.before.contains(position) ?? true)
    }.map(\.element)
    let read = Set(kept.flatMap(\.inputs))
    let begin = start.map { cut in
      let extents = cut.exampleShape.extents.dropFirst().map { Extent.fixed($0) }
      return [Value(name: cut.value, extents: [.batch] + extents)]
    }
    return Graph(
      name: name, inputs: begin ?? inputs,
      outputs: end.map { [Value(name: $0.value, extents: nil)] } ?? outputs,
      nodes: kept, initializers: initializers.filter { read.contains($0.key) })
  }
}
