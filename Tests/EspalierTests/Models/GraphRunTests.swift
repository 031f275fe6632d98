import Foundation
import Interchange
import Networks
import Tensors
import Testing

@testable import Espalier

@Suite struct GraphRunTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(
    _ nodes: [Node], inputs: [Graph.Value], outputs: [Graph.Value],
    _ initializers: [String: TypedArray] = [:]
  ) throws -> URL {
    let url = folder("model.onnx")
    try ONNXFile.write(
      Graph(
        name: "test", inputs: inputs, outputs: outputs, nodes: nodes, initializers: initializers),
      to: url)
    return url
  }

  private func sum() throws -> URL {
    try write(
      [
        Node(name: "add", operatorType: "Add", inputs: ["a", "b"], outputs: ["s/um"]),
        Node(name: "relu", operatorType: "Relu", inputs: ["s/um"], outputs: ["y"]),
      ],
      inputs: [
        Graph.Value(name: "a", extents: [.batch, .fixed(3)]),
        Graph.Value(name: "b", extents: [.batch, .fixed(3)]),
      ],
      outputs: [
        Graph.Value(name: "s/um", extents: [.batch, .fixed(3)]),
        Graph.Value(name: "y", extents: [.batch, .fixed(3)]),
      ])
  }

  private let a = TypedArray(Tensor(shape: [2, 3]) { Float($0) })
  private let b = TypedArray(Tensor(shape: [2, 3]) { -2.5 * Float($0 % 2) })

  @Test func everyOutputIsComputedForAnyBatch() throws {
    let run = try GraphRun(model: sum(), arrays: ["a": a, "b": b], threads: 1)
    let outputs = try run.outputs()
    #expect(outputs.map(\.name) == ["s/um", "y"])
    #expect(outputs[0].array.tensor?.scalars == [0, -1.5, 2, 0.5, 4, 2.5])
    #expect(outputs[1].array.tensor?.scalars == [0, 0, 2, 0.5, 4, 2.5])
    #expect(outputs[1].array.shape == [2, 3])
  }

  @Test func anInputThatTheModelLacksIsNamed() throws {
    #expect(
      throws: EspalierError.setting(
        name: "--input c", expected: "one of the model's inputs (a, b)", found: "no such input")
    ) { try GraphRun(model: sum(), arrays: ["a": a, "b": b, "c": a], threads: 1) }
  }

  @Test func anInputThatIsNotGivenIsNamed() throws {
    #expect(
      throws: EspalierError.setting(
        name: "--input b", expected: "a file for each input of the model", found: "none")
    ) { try GraphRun(model: sum(), arrays: ["a": a], threads: 1) }
  }

  @Test func anInputOfAnotherShapeIsAnError() throws {
    let long = TypedArray(Tensor(shape: [2, 4]))
    #expect(throws: (any Error).self) {
      try GraphRun(model: sum(), arrays: ["a": a, "b": long], threads: 1).outputs()
    }
    let more = TypedArray(Tensor(shape: [5, 3]))
    #expect(throws: (any Error).self) {
      try GraphRun(model: sum(), arrays: ["a": a, "b": more], threads: 1).outputs()
    }
  }

  @Test func integersBecomeConstants() throws {
    let model = try write(
      [Node(name: "reshape", operatorType: "Reshape", inputs: ["x", "shape"], outputs: ["y"])],
      inputs: [
        Graph.Value(name: "x", extents: [.fixed(2), .fixed(3)]),
        Graph.Value(name: "shape", extents: [.fixed(3)], elementType: .int64),
      ], outputs: [Graph.Value(name: "y", extents: nil)])
    let run = try GraphRun(
      model: model, arrays: ["x": a, "shape": TypedArray([3, 1, -1])], threads: 1)
    let outputs = try run.outputs()
    #expect(outputs[0].array.shape == [3, 1, 2])
    #expect(outputs[0].array.tensor?.scalars == [0, 1, 2, 3, 4, 5])
  }

  @Test func outputsHaveTheTypesThatTheModelDeclares() throws {
    let model = try write(
      [
        Node(
          name: "cast", operatorType: "Cast", inputs: ["x"], outputs: ["y"],
          attributes: ["to": .int(7)])
      ],
      inputs: [Graph.Value(name: "x", extents: [.batch, .fixed(2)])],
      outputs: [Graph.Value(name: "y", extents: [.batch, .fixed(2)], elementType: .int64)])
    let numbers = TypedArray(Tensor(shape: [1, 2]) { $0 == 0 ? 2.75 : -3.5 })
    let outputs = try GraphRun(model: model, arrays: ["x": numbers], threads: 1).outputs()
    #expect(outputs[0].array.elementType == .int64)
    #expect(outputs[0].array.integers == [2, -3])
  }

  @Test func aModelThatIsNotThereIsNamed() throws {
    let error = #expect(throws: ONNXError.self) {
      try GraphRun(model: folder("none.onnx"), arrays: [:], threads: 1)
    }
    #expect("\(try #require(error))" == "there is no file \(folder("none.onnx").path)")
  }
}
