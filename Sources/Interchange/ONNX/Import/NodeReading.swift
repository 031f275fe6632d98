import Networks
import Tensors

/// The nodes of a file as nodes of ours: named, and without those that only pass constants on.
struct NodeReading {
  /// The nodes read so far.
  private(set) var nodes: [Node] = []
  /// The constants of the file and those of its Constant nodes.
  private(set) var initializers: [String: TypedArray]
  private let functions: Set<String>
  private let keptValues: Set<String>

  /// A reading that begins with the file's initializers.
  ///
  /// `keptValues` are the graph's outputs, whose names must stay.
  init(
    initializers: [String: TypedArray], functions: [WireFunctionProto], keptValues: Set<String>
  ) {
    self.initializers = initializers
    self.functions = Set(functions.map { Self.domain($0.domain) + "." + $0.name })
    self.keptValues = keptValues
  }

  /// ONNX's own operators have an empty domain or this name for it.
  static func domain(_ domain: String) -> String { domain == "ai.onnx" ? "" : domain }

  /// Reads all nodes.
  mutating func read(_ wires: [WireNodeProto]) throws(ONNXDefect) {
    let names = Self.uniqueNames(wires)
    for (wire, name) in zip(wires, names) {
      try checkOperator(wire, name: name)
      let reading = AttributeReading(node: name, type: wire.opType)
      if wire.opType == "Constant" {
        guard let output = wire.output.first, wire.output.count == 1, !output.isEmpty else {
          throw .node(name: name, type: wire.opType, reason: "must write exactly one value")
        }
        let array = try reading.constant(wire.attribute)
        guard initializers.updateValue(array, forKey: output) == nil else {
          throw .duplicateValue(output)
        }
      } else {
        nodes.append(
          Node(
            name: name, operatorType: wire.opType, inputs: wire.input, outputs: wire.output,
            attributes: try reading.attributes(wire.attribute)))
      }
    }
  }

  private func checkOperator(_ wire: WireNodeProto, name: String) throws(ONNXDefect) {
    let domain = Self.domain(wire.domain)
    guard !functions.contains(domain + "." + wire.opType) else {
      throw .node(
        name: name, type: wire.opType,
        reason: "is one of the model's own functions, which are not supported")
    }
    guard domain.isEmpty else {
      throw .node(
        name: name, type: wire.opType,
        reason: "belongs to the operators of '\(domain)', which are not supported")
    }
  }

  /// Replaces what Identity makes of a constant by the constant: exporters share parameters so.
  mutating func resolveIdentities() {
    var sources: [String: String] = [:]
    for node in nodes where node.operatorType == "Identity" {
      guard let source = node.inputs.first, let target = node.outputs.first,
        !keptValues.contains(target)
      else { continue }
      sources[target] = source
    }
    nodes = nodes.compactMap { node in
      if let target = node.outputs.first, sources[target] != nil,
        constant(behind: target, sources) != nil
      {
        return nil
      }
      var node = node
      node.inputs = node.inputs.map { constant(behind: $0, sources) ?? $0 }
      return node
    }
  }

  /// The constant that a value is, perhaps under several names.
  private func constant(behind value: String, _ sources: [String: String]) -> String? {
    var name = value
    // As many steps as there are names, so that a circle of them ends.
    for _ in 0...sources.count {
      guard initializers[name] == nil else { return name }
      guard let source = sources[name] else { return nil }
      name = source
    }
    return nil
  }

  /// The nodes' names; empty and repeated ones become `Type_position`.
  private static func uniqueNames(_ wires: [WireNodeProto]) -> [String] {
    let original = Set(wires.map(\.name))
    var used: Set<String> = []
    return wires.enumerated().map { position, wire in
      guard wire.name.isEmpty || used.contains(wire.name) else {
        used.insert(wire.name)
        return wire.name
      }
      var name = "\(wire.opType)_\(position)"
      while original.contains(name) || used.contains(name) { name += "_" }
      used.insert(name)
      return name
    }
  }
}
