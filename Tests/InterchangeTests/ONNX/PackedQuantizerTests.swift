import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@testable import Interchange

/// Whole numbers of four bits, operator sets that are asked for, codebooks, values repeated for a batch.
struct PackedQuantizerTests {
  private static func wire(_ graph: Graph, opset: Int?) throws -> WireModelProto {
    try WireModelProto(
      serializedBytes: ONNXFile.encode(
        graph, file: "q.onnx", options: ONNXWriteOptions(opset: opset)))
  }

  @Test(
    "A packed file computes the same bits as a file of bytes, and as the graph", arguments: 1...8)
  func roundTrip(bits: Int) throws {
    // One signed bit has no zero: a computed value cannot be brought to it.
    let graph = try QuantizerLoweringTests.graph(bits: bits, signedInput: bits > 1)
    let expected = try QuantizerLoweringTests().output(graph)
    for opset in [13, 18, 21] {
      let data = try ONNXFile.encode(
        graph, file: "q.onnx", options: ONNXWriteOptions(opset: opset))
      let model = try ONNXFile.decode(data, file: "q.onnx")
      #expect(model.opset == opset && model.irVersion == (opset == 21 ? 10 : 8))
      #expect(try QuantizerLoweringTests().output(model.graph) == expected, "opset \(opset)")
    }
  }

  @Test(
    "Four bits have their own type from operator set 21 on, and zero points and axes are written")
  func types() throws {
    let packed = try Self.wire(try QuantizerLoweringTests.graph(bits: 4), opset: 21)
    let tensors = Dictionary(uniqueKeysWithValues: packed.graph.initializer.map { ($0.name, $0) })
    #expect(tensors["w.levels"]?.dataType == 22 && tensors["w.levels"]?.rawData.count == 18)
    #expect(tensors["rq.zero"]?.dataType == 21 && tensors["xq.zero"]?.dataType == 22)
    #expect(!packed.graph.node.contains { $0.opType == "Clip" })
    let quantizers = packed.graph.node.filter { $0.opType.lowercased().hasSuffix("quantizelinear") }
    #expect(quantizers.allSatisfy { $0.input.count == 3 })
    for node in packed.graph.node where ["wq", "vq"].contains(node.name) {
      let zero = try #require(tensors[node.input[2]])
      let scale = try #require(tensors[node.input[1]])
      #expect(zero.dims == scale.dims && node.attribute.contains { $0.name == "axis" })
      #expect(zero.dataType == tensors[node.input[0]]?.dataType)
    }
    let three = try Self.wire(try QuantizerLoweringTests.graph(bits: 3), opset: 21)
    #expect(three.graph.node.filter { $0.opType == "Clip" }.count == 2)
    let bytes = try Self.wire(try QuantizerLoweringTests.graph(bits: 4), opset: 13)
    #expect(bytes.opsetImport.first?.version == 13)
    #expect(bytes.graph.initializer.first { $0.name == "w.levels" }?.dataType == 3)
  }

  @Test("Nibbles are packed low half first and read with their sign")
  func nibbles() throws {
    let array = try TypedArray(shape: [5], integers: [-8, 7, -1, 0, 3], elementType: .int4)
    let tensor = try TensorWriting.tensor(array, name: "t")
    #expect(Array(tensor.rawData) == [0x78, 0x0F, 0x03])
    #expect(try TensorReading.array(tensor, name: "t") == array)
    let unsigned = try TypedArray(shape: [3], integers: [15, 1, 9], elementType: .uint4)
    let other = try TensorWriting.tensor(unsigned, name: "t")
    #expect(Array(other.rawData) == [0x1F, 0x09])
    #expect(try TensorReading.array(other, name: "t") == unsigned)
    #expect(throws: ONNXDefect.self) {
      try TensorWriting.tensor(
        TypedArray(shape: [1], integers: [8], elementType: .int4), name: "t")
    }
    var short = other
    short.rawData = Data([0x1F])
    #expect(throws: ONNXDefect.self) { try TensorReading.array(short, name: "t") }
  }

  @Test("Operator sets that are not there are refused")
  func refused() throws {
    let graph = try QuantizerLoweringTests.graph(bits: 4)
    for opset in [12, 22, .min, .max] {
      #expect(throws: ONNXError.self) {
        try ONNXFile.encode(graph, file: "q.onnx", options: ONNXWriteOptions(opset: opset))
      }
    }
  }

  @Test("Means keep their meaning in operator set 13, and newer nodes raise it")
  func lowered() throws {
    var graph = Graph(
      name: "g", inputs: [Graph.Value(name: "x", extents: [.batch, .fixed(3), .fixed(4)])],
      outputs: [Graph.Value(name: "y", extents: nil)],
      nodes: [Node(name: "m", operatorType: "ReduceMean", inputs: ["x", "a"], outputs: ["y"])],
      initializers: ["a": TypedArray([2])])
    let thirteen = try Self.wire(graph, opset: 13)
    #expect(thirteen.opsetImport.first?.version == 13 && thirteen.graph.initializer.isEmpty)
    #expect(thirteen.graph.node[0].attribute.first { $0.name == "axes" }?.ints == [2])
    let read = try ONNXFile.decode(thirteen.serializedData(), file: "m").graph
    #expect(read.nodes.map(\.operatorType) == ["ReduceMean"])
    #expect(read.initializers[read.nodes[0].inputs[1]] == TypedArray([2]))
    graph.nodes = [
      Node(name: "g", operatorType: "Gelu", inputs: ["x"], outputs: ["y"])
    ]
    #expect(try Self.wire(graph, opset: 13).opsetImport.first?.version == 20)
    #expect(try Self.wire(graph, opset: nil).opsetImport.first?.version == 20)
  }

  @Test("Weights of few values become numbers into a codebook and come back the same")
  func codebooks() throws {
    let values: [Float] = [-0.5, -0.0, 0, 0.25, 1.5]
    var graph = try QuantizerLoweringTests.graph(bits: 8)
    graph.nodes.removeAll { $0.isFakeQuantize }
    for position in graph.nodes.indices {
      graph.nodes[position].inputs = graph.nodes[position].inputs.map {
        ["xq": "x", "wq": "w", "rq": "r", "vq": "v"][$0] ?? $0
      }
    }
    graph.initializers["w"] = TypedArray(Tensor(shape: [4, 3, 3]) { values[$0 % 5] })
    let data = try ONNXFile.encode(
      graph, file: "q.onnx", options: ONNXWriteOptions(codebooks: true))
    let wire = try WireModelProto(serializedBytes: data)
    #expect(wire.graph.node.prefix(2).map(\.opType) == ["Cast", "Gather"])
    let tensors = Dictionary(uniqueKeysWithValues: wire.graph.initializer.map { ($0.name, $0) })
    #expect(tensors["w"] == nil && tensors["w.codebook"]?.dims == [5])
    #expect(tensors["w.indices"]?.rawData.count == 36 && tensors["v"] != nil)
    let read = try ONNXFile.decode(data, file: "q.onnx").graph
    #expect(read.initializers["w"] == graph.initializers["w"])
    #expect(read.initializers["w"]?.tensor?.scalars[1].sign == .minus)
    #expect(try QuantizerLoweringTests().output(read) == QuantizerLoweringTests().output(graph))
  }

  @Test("A value repeated for the batch is written as Expand and read again")
  func batchExpand() throws {
    let graph = Graph(
      name: "g", inputs: [Graph.Value(name: "x", extents: [.batch, .fixed(2), .fixed(3)])],
      outputs: [Graph.Value(name: "y", extents: nil)],
      nodes: [
        Node(
          name: "e", operatorType: "BatchExpand", inputs: ["token", "x"], outputs: ["t"]),
        Node(
          name: "c", operatorType: "Concat", inputs: ["t", "x"], outputs: ["y"],
          attributes: ["axis": .int(1)]),
      ], initializers: ["token": TypedArray(Tensor.normal([1, 1, 3], seed: 4))])
    let wire = try Self.wire(graph, opset: nil)
    #expect(wire.graph.node.map(\.opType) == ["Shape", "Concat", "Expand", "Concat"])
    let read = try ONNXFile.decode(wire.serializedData(), file: "m").graph
    #expect(read.nodes.map(\.operatorType) == ["BatchExpand", "Concat"])
    let x = Tensor.normal([5, 2, 3], seed: 1)
    let outputs = try [graph, read].map { try Executor($0, batch: 5).run(["x": x])["y"] }
    #expect(outputs[0] == outputs[1] && outputs[0]?.shape == [5, 3, 3])
  }
}
