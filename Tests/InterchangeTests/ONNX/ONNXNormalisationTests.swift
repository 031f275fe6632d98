import Networks
import Tensors
import Testing

@testable import Interchange

@Suite("Operators of other operator sets get the meaning of 18")
struct ONNXNormalisationTests {
  @Test("Clip keeps its bounds in inputs, and a missing bound stays missing")
  func clip() throws {
    let both = try read(.single("Clip", opset: 9, [("min", .float(-1)), ("max", .float(6))]))
    #expect(both.nodes[0].attributes.isEmpty)
    #expect(both.floats(0, 1) == [-1])
    #expect(both.floats(0, 2) == [6])
    #expect(both.initializers[both.nodes[0].inputs[1]]?.shape == [])

    let upper = try read(.single("Clip", opset: 10, [("max", .float(6))]))
    #expect(upper.nodes[0].inputs[1].isEmpty)
    #expect(upper.floats(0, 2) == [6])
  }

  @Test("Pad keeps its widths and its value in inputs")
  func pad() throws {
    let widths = [0, 1, 2, 0, 3, 0]
    let graph = try read(
      .single(
        "Pad", opset: 10,
        [("pads", .ints(widths)), ("value", .float(2.5)), ("mode", .string("constant"))]))
    #expect(graph.integers(0, 1) == widths)
    #expect(graph.floats(0, 2) == [2.5])
    #expect(graph.nodes[0].attributes == ["mode": .string("constant")])
  }

  @Test("Slice keeps starts, ends and axes in inputs")
  func slice() throws {
    let graph = try read(
      .single(
        "Slice", opset: 9, [("starts", .ints([1])), ("ends", .ints([5])), ("axes", .ints([2]))]))
    #expect([graph.integers(0, 1), graph.integers(0, 2), graph.integers(0, 3)] == [[1], [5], [2]])
    #expect(graph.nodes[0].attributes.isEmpty)
  }

  @Test(
    "The axes of Squeeze, Unsqueeze and reductions become an input",
    arguments: [("Squeeze", 12), ("Unsqueeze", 9), ("ReduceMean", 17)])
  func axes(type: String, opset: Int) throws {
    let graph = try read(.single(type, opset: opset, [("axes", .ints([1, 2]))]))
    #expect(graph.integers(0, 1) == [1, 2])
    #expect(graph.nodes[0].attributes.isEmpty)
  }

  @Test("Split gets its parts as an input, or their number where they are equal")
  func split() throws {
    let given = try read(
      .single(
        "Split", opset: 11, [("split", .ints([2, 4])), ("axis", .int(1))], outputs: ["y", "z"]))
    #expect(given.integers(0, 1) == [2, 4])
    #expect(given.nodes[0].attributes == ["axis": .int(1)])
    let equal = try read(.single("Split", opset: 13, [("axis", .int(1))], outputs: ["y", "z"]))
    #expect(equal.nodes[0].attributes == ["axis": .int(1), "num_outputs": .int(2)])
    #expect(equal.nodes[0].inputs == ["x"])
  }

  @Test("Dropout's ratio becomes an input")
  func dropout() throws {
    let graph = try read(.single("Dropout", opset: 10, [("ratio", .float(0.25))]))
    #expect(graph.floats(0, 1) == [0.25])
    #expect(graph.nodes[0].attributes.isEmpty)
  }

  @Test("The number of elements of TopK becomes an input")
  func topK() throws {
    let graph = try read(.single("TopK", opset: 9, [("k", .int(3))], outputs: ["y", "z"]))
    #expect(graph.integers(0, 1) == [3])
  }

  @Test("BatchNormalization drops 'spatial' = 1 and refuses 0 and statistics of training")
  func batchNormalization() throws {
    func file(_ spatial: Int, outputs: [String] = ["y"]) -> FileBuilder {
      var file = FileBuilder.single(
        "BatchNormalization", opset: 9, [("spatial", .int(spatial)), ("epsilon", .float(0.5))],
        inputs: ["x", "s", "b", "m", "v"], outputs: outputs)
      file.tensors = ["s", "b", "m", "v"].map { FileBuilder.floats($0, [6], [1, 2, 3, 4, 5, 6]) }
      return file
    }
    #expect(try read(file(1)).nodes[0].attributes == ["epsilon": .float(0.5)])
    #expect(
      complaint(file(0))
        == "node 'the node': BatchNormalization as operator set 9 defines it is not supported: "
        + "attribute 'spatial' is 0")
    #expect(complaint(file(1, outputs: ["y", "mean"]))?.contains("statistics of training") == true)
  }

  @Test("What operator sets after 18 added is dropped where it changes nothing and else refused")
  func newer() throws {
    let ones = try read(.single("AveragePool", opset: 19, [("dilations", .ints([1, 1]))]))
    #expect(ones.nodes[0].attributes.isEmpty)
    let wide = try read(.single("AveragePool", opset: 22, [("dilations", .ints([2, 1]))]))
    #expect(wide.nodes[0].attributes == ["dilations": .ints([2, 1])])
    let cast = try read(.single("Cast", opset: 21, [("to", .int(1)), ("saturate", .int(0))]))
    #expect(cast.nodes[0].attributes == ["to": .int(1)])
    let blocks = complaint(.single("QuantizeLinear", opset: 21, [("block_size", .int(16))]))
    #expect(blocks?.contains("attribute 'block_size' is 16") == true)
  }
}

@Suite("Softmax before operator set 13")
struct ONNXSoftmaxTests {
  @Test("Over the last axis it stays, whether the axis is given or the default")
  func last() throws {
    let given = try read(.single("Softmax", opset: 9, [("axis", .int(2))]))
    #expect(given.nodes.map(\.attributes) == [["axis": .int(2)]])
    let negative = try read(
      .single("Softmax", opset: 11, [("axis", .int(-1))], extents: ["N", "3", "9"]))
    #expect(negative.nodes.map(\.attributes) == [["axis": .int(-1)]])
    let implied = try read(
      .single("Softmax", opset: 9, extents: ["N", "5"], outputExtents: ["N", "5"]))
    #expect(implied.nodes.map(\.attributes) == [["axis": .int(1)]])
  }

  @Test("Before axes of extent 1 it is the axis alone")
  func ones() throws {
    let graph = try read(
      .single(
        "Softmax", opset: 9, extents: ["N", "7", "1", "1"], outputExtents: ["N", "7", "1", "1"]))
    #expect(graph.nodes.map(\.attributes) == [["axis": .int(1)]])
  }

  @Test("Over several axes the flattening is written out")
  func several() throws {
    let graph = try read(.single("Softmax", opset: 12))
    #expect(graph.nodes.map(\.operatorType) == ["Flatten", "Softmax", "Reshape"])
    #expect(graph.nodes[0].attributes == ["axis": .int(1)])
    #expect(graph.nodes[1].name == "the node")
    #expect(graph.nodes[1].inputs == graph.nodes[0].outputs)
    #expect(graph.nodes[2].inputs.first == graph.nodes[1].outputs.first)
    #expect(graph.nodes[2].outputs == ["y"])
    #expect(graph.integers(2, 1) == [-1, 6, 4])
  }

  @Test("After a dense layer its rank is known without being declared")
  func followed() throws {
    var file = FileBuilder.single("Softmax", opset: 9, inputs: ["g"], outputExtents: nil)
    file.node("Gemm", ["x", "w"], ["g"])
    file.nodes.reverse()
    file.tensors = [FileBuilder.floats("w", [2, 1], [1, 2])]
    #expect(try read(file).nodes[1].attributes == ["axis": .int(1)])
  }

  @Test("Of unknown rank it is refused by name")
  func unknown() {
    var file = FileBuilder.single("Softmax", opset: 9, inputs: ["t"], outputExtents: nil)
    file.node("Transpose", ["x"], ["t"])
    #expect(
      complaint(file)?.contains("Softmax as operator set 9 defines it is not supported") == true)
  }
}
