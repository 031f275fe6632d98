import Networks

/// What must hold of a graph from a file, each with an error that names the culprit.
enum GraphChecks {
  /// Inputs and outputs have names of their own, and there is an output.
  static func names(
    _ inputs: [Graph.Value], _ outputs: [Graph.Value]
  ) throws(ONNXDefect) {
    for (values, role) in [(inputs, "input"), (outputs, "output")] {
      var seen: Set<String> = []
      for value in values {
        guard !value.name.isEmpty else { throw .value(name: "", reason: "names an \(role)") }
        guard seen.insert(value.name).inserted else {
          throw .value(name: value.name, reason: "is the name of two \(role)s")
        }
      }
    }
    guard !outputs.isEmpty else {
      throw .unsupportedFeature("the model has no outputs, which is")
    }
  }

  /// The graph in topological order.
  ///
  /// - Throws: `ONNXDefect.duplicateValue`, `.unwrittenValue` or `.cycle`.
  static func sorted(_ graph: Graph) throws(ONNXDefect) -> Graph {
    var written = Set(graph.inputs.map(\.name)).union(graph.initializers.keys)
    for node in graph.nodes {
      for output in node.outputs where !output.isEmpty && !written.insert(output).inserted {
        throw .duplicateValue(output)
      }
    }
    for node in graph.nodes {
      for input in node.inputs where !input.isEmpty && !written.contains(input) {
        throw .unwrittenValue(name: input, reader: "node '\(node.name)' (\(node.operatorType))")
      }
    }
    for output in graph.outputs where !written.contains(output.name) {
      throw .unwrittenValue(name: output.name, reader: "the list of outputs")
    }
    do throws(GraphError) {
      return try graph.topologicallySorted()
    } catch .unknownValue(let node, let value) {
      // Everything that is read is written somewhere, so what is missing waits for the node.
      throw .cycle(node: node, value: value)
    } catch {
      throw .graph(error)
    }
  }

  /// Every operator is one of ours.
  static func knowsOperators(of graph: Graph) throws(ONNXDefect) {
    let known = Set(OperatorRegistry.names).union(ConstantOperators.names)
    let unknown = graph.nodes.filter { !known.contains($0.operatorType) }
    guard let first = unknown.first else { return }
    throw .unknownOperator(
      node: first.name, type: first.operatorType,
      others: Set(unknown.map(\.operatorType)).count - 1)
  }
}
