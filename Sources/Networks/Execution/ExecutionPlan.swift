import Tensors

/// A value in one layout: where an executor keeps it.
struct Slot {
  /// The value's name in the graph.
  let value: String
  /// The shape, with leading axes of extent 1 where a layout asked for rank 4.
  let shape: Shape
  let layout: Layout
  /// Whether it holds an initializer, alone or converted.
  let isConstant: Bool
}

/// One thing an executor does in a pass.
struct Step {
  enum Work {
    case convert
    case operation(any Operator)
  }

  let node: String
  let work: Work
  /// Slots read; nil where an optional input is left out or is no array of floats.
  let inputs: [Int?]
  /// Slots written.
  let outputs: [Int]
}

/// The order of work for a graph and a batch: which slots there are and which steps fill them.
///
/// Layout conversions become steps of their own, at most one per value and layout.
struct ExecutionPlan {
  private(set) var slots: [Slot] = []
  private(set) var steps: [Step] = []
  /// The slot of each graph input.
  private(set) var inputs: [String: Int] = [:]
  /// The slot of each requested output.
  private(set) var outputs: [String: Int] = [:]
  /// The slot of each initializer of floats that a step reads, in order of first use.
  private(set) var initializers: [(name: String, slot: Int)] = []

  private struct Key: Hashable {
    let value: String
    let layout: Layout
    let shape: Shape
  }
  private let mode: ExecutionMode
  private let arithmetic: Arithmetic
  private var slotOf: [Key: Int] = [:]
  private var original: [String: Int] = [:]

  /// - Parameter exchange: how inputs and outputs of rank 4 lie; others lie row-major.
  init(
    _ graph: Graph, batch: Int, outputs requested: [String], exchange: Layout,
    mode: ExecutionMode, arithmetic: Arithmetic
  ) throws(GraphError) {
    self.mode = mode
    self.arithmetic = arithmetic
    for input in graph.inputs where input.elementType == .float32 {
      guard let extents = input.extents else {
        throw .input(name: input.name, expected: "known extents", found: "none")
      }
      let shape = Shape(
        extents.map { extent in
          if case .fixed(let count) = extent { count } else { batch }
        })
      inputs[input.name] = addSlot(
        input.name, shape, shape.rank == 4 ? exchange : .rowMajor, isConstant: false)
    }
    for node in graph.nodes {
      try add(node, of: graph)
    }
    for name in requested {
      guard let slot = try source(name, in: graph, readBy: "output") else {
        throw .unknownOutput(name)
      }
      let rank = slots[slot].shape.rank
      outputs[name] = convert(slot, to: rank == 4 ? exchange : .rowMajor, rank: rank)
    }
  }

  private mutating func addSlot(
    _ value: String, _ shape: Shape, _ layout: Layout, isConstant: Bool
  ) -> Int {
    slots.append(Slot(value: value, shape: shape, layout: layout, isConstant: isConstant))
    slotOf[Key(value: value, layout: layout, shape: shape)] = slots.count - 1
    if original[value] == nil { original[value] = slots.count - 1 }
    return slots.count - 1
  }

  /// The slot in which a value was written or fed; nil for names that no step knows.
  ///
  /// Gradients of the same value in other layouts flow into that of this slot.
  func firstSlot(of value: String) -> Int? { original[value] }

  /// The slot in which a value first appears; nil for constants that are not floats.
  private mutating func source(
    _ value: String, in graph: Graph, readBy node: String
  ) throws(GraphError) -> Int? {
    if let slot = original[value] { return slot }
    guard let constant = graph.initializers[value] else {
      throw .unknownValue(node: node, value: value)
    }
    guard case .float32 = constant.storage else { return nil }
    let slot = addSlot(value, constant.shape, .rowMajor, isConstant: true)
    initializers.append((value, slot))
    return slot
  }

  private mutating func add(_ node: Node, of graph: Graph) throws(GraphError) {
    let operation = try OperatorRegistry.makeOperator(NodeReader(node, in: graph))
    var sources: [Int?] = []
    for name in node.inputs {
      sources.append(name.isEmpty ? nil : try source(name, in: graph, readBy: node.name))
    }
    let shapes = zip(node.inputs, sources).map { name, slot in
      slot.map { slots[$0].shape } ?? graph.initializers[name]?.shape
    }
    let outputShapes = try operation.outputShapes(of: shapes)
    let forms = sources.map { slot in
      slot.map {
        ValueForm(
          shape: slots[$0].shape, layout: slots[$0].layout, isConstant: slots[$0].isConstant)
      }
    }
    let layouts = operation.layouts(forms, outputs: outputShapes)
    let read = zip(sources, layouts.inputs).map { slot, layout in
      slot.map { convert($0, to: layout, rank: layout == .channelsLast ? 4 : slots[$0].shape.rank) }
    }
    var written: [Int] = []
    for (position, shape) in outputShapes.enumerated() {
      let name = position < node.outputs.count ? node.outputs[position] : ""
      // An output nobody named is still written; it needs a place of its own.
      let value = name.isEmpty ? "\(node.name)#\(position)" : name
      written.append(addSlot(value, shape, layouts.outputs[position], isConstant: false))
    }
    let step = Step(
      node: node.name, work: .operation(operation), inputs: read, outputs: written)
    let fitted = operation.fitted(to: site(of: step))
    steps.append(
      Step(node: node.name, work: .operation(fitted), inputs: read, outputs: written))
  }

  /// What the operator of a step is told about its place.
  func site(of step: Step) -> OperatorSite {
    OperatorSite(
      inputs: step.inputs.map { $0.map { slots[$0].shape } },
      outputs: step.outputs.map { slots[$0].shape },
      layouts: LayoutPlan(
        inputs: step.inputs.map { $0.map { slots[$0].layout } ?? .rowMajor },
        outputs: step.outputs.map { slots[$0].layout }),
      mode: mode, arithmetic: arithmetic)
  }

  /// The slot of the same value in another layout, with a conversion step if there is none yet.
  private mutating func convert(_ slot: Int, to layout: Layout, rank: Int) -> Int {
    let from = slots[slot]
    let padding = [Int](repeating: 1, count: max(0, rank - from.shape.rank))
    let shape = Shape(padding + from.shape.extents)
    if from.layout == layout && padding.isEmpty { return slot }
    if let known = slotOf[Key(value: from.value, layout: layout, shape: shape)] { return known }
    let target = addSlot(from.value, shape, layout, isConstant: from.isConstant)
    steps.append(Step(node: from.value, work: .convert, inputs: [slot], outputs: [target]))
    return target
  }
}
