import TestSupport
import Tensors
import Testing

@testable import Networks

/// Figures by NumPy: `clip(rint(x / scale) + zero, lowest, highest)` and `(x - zero) * scale`.
struct QuantizeLinearTests {
  static func integers(_ numbers: [Int], _ type: ElementType) throws -> TypedArray {
    try TypedArray(
      shape: numbers.count == 1 ? [] : [numbers.count], integers: numbers, elementType: type)
  }

  @Test("To uint8 and int8, half to even, saturated")
  func quantize() throws {
    let x = try Tensor(shape: [7], scalars: [0, 2, 3, 1000, -254, -1000, 5])
    let scale = Tensor(shape: [], repeating: 2)
    for (type, zero, expected) in [
      (ElementType.uint8, 128, [128, 129, 130, 255, 1, 0, 130] as [Float]),
      (.int8, -3, [-3, -2, -1, 127, -128, -128, -1]),
    ] {
      let graph = SingleNode.graph(
        "QuantizeLinear",
        [.input([7]), .constant(scale), .constant(try Self.integers([zero], type))])
      #expect(try Executor(graph, batch: 1).run(["x0": x])["y0"]?.scalars == expected)
    }
  }

  @Test("There and back, channel by channel, is the nearest multiple of each scale")
  func channels() throws {
    let shape: Shape = [2, 3, 5, 3]
    let x = Tensor.normal(shape, seed: 1)
    let scales: [Float] = [0.5, 0.02, 0.125]
    var graph = SingleNode.graph(
      "QuantizeLinear",
      [
        .input(shape), .constant(Tensor(shape: [3]) { scales[$0] }),
        .constant(try Self.integers([0, 5, -7], .int8)),
      ], attributes: ["axis": .int(1)])
    graph.nodes.append(
      Node(
        name: "back", operatorType: "DequantizeLinear", inputs: ["y0", "x1", "x2"],
        outputs: ["z"], attributes: ["axis": .int(-3)]))
    graph.outputs = [Graph.Value(name: "z", extents: nil)]
    let z = try #require(try Executor(graph, batch: 1).run(["x0": x])["z"])
    let expected = x.scalars.enumerated().map { position, value in
      let channel = position / 15 % 3
      let zero: Float = [0, 5, -7][channel]
      let level = (value / scales[channel]).rounded(.toNearestOrEven) + zero
      return (min(max(level, -128), 127) - zero) * scales[channel]
    }
    #expect(z.scalars == expected)
  }

  @Test(
    "A pair behind a Clip runs as one quantiser of fewer bits, with the same bits", arguments: 1...8
  )
  func pairs(bits: Int) throws {
    let shape: Shape = [2, 3, 5, 3]
    let highest = Float((1 << bits) - 1)
    var graph = SingleNode.graph(
      "Clip",
      [
        .input(shape), .constant(Tensor(shape: [], repeating: 0)),
        .constant(Tensor(shape: [], repeating: highest * 0.03)),
      ])
    graph.initializers["s"] = TypedArray(Tensor(shape: [], repeating: 0.03))
    graph.initializers["z"] = try Self.integers([0], .uint8)
    graph.nodes += [
      Node(
        name: "q", operatorType: "QuantizeLinear", inputs: ["y0", "s", "z"], outputs: ["q"]),
      Node(
        name: "d", operatorType: "DequantizeLinear", inputs: ["q", "s", "z"], outputs: ["d"]),
    ]
    graph.outputs = [Graph.Value(name: "d", extents: nil)]
    let joined = try graph.fused(for: .inference, keeping: ["d"])
    #expect(
      joined.nodes.map(\.operatorType) == (bits < 8 ? ["FakeQuantize"] : ["Clip", "FakeQuantize"]))
    let x = ["x0": Tensor.normal(shape, seed: 2)]
    let apart = try Executor(graph, batch: 1, outputs: ["d", "q", "y0"]).run(x)
    #expect(try Executor(graph, batch: 1).run(x)["d"] == apart["d"])
    // Another zero point is another function.
    graph.initializers["z"] = try Self.integers([1], .uint8)
    #expect(try graph.fused(for: .inference, keeping: ["d"]).nodes.count == 3)
  }

  @Test("Constants are computed before anything runs")
  func folding() throws {
    var graph = SingleNode.graph(
      "DequantizeLinear",
      [
        .constant(try TypedArray(shape: [2, 2], integers: [-128, 3, 7, 127], elementType: .int8)),
        .constant(try Tensor(shape: [2], scalars: [0.5, 0.25])),
      ], attributes: ["axis": .int(0)])
    graph.nodes.append(
      Node(name: "add", operatorType: "Add", inputs: ["x", "y0"], outputs: ["z"]))
    graph.inputs = [Graph.Value(name: "x", extents: [.fixed(2), .fixed(2)])]
    graph.outputs = [Graph.Value(name: "z", extents: nil)]
    let folded = try graph.foldingConstants()
    #expect(folded.nodes.map(\.name) == ["add"])
    #expect(folded.initializers["y0"]?.tensor?.scalars == [-64, 1.5, 1.75, 31.75])
  }

  @Test("Types, blocks and zero points that we lack are refused")
  func refused() throws {
    let scale = SingleNode.Operand.constant(Tensor(shape: [], repeating: 1))
    let wrong = [
      SingleNode.graph(
        "QuantizeLinear", [.input([3]), scale], attributes: ["block_size": .int(2)]),
      SingleNode.graph(
        "QuantizeLinear", [.input([3]), scale], attributes: ["output_dtype": .int(5)]),
      SingleNode.graph(
        "QuantizeLinear", [.input([3]), scale, .constant(try Self.integers([0], .int64))]),
      SingleNode.graph(
        "QuantizeLinear", [.input([3]), scale, .constant(try Self.integers([0, 0], .uint8))]),
      SingleNode.graph("QuantizeLinear", [.input([3]), .input([1])]),
    ]
    for graph in wrong {
      #expect(throws: GraphError.self) { try Executor(graph, batch: 1) }
    }
  }
}
