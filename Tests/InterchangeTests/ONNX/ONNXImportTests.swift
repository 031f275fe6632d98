import Foundation
import Networks
import Tensors
import Testing

@testable import Interchange

@Suite("Reading ONNX")
struct ONNXImportTests {
  @Test("Nodes without a name, or with one that is taken, get their operator and position")
  func names() throws {
    var file = FileBuilder.single("Relu", opset: 18, outputs: ["a"])
    file.node("Relu", ["a"], ["b"])
    file.node("Relu", ["b"], ["c"], name: "the node")
    file.node("Relu", ["c"], ["d"], name: "Relu_1")
    file.outputs = [FileBuilder.value("d", ["N", "6", "4"])]
    #expect(try read(file).nodes.map(\.name) == ["the node", "Relu_1_", "Relu_2", "Relu_1"])
  }

  @Test("Constants and what Identity makes of them become initializers")
  func constants() throws {
    var file = FileBuilder(opset: 13)
    file.inputs = [FileBuilder.value("x", ["N", "3"])]
    file.outputs = [FileBuilder.value("y", ["N", "3"])]
    file.node("Constant", [], ["c"], [("value", .tensor(FileBuilder.floats("", [3], [1, 2, 3])))])
    file.node("Add", ["x", "j"], ["a"])
    file.node("Identity", ["i"], ["j"])
    file.node("Identity", ["c"], ["i"])
    file.node("Constant", [], ["ints"], [("value_ints", .ints([4, 5]))])
    file.node("Constant", [], ["int"], [("value_int", .int(6))])
    file.node("Constant", [], ["float"], [("value_float", .float(0.5))])
    file.node("Constant", [], ["floats"], [("value_floats", .floats([0.5, 2]))])
    file.node("Concat", ["ints", "int", "float", "floats", "a"], ["y"], [("axis", .int(0))])
    let graph = try read(file)
    #expect(graph.nodes.map(\.operatorType) == ["Add", "Concat"])
    #expect(graph.nodes[0].inputs == ["x", "c"])
    #expect(graph.floats(0, 1) == [1, 2, 3])
    #expect(graph.initializers["ints"] == TypedArray([4, 5]))
    #expect(graph.initializers["int"]?.shape == [])
    #expect(graph.initializers["int"]?.integers == [6])
    #expect(graph.initializers["float"]?.tensor?.scalars == [0.5])
    #expect(graph.initializers["floats"]?.shape == [2])
  }

  @Test("An input that is made a constant has the type and the shape that the file declares")
  func mistakenConstants() throws {
    let file = FileBuilder.single("Relu", opset: 18)
    func complaint(_ array: TypedArray) -> String? {
      InterchangeTests.complaint(file, options: ONNXReadOptions(constants: ["x": array]))
    }
    let fitting = TypedArray(Tensor(shape: [5, 6, 4], repeating: 1))
    #expect(complaint(fitting) == nil)
    #expect(
      complaint(
        try TypedArray(
          shape: [5, 6, 4], integers: [Int](repeating: 1, count: 120), elementType: .int32))
        == "'x' has elements of type float32, elements of type int32 were given")
    #expect(
      complaint(TypedArray(Tensor(shape: [5, 6, 3], repeating: 1)))
        == "input 'x' has the shape N×6×4, 5×6×3 was given")
  }

  @Test("A cast to 16-bit floats stays where it writes an output that must be exact")
  func halfCasts() throws {
    for type in [10, 16] {
      var file = FileBuilder.single("Cast", opset: 18, [("to", .int(type))])
      let exact = ONNXReadOptions(exactOutputs: true)
      #expect(try read(file, options: exact).nodes[0].attributes == ["to": .int(type)])
      file.node("Relu", ["y"], ["z"])
      file.outputs = [FileBuilder.value("z", ["N", "6", "4"])]
      #expect(try read(file, options: exact).nodes[0].attributes == ["to": .int(1)])
    }
  }

  @Test("An Identity that names an output of the graph stays")
  func identity() throws {
    var file = FileBuilder.single("Identity", opset: 9, inputs: ["c"])
    file.tensors = [FileBuilder.floats("c", [1], [1])]
    #expect(try read(file).nodes.map(\.operatorType) == ["Identity"])
  }

  @Test("Nodes are put in order, and those in order stay where they are")
  func order() throws {
    var file = FileBuilder(opset: 18)
    file.inputs = [FileBuilder.value("x", ["N", "3"])]
    file.outputs = [FileBuilder.value("d", ["N", "3"])]
    file.node("Add", ["b", "c"], ["d"], name: "last")
    file.node("Relu", ["x"], ["b"], name: "first")
    file.node("Relu", ["b"], ["c"], name: "second")
    #expect(try read(file).nodes.map(\.name) == ["first", "second", "last"])
  }

  @Test("Initializers that older files list as inputs are no inputs")
  func initializersAmongInputs() throws {
    var file = FileBuilder.single("Add", opset: 9, inputs: ["x", "w"])
    file.irVersion = 3
    file.inputs.append(FileBuilder.value("w", ["4"]))
    file.tensors = [FileBuilder.floats("w", [4], [1, 2, 3, 4])]
    #expect(try read(file).inputs.map(\.name) == ["x"])
  }

  @Test("An input that the caller makes constant is an initializer")
  func givenConstants() throws {
    var file = FileBuilder.single("Reshape", opset: 14, inputs: ["x", "s"])
    file.inputs.append(FileBuilder.value("s", ["2"], type: FileBuilder.int64))
    let shape = TypedArray([-1, 24])
    let graph = try read(file, options: ONNXReadOptions(constants: ["s": shape]))
    #expect(graph.inputs.map(\.name) == ["x"])
    #expect(graph.initializers == ["s": shape])
    #expect(
      complaint(file, options: ONNXReadOptions(constants: ["q": shape]))?.contains("'q'") == true)
  }

  @Test("A domain written out as ai.onnx is ONNX's own")
  func domains() throws {
    var file = FileBuilder.single("Relu", opset: 11)
    file.domain = "ai.onnx"
    file.nodes[0].domain = "ai.onnx"
    #expect(try read(file).nodes.map(\.operatorType) == ["Relu"])
  }

  @Test("Optional inputs that are left out stay empty")
  func optional() throws {
    var file = FileBuilder.single("Clip", opset: 13, inputs: ["x", "", "top"])
    file.tensors = [FileBuilder.floats("top", [], [6])]
    #expect(try read(file).nodes[0].inputs == ["x", "", "top"])
  }
}

@Suite("What follows from constants alone is computed while reading")
struct ONNXFoldingTests {
  @Test("Shape arithmetic becomes a constant, and the batch in it a wild card")
  func shapes() throws {
    var file = FileBuilder.single("Shape", opset: 12, outputs: ["s"])
    file.node("Constant", [], ["zero"], [("value", .tensor(FileBuilder.integers("", [], [0])))])
    file.node("Gather", ["s", "zero"], ["n"], [("axis", .int(0))])
    file.node("Unsqueeze", ["n"], ["u"], [("axes", .ints([0]))])
    file.node("Constant", [], ["rest"], [("value", .tensor(FileBuilder.integers("", [1], [24])))])
    file.node("Concat", ["u", "rest"], ["t"], [("axis", .int(0))])
    file.node("Reshape", ["x", "t"], ["y"], name: "reshape")
    file.outputs = [FileBuilder.value("y", ["unk", "unk2"])]
    let graph = try ONNXFile.decode(file.data(), file: "m.onnx").graph
    #expect(graph.nodes.map(\.name) == ["reshape"])
    #expect(graph.integers(0, 1) == [0, 24])
    #expect(graph.outputs[0].extents == [.batch, .fixed(24)])
  }

  @Test("What the graph finds wrong is said with the file's name")
  func graphErrors() {
    var file = FileBuilder.single("Add", opset: 13, inputs: ["x", "t"])
    file.tensors = [FileBuilder.floats("t", [5], [1, 2, 3, 4, 5])]
    let error = #expect(throws: ONNXError.self) {
      try ONNXFile.decode(file.data(), file: "m.onnx")
    }
    #expect(error?.description.hasPrefix("m.onnx: node 'the node' (Add)") == true)
  }
}

@Suite("Extents of inputs and outputs")
struct ONNXExtentTests {
  private func values(
    _ inputs: [(String, [String?]?)], output: [String?]? = ["N", "3"],
    options: ONNXReadOptions = ONNXReadOptions()
  ) throws(ONNXDefect) -> Graph {
    var file = FileBuilder(opset: 18)
    file.inputs = inputs.map { FileBuilder.value($0.0, $0.1) }
    file.outputs = [FileBuilder.value("y", output)]
    file.node("Concat", inputs.map(\.0), ["y"], [("axis", .int(0))])
    return try read(file, options: options)
  }

  @Test(
    "A first extent that is a symbol, zero, minus one or absent is the batch",
    arguments: ["N", "batch_size", "0", "-1", nil])
  func batch(first: String?) throws {
    let graph = try values([("x", [first, "3", "5"])])
    #expect(graph.inputs[0].extents == [.batch, .fixed(3), .fixed(5)])
  }

  @Test("A number stays a number unless 1 is said to be an example of the batch")
  func fixed() throws {
    var file = FileBuilder(opset: 18)
    file.inputs = [FileBuilder.value("x", ["1", "3"]), FileBuilder.value("r", ["1"])]
    file.outputs = [FileBuilder.value("y", ["1", "3"])]
    file.node("Add", ["x", "r"], ["y"])
    #expect(try read(file).inputs[0].extents == [.fixed(1), .fixed(3)])
    let freed = try read(file, options: ONNXReadOptions(freeBatch: true))
    #expect(freed.inputs.map(\.extents) == [[.batch, .fixed(3)], [.fixed(1)]])
    #expect(freed.outputs[0].extents == [.batch, .fixed(3)])
  }

  @Test("A network exported for one example reshapes any number of them")
  func freedReshape() throws {
    var file = FileBuilder(opset: 18)
    file.inputs = [FileBuilder.value("x", ["1", "3", "5"])]
    file.outputs = [FileBuilder.value("y", ["1", "15"])]
    file.node("Constant", [], ["shape"], [("value_ints", .ints([1, 15]))])
    file.node("Reshape", ["x", "shape"], ["y"])
    let freed = try read(file, options: ONNXReadOptions(freeBatch: true))
    #expect(try freed.shapes(batch: 4)["y"] == [4, 15])
    #expect(freed.outputs[0].extents == [.batch, .fixed(15)])
    #expect(try read(file).shapes(batch: 1)["y"] == [1, 15])
  }

  @Test("The batch's symbol is the batch on any axis; other symbols need a given shape")
  func symbols() throws {
    let inputs: [(String, [String?]?)] = [("x", ["N", "3"]), ("z", ["7", "N", "H"])]
    #expect(throws: ONNXDefect.dynamicExtent(input: "z", axis: 2, symbol: "H")) {
      try values(inputs)
    }
    let graph = try values(
      inputs, output: ["H", "N"], options: ONNXReadOptions(extents: ["z": [7, 2, 9]]))
    #expect(graph.inputs[1].extents == [.fixed(7), .batch, .fixed(9)])
    #expect(graph.outputs[0].extents == [.fixed(9), .batch])
  }

  @Test("A given shape must agree with the file")
  func disagreement() {
    #expect(
      throws: ONNXDefect.extentMismatch(input: "x", expected: "N×3", found: "4×5")
    ) {
      try values([("x", ["N", "3"])], options: ONNXReadOptions(extents: ["x": [4, 5]]))
    }
    #expect(throws: ONNXDefect.self) {
      try values([("x", ["N", "3"])], options: ONNXReadOptions(extents: ["x": [-4, 3]]))
    }
  }

  @Test("Inputs whose given first extents differ do not share a batch")
  func twoBatches() throws {
    let graph = try values(
      [("x", ["N", "3"]), ("z", ["M", "3"])],
      options: ONNXReadOptions(extents: ["x": [4, 3], "z": [2, 3]]))
    #expect(graph.inputs.map(\.extents) == [[.batch, .fixed(3)], [.fixed(2), .fixed(3)]])
  }

  @Test("Outputs that leave more open than the batch are left to the nodes")
  func outputs() throws {
    #expect(try values([("x", ["N", "3"])], output: ["unk", "3"]).outputs[0].extents == nil)
    #expect(try values([("x", ["N", "3"])], output: nil).outputs[0].extents == nil)
  }

  @Test("An input without a shape needs one")
  func shapeless() throws {
    #expect(throws: ONNXDefect.self) { try values([("x", nil)]) }
    let graph = try values([("x", nil)], options: ONNXReadOptions(extents: ["x": [2, 3]]))
    #expect(graph.inputs[0].extents == [.batch, .fixed(3)])
  }
}
