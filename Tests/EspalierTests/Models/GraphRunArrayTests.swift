import Foundation
import Interchange
import Networks
import Tensors
import Testing

@testable import Espalier

@Suite("Running a graph on arrays")
struct GraphRunArrayTests {
  /// Runs a file of a few nodes from `inputs` to `y`.
  private static func run(
    _ nodes: [Node], _ inputs: [Graph.Value], _ arrays: [String: TypedArray],
    output: ElementType = .float32
  ) throws -> TypedArray? {
    let graph = Graph(
      name: "test", inputs: inputs,
      outputs: [Graph.Value(name: "y", extents: nil, elementType: output)], nodes: nodes)
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("espalier-\(UUID().uuidString).onnx")
    defer { try? FileManager.default.removeItem(at: url) }
    try ONNXFile.write(graph, to: url)
    return try GraphRun(model: url, arrays: arrays, threads: 1).outputs().first?.array
  }

  private static func node(
    _ type: String, _ inputs: [String], _ output: String = "y",
    _ attributes: [String: Attribute] = [:]
  ) -> Node {
    Node(
      name: type, operatorType: type, inputs: inputs, outputs: [output], attributes: attributes)
  }

  private static func value(
    _ name: String, _ extents: [Graph.Extent], _ type: ElementType = .float32
  ) -> Graph.Value {
    Graph.Value(name: name, extents: extents, elementType: type)
  }

  private static func floats(_ shape: Shape, _ scalars: [Float]) throws -> TypedArray {
    TypedArray(try Tensor(shape: shape, scalars: scalars))
  }

  @Test("Operators that compute on constants alone take what is fed")
  func constantOperators() throws {
    let x = try Self.floats([2, 3], [-1.5, 0, 2.25, 7, -0.5, 1])
    let y = try Self.run(
      [Self.node("Floor", ["x"], "a"), Self.node("Neg", ["a"])],
      [Self.value("x", [.batch, .fixed(3)])], ["x": x])
    #expect(try y == Self.floats([2, 3], [2, 0, -2, -7, 1, -1]))
  }

  @Test("A bound that is a list of one element is a constant")
  func bounds() throws {
    let y = try Self.run(
      [Self.node("Clip", ["x", "", "most"])],
      [Self.value("x", [.fixed(3)]), Self.value("most", [.fixed(1)])],
      ["x": try Self.floats([3], [-5, 5, 2]), "most": try Self.floats([1], [3])])
    #expect(try y == Self.floats([3], [-5, 3, 2]))
  }

  @Test("A target that fits no batch but the given one is met")
  func fixedTarget() throws {
    let y = try Self.run(
      [Self.node("Reshape", ["x", "shape"], "y", ["allowzero": .int(1)])],
      [Self.value("x", [.batch, .fixed(3)]), Self.value("shape", [.fixed(3)], .int64)],
      ["x": try Self.floats([0, 3], []), "shape": TypedArray([3, 5, 0])])
    #expect(try y == Self.floats([3, 5, 0], []))
  }

  @Test("Means of dilated windows")
  func dilatedMeans() throws {
    let y = try Self.run(
      [
        Self.node(
          "AveragePool", ["x"], "y", ["kernel_shape": .ints([2]), "dilations": .ints([3])])
      ],
      [Self.value("x", [.batch, .fixed(1), .fixed(5)])],
      ["x": try Self.floats([1, 1, 5], [1, 2, 3, 5, 8])])
    #expect(try y == Self.floats([1, 1, 2], [3, 5]))
  }

  @Test("An array of another type than the model's is refused")
  func types() throws {
    let integers = TypedArray([1, -2])
    let relu = [Self.node("Neg", ["x"])]
    #expect(throws: ONNXError.self) {
      try Self.run(relu, [Self.value("x", [.fixed(2)])], ["x": integers])
    }
    #expect(throws: EspalierError.self) {
      try Self.run(
        [Self.node("Relu", ["x"])], [Self.value("x", [.fixed(2)], .int64)],
        ["x": try Self.floats([2], [1, -2])], output: .int64)
    }
    let negative = try Self.run(
      relu, [Self.value("x", [.fixed(2)], .int64)], ["x": integers], output: .int64)
    #expect(negative == TypedArray([-1, 2]))
  }

  @Test("Dropout that trains is refused, unless its ratio is 0", arguments: [0, 0.25] as [Float])
  func dropout(ratio: Float) throws {
    let x = try Self.floats([3], [1, -2, 3])
    func run() throws -> TypedArray? {
      try Self.run(
        [Self.node("Dropout", ["x", "ratio", "trains"])],
        [
          Self.value("x", [.fixed(3)]), Self.value("ratio", []), Self.value("trains", [], .bool),
        ],
        [
          "x": x, "ratio": try Self.floats([], [ratio]),
          "trains": try TypedArray(shape: [], integers: [1], elementType: .bool),
        ])
    }
    if ratio == 0 {
      #expect(try run() == x)
    } else {
      #expect(throws: GraphError.self) { try run() }
    }
  }
}
