import Foundation
import Networks
import Tensors
import Testing

@testable import Interchange

/// A small network with every kind of attribute and constant.
func sampleGraph() throws -> Graph {
  Graph(
    name: "sample",
    inputs: [
      Graph.Value(name: "x", extents: [.batch, .fixed(2), .fixed(5), .fixed(3)]),
      Graph.Value(name: "mask", extents: [.fixed(4), .batch], elementType: .bool),
    ],
    outputs: [
      Graph.Value(name: "y", extents: [.batch, .fixed(4)]),
      Graph.Value(name: "n", extents: nil, elementType: .int64),
    ],
    nodes: [
      Node(
        name: "conv", operatorType: "Conv", inputs: ["x", "w", "b"], outputs: ["c"],
        attributes: ["pads": .ints([0, 1, 2, 0]), "group": .int(1), "auto_pad": .string("NOTSET")]),
      Node(
        name: "mix/α", operatorType: "Frobnicate", inputs: ["c", "", "k"], outputs: ["y", "", "n"],
        attributes: [
          "alpha": .float(0.1), "weights": .floats([1, -0.5]), "names": .strings(["a", "ü"]),
          "none": .ints([]), "table": .array(TypedArray([3, 1, 2])), "zero": .int(0),
        ]),
    ],
    initializers: [
      "w": TypedArray(Tensor(shape: [4, 2, 3, 1]) { Float($0) * 0.37 - 2 }),
      "b": TypedArray(Tensor(shape: [4]) { 1 / Float($0 + 3) }),
      "k": TypedArray([-1, 4]),
      "unread": try TypedArray(shape: [2], doubles: [0.1, .infinity]),
      "flags": try TypedArray(shape: [2, 1], integers: [1, 0], elementType: .bool),
      "signedBytes": try TypedArray(
        shape: [3], integers: [0, -128, 127], elementType: .int8),
      "bytes": try TypedArray(shape: [3], integers: [0, 7, 255], elementType: .uint8),
      "small": try TypedArray(shape: [], integers: [-9], elementType: .int32),
    ])
}

@Suite("Writing ONNX")
struct ONNXRoundTripTests {
  @Test("A graph that is written and read is the same graph, and the bytes are the same bytes")
  func roundTrip() throws {
    let graph = try sampleGraph()
    let data = try ONNXFile.encode(graph, file: "m.onnx", version: "1.2")
    let model = try unfinished(data)
    #expect(model.graph == graph)
    #expect((model.opset, model.irVersion, model.producer) == (18, 8, "espalier"))
    #expect(try ONNXFile.encode(model.graph, file: "m.onnx", version: "1.2") == data)
  }

  @Test("Constants stand in the order in which nodes read them, the others by name")
  func order() throws {
    let data = try ONNXFile.encode(try sampleGraph(), file: "m.onnx")
    let wire = try WireModelProto(serializedBytes: data)
    #expect(
      wire.graph.initializer.map(\.name) == [
        "w", "b", "k", "bytes", "flags", "signedBytes", "small", "unread",
      ])
    #expect(wire.graph.node[1].attribute.map(\.name).first == "alpha")
    #expect(wire.graph.input[0].type.tensorType.shape.dim[0].dimParam == "N")
  }

  @Test("Files of older operator sets are written for 18 and then read as the same graph")
  func upgraded() throws {
    var file = FileBuilder.single("Clip", opset: 9, [("min", .float(0)), ("max", .float(6))])
    file.node("Softmax", ["y"], ["z"], [("axis", .int(2))])
    file.outputs = [FileBuilder.value("z", ["N", "6", "4"])]
    let graph = try read(file)
    let again = try unfinished(try ONNXFile.encode(graph, file: "m.onnx"))
    #expect(again.graph == graph)
    #expect(again.opset == 18)
  }

  @Test("What operator set 19 added is written for 19 and read as the same graph")
  func newer() throws {
    let means = FileBuilder.single(
      "AveragePool", opset: 22,
      [("kernel_shape", .ints([2])), ("dilations", .ints([3])), ("ceil_mode", .int(1))])
    let borders = FileBuilder.single(
      "Pad", opset: 21, [("mode", .string("wrap"))], inputs: ["x", "x"])
    for file in [means, borders] {
      let graph = try read(file)
      let again = try unfinished(try ONNXFile.encode(graph, file: "m.onnx"))
      #expect(again.graph == graph)
      #expect(again.opset == 19)
    }
  }

  @Test("Outputs of unknown extents are written with those that follow from the nodes")
  func outputExtents() throws {
    let graph = Graph(
      name: "g", inputs: [Graph.Value(name: "x", extents: [.batch, .fixed(3), .fixed(2)])],
      outputs: [Graph.Value(name: "y", extents: nil)],
      nodes: [
        Node(
          name: "f", operatorType: "Flatten", inputs: ["x"], outputs: ["y"],
          attributes: ["axis": .int(1)])
      ])
    let data = try ONNXFile.encode(graph, file: "m.onnx")
    #expect(
      try ONNXFile.decode(data, file: "m.onnx").graph.outputs[0].extents == [.batch, .fixed(6)])
  }

  @Test("Attributes of an executor's own are never written")
  func fused() throws {
    var graph = try sampleGraph()
    graph.nodes[0].attributes["fused_activation"] = .string("Relu")
    let error = #expect(throws: ONNXError.self) {
      try ONNXFile.encode(graph, file: "m.onnx")
    }
    #expect(error?.description.contains("'conv' (Conv) carries 'fused_activation'") == true)
  }

  @Test("Integers that their type cannot hold are refused")
  func range() throws {
    var graph = try sampleGraph()
    graph.initializers["bytes"] = try TypedArray(
      shape: [1], integers: [256], elementType: .uint8)
    #expect(throws: ONNXError.self) { try ONNXFile.encode(graph, file: "m.onnx") }
  }

  @Test("A file appears whole, and a folder that is not there is named")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("onnx-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("m.onnx")
    let graph = try read(.single("Relu", opset: 18))
    try ONNXFile.write(graph, to: url, version: "1")
    #expect(try ONNXFile.read(url).graph == graph)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["m.onnx"])
    #expect(throws: ONNXError.self) {
      try ONNXFile.write(graph, to: folder.appendingPathComponent("no/m.onnx"))
    }
  }
}
