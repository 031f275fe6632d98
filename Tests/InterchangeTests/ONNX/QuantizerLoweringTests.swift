import Networks
import TestSupport
import Tensors
import Testing

@testable import Interchange

/// Quantisers written as QuantizeLinear and DequantizeLinear, and read again.
struct QuantizerLoweringTests {
  /// Conv with quantised weights and input → Relu → quantiser → Gemm with quantised weights.
  static func graph(
    bits: Int, weightScales: [Float] = [0.11, 0.07, 0.05, 0.2], signedInput: Bool = true
  ) throws -> Graph {
    let signed = try #require(QuantizationLevels(bits: bits, isSigned: true))
    let input = try #require(QuantizationLevels(bits: bits, isSigned: signedInput))
    let unsigned = try #require(QuantizationLevels(bits: bits, isSigned: false))
    func scale(_ numbers: [Float]) -> TypedArray {
      TypedArray(Tensor(shape: numbers.count == 1 ? [] : [numbers.count]) { numbers[$0] })
    }
    return Graph(
      name: "g", inputs: [Graph.Value(name: "x", extents: [.batch, .fixed(3), .fixed(5)])],
      outputs: [Graph.Value(name: "z", extents: nil)],
      nodes: [
        .fakeQuantize(name: "xq", value: "x", scale: "xs", levels: input, output: "xq"),
        .fakeQuantize(name: "wq", value: "w", scale: "ws", levels: signed, output: "wq"),
        Node(name: "conv", operatorType: "Conv", inputs: ["xq", "wq", "b"], outputs: ["c"]),
        Node(name: "relu", operatorType: "Relu", inputs: ["c"], outputs: ["r"]),
        .fakeQuantize(name: "rq", value: "r", scale: "rs", levels: unsigned, output: "rq"),
        .fakeQuantize(name: "vq", value: "v", scale: "vs", levels: signed, axis: 1, output: "vq"),
        Node(name: "flat", operatorType: "Flatten", inputs: ["rq"], outputs: ["f"]),
        Node(name: "gemm", operatorType: "Gemm", inputs: ["f", "vq"], outputs: ["z"]),
      ],
      initializers: [
        "w": TypedArray(Tensor.normal([4, 3, 3], seed: 1, scale: 0.5)),
        "v": TypedArray(Tensor.normal([12, 2], seed: 2, scale: 0.5)),
        "b": TypedArray(Tensor.normal([4], seed: 3)), "xs": scale([0.17]),
        "ws": scale(weightScales), "rs": scale([0.13]), "vs": scale([0.09, 0.3]),
      ])
  }

  func output(_ graph: Graph) throws -> Tensor {
    let x = Tensor.normal([6, 3, 5], seed: 5)
    return try #require(try Executor(graph, batch: 6).run(["x": x])["z"])
  }

  @Test("What is read computes the same bits as what was written", arguments: 2...8)
  func roundTrip(bits: Int) throws {
    for scales in [[0.11, 0.07, 0.05, 0.2], [0.08]] as [[Float]] {
      let graph = try Self.graph(bits: bits, weightScales: scales)
      let data = try ONNXFile.encode(graph, file: "q.onnx")
      let read = try ONNXFile.decode(data, file: "q.onnx").graph
      #expect(try output(read) == output(graph))
      // Weights came back as floats on the levels.
      #expect(!read.nodes.contains { $0.name == "wq" })
    }
  }

  @Test("Nodes and constants are those of ONNX's convention")
  func convention() throws {
    let wire = try WireModelProto(
      serializedBytes: ONNXFile.encode(try Self.graph(bits: 4), file: "q.onnx"))
    #expect(
      wire.graph.node.map(\.opType) == [
        "Clip", "QuantizeLinear", "DequantizeLinear", "DequantizeLinear", "Conv", "Relu", "Clip",
        "QuantizeLinear", "DequantizeLinear", "DequantizeLinear", "Flatten", "Gemm",
      ])
    let types = Dictionary(
      uniqueKeysWithValues: wire.graph.initializer.map { ($0.name, $0.dataType) })
    #expect(types["w.levels"] == 3 && types["v.levels"] == 3)
    #expect(types["xq.zero"] == 3 && types["rq.zero"] == 2)
    #expect(types["w"] == nil && types["v"] == nil)
    #expect((wire.opsetImport.first?.version ?? 0) >= 13)
    let axes = wire.graph.node.filter { $0.name == "wq" || $0.name == "vq" }.map {
      $0.attribute.first { $0.name == "axis" }?.i
    }
    #expect(axes == [0, 1])
    let eight = try WireModelProto(
      serializedBytes: ONNXFile.encode(try Self.graph(bits: 8), file: "q.onnx"))
    #expect(!eight.graph.node.contains { $0.opType == "Clip" })
  }

  @Test("One bit: weights on two levels have a form, computed values on −1 and 1 have none")
  func oneBit() throws {
    let unsigned = try Self.graph(bits: 1, signedInput: false)
    let read = try ONNXFile.decode(
      try ONNXFile.encode(unsigned, file: "q.onnx"), file: "q.onnx"
    ).graph
    #expect(try output(read) == output(unsigned))
    let signed = try Self.graph(bits: 1)
    #expect(throws: ONNXError.self) { try ONNXFile.encode(signed, file: "q.onnx") }
    let wide = try Self.graph(bits: 9)
    #expect(throws: ONNXError.self) { try ONNXFile.encode(wide, file: "q.onnx") }
  }

  @Test("Channels of zeros, whose scale is 0, stay zeros")
  func zeroScale() throws {
    var graph = try Self.graph(bits: 4, weightScales: [0.1, 0, 0.2, 0.1])
    var w = try #require(graph.initializers["w"]?.tensor)
    for position in 9..<18 { w.scalars[position] = 0 }
    graph.initializers["w"] = TypedArray(w)
    let read = try ONNXFile.decode(
      try ONNXFile.encode(graph, file: "q.onnx"), file: "q.onnx"
    ).graph
    #expect(try output(read) == output(graph))
  }
}
