extension Graph {
  /// The position of the node that writes each computed value.
  public var producers: [String: Int] {
    var producers: [String: Int] = [:]
    for (position, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty { producers[output] = position }
    }
    return producers
  }

  /// The positions, in rising order, of the nodes that read each value.
  public var consumers: [String: [Int]] {
    var consumers: [String: [Int]] = [:]
    for (position, node) in nodes.enumerated() {
      for input in Set(node.inputs) where !input.isEmpty {
        consumers[input, default: []].append(position)
      }
    }
    return consumers
  }

  /// The node that writes a value, nil for inputs, initializers and unknown names.
  ///
  /// Walks over all nodes; `producers` serves who asks often.
  public func producer(of value: String) -> Node? {
    value.isEmpty ? nil : nodes.first { $0.outputs.contains(value) }
  }

  /// The nodes that read a value, in topological order.
  ///
  /// Walks over all nodes; `consumers` serves who asks often.
  public func consumers(of value: String) -> [Node] {
    value.isEmpty ? [] : nodes.filter { $0.inputs.contains(value) }
  }

  /// The graph without nodes that no output depends on and initializers that nobody reads.
  public func removingUnused() -> Graph {
    var needed = Set(outputs.map(\.name))
    var kept: [Node] = []
    for node in nodes.reversed() where node.outputs.contains(where: needed.contains) {
      needed.formUnion(node.inputs.filter { !$0.isEmpty })
      kept.append(node)
    }
    var graph = self
    graph.nodes = kept.reversed()
    graph.initializers = initializers.filter { needed.contains($0.key) }
    return graph
  }

  /// The graph with its nodes in topological order; nodes that may stand in any order keep theirs.
  ///
  /// - Throws: `GraphError.unknownValue` for a node that reads what no node writes, or that depends
  ///   on itself.
  public func topologicallySorted() throws(GraphError) -> Graph {
    let producers = self.producers
    let consumers = self.consumers
    var known = Set(inputs.map(\.name)).union(initializers.keys)
    var waitsFor = nodes.map { node in
      Set(node.inputs.filter { producers[$0] != nil && !known.contains($0) }).count
    }
    var ready = Heap(nodes.indices.filter { waitsFor[$0] == 0 })
    var order: [Int] = []
    while let position = ready.popSmallest() {
      order.append(position)
      for output in Set(nodes[position].outputs) where known.insert(output).inserted {
        for consumer in consumers[output] ?? [] {
          waitsFor[consumer] -= 1
          if waitsFor[consumer] == 0 { ready.insert(consumer) }
        }
      }
    }
    if order.count < nodes.count, let stuck = waitsFor.firstIndex(where: { $0 > 0 }) {
      let missing = nodes[stuck].inputs.first { !$0.isEmpty && !known.contains($0) }
      throw .unknownValue(node: nodes[stuck].name, value: missing ?? "")
    }
    var graph = self
    graph.nodes = order.map { nodes[$0] }
    try graph.validate()
    return graph
  }

  /// Checks the invariants of a graph: names are unique, every value read is known by then, every
  /// output is computed.
  ///
  /// - Throws: `GraphError.duplicateName`, `.unknownValue` or `.unknownOutput`.
  public func validate() throws(GraphError) {
    var values = Set(initializers.keys)
    for input in inputs where !values.insert(input.name).inserted {
      throw .duplicateName(input.name)
    }
    var names: Set<String> = []
    for node in nodes {
      guard names.insert(node.name).inserted else { throw .duplicateName(node.name) }
      for input in node.inputs where !input.isEmpty && !values.contains(input) {
        throw .unknownValue(node: node.name, value: input)
      }
      for output in node.outputs where !output.isEmpty && !values.insert(output).inserted {
        throw .duplicateName(output)
      }
    }
    for output in outputs where !values.contains(output.name) {
      throw .unknownOutput(output.name)
    }
  }
}

/// A binary heap of numbers, smallest first.
private struct Heap {
  private var numbers: [Int]

  /// A heap of numbers that stand in rising order.
  init(_ rising: [Int]) { numbers = rising }

  mutating func insert(_ number: Int) {
    numbers.append(number)
    var child = numbers.count - 1
    while child > 0, numbers[child] < numbers[(child - 1) / 2] {
      numbers.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popSmallest() -> Int? {
    guard let last = numbers.popLast() else { return nil }
    guard let smallest = numbers.first else { return last }
    numbers[0] = last
    var parent = 0
    while 2 * parent + 1 < numbers.count {
      var child = 2 * parent + 1
      if child + 1 < numbers.count, numbers[child + 1] < numbers[child] { child += 1 }
      guard numbers[child] < numbers[parent] else { break }
      numbers.swapAt(child, parent)
      parent = child
    }
    return smallest
  }
}
