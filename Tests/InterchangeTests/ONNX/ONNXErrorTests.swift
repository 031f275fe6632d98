import Foundation
import Networks
import Testing

@testable import Interchange

@Suite("What is wrong with an ONNX file is said in one sentence")
struct ONNXErrorTests {
  @Test("A missing file and one that is no model")
  func files() throws {
    let missing = URL(fileURLWithPath: "/nowhere/model.onnx")
    #expect(throws: ONNXError.file(.missing(path: "/nowhere/model.onnx"))) {
      try ONNXFile.read(missing)
    }
    for bytes in [Data(), Data("not a model at all".utf8), Data([0x08, 0x07])] {
      let error = #expect(throws: ONNXError.self) {
        try ONNXFile.decode(bytes, file: "model.onnx")
      }
      #expect(error?.description.hasPrefix("model.onnx: not an ONNX model") == true)
    }
  }

  @Test("Operator sets before 9 and after the newest known")
  func opsets() {
    #expect(
      complaint(.single("Relu", opset: 8))
        == "the operator set 8 is not supported; 9 to 28 are")
    #expect(throws: ONNXDefect.opset(found: 999, oldest: 9, newest: 28)) {
      try read(.single("Relu", opset: 999))
    }
  }

  @Test("Unknown operators: the first by name, the others by number")
  func unknownOperators() {
    var file = FileBuilder.single("Frobnicate", opset: 18, outputs: ["a"])
    file.node("Frobnicate", ["a"], ["b"])
    file.node("Whirl", ["b"], ["y"])
    file.outputs = [FileBuilder.value("y", nil)]
    let error = #expect(throws: ONNXError.self) { try ONNXFile.decode(file.data(), file: "m") }
    #expect(
      error?.description
        == "m: node 'the node': the operator Frobnicate is not supported, nor is 1 other "
        + "of the model")
  }

  @Test("Operators of other domains and the model's own functions", arguments: [false, true])
  func domains(isFunction: Bool) {
    var file = FileBuilder.single("FusedConv", opset: 18)
    file.nodes[0].domain = "com.microsoft"
    if isFunction { file.functions = [("com.microsoft", "FusedConv")] }
    let expected = isFunction ? "own functions" : "the operators of 'com.microsoft'"
    #expect(complaint(file)?.contains(expected) == true)
    #expect(complaint(file)?.hasPrefix("node 'the node' (FusedConv)") == true)
  }

  @Test("Control flow, sparse tensors and attributes without a value")
  func attributes() {
    #expect(
      complaint(.single("If", opset: 18, [("then_branch", .graph)]))?.contains("control flow")
        == true)
    #expect(complaint(.single("Relu", opset: 18, [("a", .typed(11))]))?.contains("sparse") == true)
    #expect(
      complaint(.single("Relu", opset: 18, [("a", .typed(1))]))?.contains("attribute 'a'") == true)
    #expect(
      complaint(.single("Clip", opset: 9, [("min", .int(1))]))?.contains("'min' of the wrong type")
        == true)
    var sparse = FileBuilder.single("Relu", opset: 18)
    sparse.hasSparse = true
    #expect(complaint(sparse)?.contains("sparse initializers") == true)
  }

  @Test("Cycles, values nobody writes and values written twice")
  func wiring() {
    var cycle = FileBuilder.single("Add", opset: 18, inputs: ["x", "b"], outputs: ["a"])
    cycle.node("Relu", ["a"], ["b"], name: "back")
    #expect(complaint(cycle)?.contains("cycle") == true)

    #expect(
      complaint(.single("Add", opset: 18, inputs: ["x", "ghost"]))
        == "node 'the node' (Add) reads 'ghost', which nothing writes")
    var silent = FileBuilder.single("Relu", opset: 18)
    silent.outputs = [FileBuilder.value("ghost", nil)]
    #expect(throws: ONNXDefect.unwrittenValue(name: "ghost", reader: "the list of outputs")) {
      try read(silent)
    }
    var twice = FileBuilder.single("Relu", opset: 18)
    twice.node("Relu", ["x"], ["y"])
    #expect(throws: ONNXDefect.duplicateValue("y")) { try read(twice) }
  }

  @Test("Inputs of types that we lack")
  func types() {
    var file = FileBuilder.single("Relu", opset: 18)
    file.inputs = [FileBuilder.value("x", ["3"], type: 8)]
    #expect(complaint(file) == "'x' has elements of type string, which is not supported")
  }
}
