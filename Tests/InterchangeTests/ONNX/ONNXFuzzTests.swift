import Foundation
import Networks
import Tensors
import Testing

@testable import Interchange

@Suite("Damaged ONNX files give errors, never traps")
struct ONNXFuzzTests {
  /// A network with shape arithmetic, so that damage reaches the folding of constants too.
  private func network() throws -> Graph {
    let shape = try TypedArray(shape: [1], integers: [1])
    return Graph(
      name: "fuzz",
      inputs: [Graph.Value(name: "x", extents: [.batch, .fixed(2), .fixed(6), .fixed(4)])],
      outputs: [Graph.Value(name: "y", extents: [.batch, .fixed(3)])],
      nodes: [
        Node(name: "shape", operatorType: "Shape", inputs: ["x"], outputs: ["s"]),
        Node(
          name: "gather", operatorType: "Gather", inputs: ["s", "one"], outputs: ["c"],
          attributes: ["axis": .int(0)]),
        Node(name: "twice", operatorType: "Add", inputs: ["c", "one"], outputs: ["d"]),
        Node(
          name: "fill", operatorType: "ConstantOfShape", inputs: ["d"], outputs: ["f"],
          attributes: ["value": .array(TypedArray([7]))]),
        Node(
          name: "cut", operatorType: "Slice", inputs: ["f", "zero", "one"], outputs: ["g"]),
        Node(
          name: "join", operatorType: "Concat", inputs: ["g", "one"], outputs: ["h"],
          attributes: ["axis": .int(0)]),
        Node(
          name: "conv", operatorType: "Conv", inputs: ["x", "w"], outputs: ["v"],
          attributes: ["pads": .ints([1, 1, 1, 1]), "kernel_shape": .ints([3, 3])]),
        Node(name: "relu", operatorType: "Relu", inputs: ["v"], outputs: ["r"]),
        Node(name: "pool", operatorType: "GlobalAveragePool", inputs: ["r"], outputs: ["p"]),
        Node(
          name: "flat", operatorType: "Flatten", inputs: ["p"], outputs: ["q"],
          attributes: ["axis": .int(1)]),
        Node(
          name: "soft", operatorType: "Softmax", inputs: ["q"], outputs: ["y"],
          attributes: ["axis": .int(-1)]),
      ],
      initializers: [
        "one": shape, "zero": TypedArray([0]),
        "w": TypedArray(Tensor(shape: [3, 2, 3, 3]) { Float($0) - 9 }),
      ])
  }

  @Test("Every truncation is refused or read")
  func truncations() throws {
    let data = try ONNXFile.encode(try network(), file: "m.onnx")
    var refused = 0
    for length in 0..<data.count where attempt(data.prefix(length)) { refused += 1 }
    #expect(refused > data.count / 2)
  }

  @Test("Thousands of flipped, repeated and overwritten bytes are refused or read")
  func flips() throws {
    let whole = try ONNXFile.encode(try network(), file: "m.onnx")
    // Most bytes are weights, whose damage nobody can see: half of the hits go to the structure.
    let structure = whole.range(of: Data("fuzz".utf8))?.lowerBound ?? whole.count
    var generator = SeededGenerator(seed: 11)
    var refused = 0
    for _ in 0..<6000 {
      var data = whole
      for _ in 0...generator.next() % 4 {
        let end = generator.next() % 2 == 0 ? structure : data.count
        let position = Int(generator.next() % UInt64(end))
        switch generator.next() % 4 {
        case 0: data[position] ^= 1 << UInt8(generator.next() % 8)
        case 1: data[position] = UInt8(truncatingIfNeeded: generator.next())
        case 2: data[position] = 0xFF
        default: data.insert(contentsOf: [0xFF, 0xFF, 0x7F], at: position)
        }
      }
      if attempt(data) { refused += 1 }
    }
    #expect(refused > 1000)
  }

  /// Whether the bytes are refused, as a file of 18 or of 9; what is read must be writable.
  private func attempt(_ data: Data) -> Bool {
    var old = data
    if let last = old.indices.last, old[last] == 18 { old[last] = 9 }
    do throws(ONNXError) {
      for bytes in [data, old] {
        let graph = try ONNXFile.decode(bytes, file: "m").graph
        _ = try ONNXFile.encode(graph, file: "m")
      }
      return false
    } catch {
      return true
    }
  }
}
