import Tensors
import Testing

@testable import Networks

@Suite struct ConstantFoldingTests {
  static func node(
    _ type: String, _ inputs: [String], _ output: String, _ attributes: [String: Attribute] = [:]
  ) -> Node {
    Node(
      name: output + "/" + type, operatorType: type, inputs: inputs, outputs: [output],
      attributes: attributes)
  }

  static func constant(_ name: String, _ integers: [Int]) -> Node {
    node("Constant", [], name, ["value": .array(TypedArray(integers))])
  }

  static func scalar(_ name: String, _ integer: Int) -> Node {
    node("Constant", [], name, ["value_int": .int(integer)])
  }

  /// The shortcut of a ResNet for CIFAR: `F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, c, c))` with c a
  /// quarter of the channels after it, as PyTorch writes it.
  @Test func aZeroPaddedShortcutFolds() throws {
    let graph = Graph(
      name: "shortcut",
      inputs: [.init(name: "x", extents: [.batch, .fixed(16), .fixed(8), .fixed(6)])],
      outputs: [.init(name: "y", extents: nil)],
      nodes: [
        Self.constant("starts", [0, 0]), Self.constant("ends", [Int.max, Int.max]),
        Self.constant("axes", [2, 3]), Self.constant("steps", [2, 2]),
        Self.node("Slice", ["x", "starts", "ends", "axes", "steps"], "s"),
        Self.node("Shape", ["s"], "extents"), Self.scalar("one", 1),
        Self.node("Gather", ["extents", "one"], "channels", ["axis": .int(0)]),
        Self.scalar("two", 2), Self.node("Div", ["channels", "two"], "side"),
        Self.constant("zero", [0]), Self.node("Unsqueeze", ["side", "zero"], "sides"),
        Self.constant("none", [0, 0, 0, 0]),
        Self.node("Concat", ["none", "sides", "sides"], "torch", ["axis": .int(0)]),
        // PyTorch's pads count from the last axis; ONNX's begin with all starts.
        Self.constant("pairing", [-1, 2]), Self.constant("filler", [0, 0]),
        Self.node("Concat", ["torch", "filler"], "padded", ["axis": .int(0)]),
        Self.node("Reshape", ["padded", "pairing"], "pairs"),
        Self.constant("back", [-1]), Self.constant("front", [Int.min]),
        Self.node("Slice", ["pairs", "back", "front", "zero", "back"], "turned"),
        Self.node("Transpose", ["turned"], "columns", ["perm": .ints([1, 0])]),
        Self.node("Reshape", ["columns", "back"], "flat"),
        Self.node("Cast", ["flat"], "pads", ["to": .int(7)]),
        Self.node("Pad", ["s", "pads"], "y", ["mode": .string("constant")]),
      ])
    let folded = try graph.foldingConstants()
    #expect(folded.nodes.map(\.operatorType) == ["Slice", "Pad"])
    #expect(folded.initializers["pads"]?.integers == [0, 8, 0, 0, 0, 8, 0, 0])
    #expect(
      Set(folded.initializers.keys) == ["starts", "ends", "axes", "steps", "pads"])
    #expect(try folded.shapes(batch: 5)["y"] == [5, 32, 4, 3])
    let x = random([2, 16, 8, 6], seed: 4)
    let y = try #require(try Executor(folded, batch: 2).run(["x": x])["y"])
    #expect(y.shape == [2, 32, 4, 3])
    // y[1, 8 + 3, 2, 1] is x[1, 3, 4, 2]; a channel of the padding is 0.
    let (to, from) = (y.shape.strides, x.shape.strides)
    let padded = to[0] + 11 * to[1] + 2 * to[2] + to[3]
    let original = from[0] + 3 * from[1] + 4 * from[2] + 2 * from[3]
    #expect(y.scalars[padded] == x.scalars[original])
    #expect(y.scalars[..<96].allSatisfy { $0 == 0 })
  }

  /// `x.view(x.size(0), -1)` and the channel shuffle of ShuffleNet.
  static func reshaping(_ entries: [String]) -> Graph {
    Graph(
      name: "view",
      inputs: [.init(name: "x", extents: [.batch, .fixed(6), .fixed(4), .fixed(5)])],
      outputs: [.init(name: "y", extents: nil)],
      nodes: [
        node("Shape", ["x"], "extents"), scalar("first", 0), scalar("last", -1),
        constant("front", [0]),
        node("Gather", ["extents", "first"], "batch"),
        node("Gather", ["extents", "last"], "width"),
        node("Unsqueeze", ["batch", "front"], "batches"),
        node("Unsqueeze", ["width", "front"], "widths"),
        constant("five", [5]), constant("two", [2]), constant("three", [3]), constant("rest", [-1]),
        node("Mul", ["batches", "five"], "frames"),
        node("Concat", entries, "target", ["axis": .int(0)]),
        node("Reshape", ["x", "target"], "y"),
      ])
  }

  @Test(arguments: [
    (["batches", "rest"], [0, 120], [7, 120]),
    (["batches", "two", "three", "rest", "widths"], [0, 2, 3, 4, 5], [7, 2, 3, 4, 5]),
    (["frames", "rest"], [-1, 24], [35, 24]),
    (["rest", "widths"], [-1, 5], [168, 5]),
    (["two", "batches", "rest"], [2, -1, 60], [2, 7, 60]),
  ])
  func aReshapeThatDependsOnTheBatchIsRewritten(
    _ entries: [String], _ target: [Int], _ shape: [Int]
  ) throws {
    let folded = try Self.reshaping(entries).foldingConstants()
    let reshape = try #require(folded.nodes.first)
    #expect(folded.nodes.count == 1)
    #expect(folded.initializers.count == 1)
    #expect(folded.initializers[reshape.inputs[1]]?.integers == target)
    #expect(try folded.shapes(batch: 7)["y"] == Shape(shape))
  }

  @Test func aReshapeThatCannotBeWrittenIsRefused() {
    // Both axes depend on the batch, and neither is the input's.
    let graph = Self.reshaping(["frames", "two", "batches", "rest"])
    #expect(throws: GraphError.self) { try graph.foldingConstants() }
  }

  @Test func otherReadersOfTheBatchAreNamed() {
    let graph = TopologyTests.graph([
      Self.node("Shape", ["x"], "extents"), Self.constant("zero", [0]),
      Self.node("Slice", ["extents", "zero", "one", "zero"], "batch"),
      Self.constant("one", [1]), Self.node("Slice", ["x", "zero", "batch", "zero"], "y"),
    ])
    #expect(
      throws: GraphError.batchDependent(node: "y/Slice", type: "Slice", input: "batch")
    ) {
      try graph.topologicallySorted().foldingConstants()
    }
    let asked = TopologyTests.graph([Self.node("Shape", ["x"], "y")])
    #expect(throws: GraphError.batchDependent(node: "y/Shape", type: "Shape", input: "y")) {
      try asked.foldingConstants()
    }
  }

  @Test func anExpansionKeepsTheBatch() throws {
    let graph = TopologyTests.graph(
      [
        Self.node("Shape", ["x"], "extents", ["end": .int(1)]), Self.constant("wide", [5]),
        Self.node("Concat", ["extents", "wide"], "target", ["axis": .int(0)]),
        Self.node("Expand", ["x", "target"], "y"),
      ], input: [.batch, .fixed(1)])
    let folded = try graph.foldingConstants()
    #expect(folded.initializers[folded.nodes[0].inputs[1]]?.integers == [1, 5])
    #expect(try folded.shapes(batch: 4)["y"] == [4, 5])
  }

  @Test func whatIsComputedFromWeightsIsAWeight() throws {
    let weight = random([3, 2], seed: 1)
    let graph = TopologyTests.graph(
      [
        Self.node("Transpose", ["w"], "t"), Self.node("Identity", ["t"], "i"),
        Self.node("Transpose", ["i"], "u"), Self.node("Gather", ["u", "pick"], "row"),
        Self.node("Unsqueeze", ["half", "zero"], "halves"),
        Self.node("Mul", ["x", "halves"], "scaled"), Self.node("Add", ["scaled", "row"], "y"),
      ],
      [
        "w": TypedArray(weight), "pick": try TypedArray(shape: [], integers: [1]),
        "zero": TypedArray([0]), "half": try TypedArray(shape: [], doubles: [0.5]),
      ], input: [.batch, .fixed(2)])
    let folded = try graph.foldingConstants()
    #expect(folded.nodes.map(\.operatorType) == ["Mul", "Add"])
    #expect(folded.initializers["row"]?.tensor?.scalars == [weight.scalars[2], weight.scalars[3]])
    // Networks carry 32-bit floats.
    #expect(folded.initializers["halves"]?.tensor == Tensor(shape: [1], repeating: 0.5))
    #expect(try folded.foldingConstants() == folded)
  }

  @Test func aGraphOfFixedExtentsFoldsWholly() throws {
    let graph = TopologyTests.graph(
      [Self.node("Shape", ["x"], "s"), Self.node("ConstantOfShape", ["s"], "y")],
      input: [.fixed(2), .fixed(3)])
    let folded = try graph.foldingConstants()
    #expect(folded.nodes.isEmpty)
    #expect(folded.initializers == ["y": TypedArray(Tensor(shape: [2, 3]))])
  }
}
