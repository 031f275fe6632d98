import Networks

/// Nodes in an order in which each reads only what is already there.
enum TopologicalOrder {
  /// The nodes, moved only as far as the order needs: each before the first that reads from it.
  ///
  /// - Throws: `ONNXDefect.duplicateValue`, `.unwrittenValue` or `.cycle`.
  static func sorted(_ nodes: [Node], available: Set<String>) throws(ONNXDefect) -> [Node] {
    let writers = try writers(of: nodes, available: available)
    for node in nodes {
      for input in node.inputs
      where !input.isEmpty && writers[input] == nil && !available.contains(input) {
        throw .unwrittenValue(name: input, reader: "node '\(node.name)' (\(node.operatorType))")
      }
    }
    var walk = Walk(nodes: nodes, writers: writers)
    for position in nodes.indices { try walk.place(position) }
    return walk.order.map { nodes[$0] }
  }

  private static func writers(
    of nodes: [Node], available: Set<String>
  ) throws(ONNXDefect) -> [String: Int] {
    var writers: [String: Int] = [:]
    for (position, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty {
        guard !available.contains(output), writers.updateValue(position, forKey: output) == nil
        else { throw .duplicateValue(output) }
      }
    }
    return writers
  }

  /// A depth-first walk with its own stack: a network may be deeper than the program's.
  private struct Walk {
    private enum Mark { case unseen, waiting, placed }

    let nodes: [Node]
    let writers: [String: Int]
    var order: [Int] = []
    private var marks: [Mark]

    init(nodes: [Node], writers: [String: Int]) {
      self.nodes = nodes
      self.writers = writers
      marks = [Mark](repeating: .unseen, count: nodes.count)
    }

    /// Places a node after everything it reads from.
    mutating func place(_ position: Int) throws(ONNXDefect) {
      guard marks[position] == .unseen else { return }
      marks[position] = .waiting
      var stack = [(position: position, input: 0)]
      while let top = stack.last {
        let node = nodes[top.position]
        guard top.input < node.inputs.count else {
          marks[top.position] = .placed
          order.append(top.position)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].input += 1
        guard let writer = writers[node.inputs[top.input]] else { continue }
        switch marks[writer] {
        case .placed: break
        case .waiting: throw .cycle(node: node.name, type: node.operatorType)
        case .unseen:
          marks[writer] = .waiting
          stack.append((writer, 0))
        }
      }
    }
  }
}
