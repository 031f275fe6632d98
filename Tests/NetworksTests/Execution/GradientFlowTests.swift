import Tensors
import TestSupport
import Testing

@testable import Networks

/// Gradients that are written instead of added, over graphs in which values are read in many ways.
@Suite struct GradientFlowTests {
  private func constant(_ shape: Shape, _ seed: UInt64) -> TypedArray {
    TypedArray(Tensor.normal(shape, seed: seed, scale: 0.5))
  }

  /// x → conv (stride 2) → norm → relu, read by an Add with itself, by a second convolution that is
  /// grouped and normalised, by a Mul with a constant; all meet in Adds, the first of them with a
  /// `residual` and a Relu behind the normalisation.
  private func graph(residual: String) -> Graph {
    var graph = Graph(
      name: "flow",
      inputs: [
        Graph.Value(name: "x", extents: [.batch, .fixed(4), .fixed(7), .fixed(6)])
      ],
      outputs: [Graph.Value(name: "y", extents: nil)])
    graph.initializers = [
      "w1": constant([6, 4, 3, 3], 1), "w2": constant([6, 2, 3, 3], 2), "s": constant([6], 3),
      "b": constant([6], 4), "m": constant([6], 5), "c": constant([6, 1, 1], 7),
      "v": TypedArray(Tensor(shape: [6]) { 0.5 + Float($0) }),
    ]
    graph.nodes = [
      Node(
        name: "conv1", operatorType: "Conv", inputs: ["x", "w1"], outputs: ["a"],
        attributes: ["strides": .ints([2, 2]), "pads": .ints([1, 0, 1, 1])]),
      Node(
        name: "norm", operatorType: "BatchNormalization", inputs: ["a", "s", "b", "m", "v"],
        outputs: ["n"]),
      Node(name: "relu", operatorType: "Relu", inputs: ["n"], outputs: ["r"]),
      Node(name: "twice", operatorType: "Add", inputs: ["r", "r"], outputs: ["t"]),
      Node(
        name: "conv2", operatorType: "Conv", inputs: ["r", "w2"], outputs: ["g"],
        attributes: ["group": .int(3), "pads": .ints([1, 1, 1, 1])]),
      Node(
        name: "norm2", operatorType: "BatchNormalization", inputs: ["g", "b", "s", "m", "v"],
        outputs: ["q"]),
      Node(name: "scale", operatorType: "Mul", inputs: ["r", "c"], outputs: ["k"]),
      Node(name: "join", operatorType: "Add", inputs: ["q", residual], outputs: ["j"]),
      Node(name: "relu2", operatorType: "Relu", inputs: ["j"], outputs: ["z"]),
      Node(name: "sum", operatorType: "Add", inputs: ["r", "z"], outputs: ["u"]),
      Node(name: "end", operatorType: "Add", inputs: ["u", "k"], outputs: ["y"]),
    ]
    return graph
  }

  private func executor(
    _ outputs: [String] = ["y"], residual: String = "r"
  ) throws -> Executor {
    let executor = try Executor(
      graph(residual: residual), batch: 2, mode: .training, outputs: outputs,
      pool: WorkerPool(threads: 2))
    let x = Tensor.normal([2, 4, 7, 6], seed: 9)
    _ = try executor.input("x").update(fromContentsOf: x.scalars)
    executor.forward()
    for name in outputs {
      let gradient = try executor.outputGradient(name)
      _ = gradient.update(fromContentsOf: Tensor.normal([gradient.count], seed: 8).scalars)
    }
    return executor
  }

  /// With every value requested all gradients begin outside, so that all are added and nothing is
  /// fused; gradients of zero for all but y leave the sum as it was.
  @Test(arguments: ["r", "t"])
  func writtenGradientsEqualAddedOnes(residual: String) throws {
    let values = ["a", "n", "r", "t", "g", "q", "j", "z", "k", "u"]
    let written = try executor(residual: residual)
    let added = try executor(["y"] + values, residual: residual)
    for name in values {
      try added.outputGradient(name).update(repeating: 0)
    }
    written.backward()
    added.backward()
    let pairs =
      try [(written.inputGradient("x"), added.inputGradient("x"))]
      + zip(written.parameters, added.parameters).map { ($0.gradients, $1.gradients) }
    for (found, expected) in pairs {
      let scale = expected.map(abs).max() ?? 0
      #expect(scale > 0)
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-5 * scale })
    }
  }

  @Test(arguments: [["y"], ["y", "r"], ["y", "n"], ["a", "y", "u"]])
  func aSecondPassGivesTheSame(_ outputs: [String]) throws {
    let executor = try executor(outputs)
    executor.backward()
    let first = try Array(executor.inputGradient("x"))
    let parameters = executor.parameters.map { Array($0.gradients) }
    executor.zeroGradients()
    executor.backward()
    #expect(try Array(executor.inputGradient("x")) == first)
    #expect(executor.parameters.map { Array($0.gradients) } == parameters)
    #expect(first.contains { $0 != 0 })
  }

  @Test func aRequestedValueIsAReaderMore() throws {
    let (alone, both) = (try executor(["y"]), try executor(["y", "r"]))
    alone.backward()
    both.backward()
    let given = try both.outputGradient("r")
    #expect(given.contains { $0 != 0 })
    #expect(try Array(alone.inputGradient("x")) != Array(both.inputGradient("x")))
    given.update(repeating: 0)
    both.backward()
    #expect(try Array(alone.inputGradient("x")) == Array(both.inputGradient("x")))
  }

  @Test func parametersCanBeLeftAlone() throws {
    let executor = try executor()
    executor.backward()
    let expected = try Array(executor.inputGradient("x"))
    for parameter in executor.parameters { parameter.gradients.update(repeating: 7) }
    executor.backward(parameters: .left)
    #expect(executor.parameters.allSatisfy { $0.gradients.allSatisfy { $0 == 7 } })
    #expect(try Array(executor.inputGradient("x")) == expected)
  }

  @Test func aClampLeavesTheOtherOutputsOfANormalisation() throws {
    var graph = graph(residual: "r")
    graph.nodes[1].outputs = ["n", "mean", "variance"]
    graph.nodes[1].attributes["training_mode"] = .int(1)
    for mode in [ExecutionMode.inference, .training] {
      let executor = try Executor(graph, batch: 2, mode: mode, outputs: ["y", "mean"])
      #expect(try executor.output("mean").count == 6)
    }
  }

  /// A parameter that two nodes read, and one whose gradient the operator can only add.
  @Test func parametersCanBeWritten() throws {
    let executor = try executor()
    executor.backward()
    let expected = executor.parameters.map { Array($0.gradients) }
    for parameter in executor.parameters { parameter.gradients.update(repeating: .nan) }
    executor.backward(parameters: .written)
    #expect(executor.parameters.map { Array($0.gradients) } == expected)
    executor.backward()
    for (twice, once) in zip(executor.parameters.map(\.gradients), expected) {
      let scale = once.map(abs).max() ?? 0
      #expect(scale > 0)
      #expect(zip(twice, once).allSatisfy { abs($0 - 2 * $1) <= 1e-5 * scale })
    }
  }

  /// A dense layer whose Relu is written by the product itself, and one where the product is asked for.
  @Test(arguments: [3, 40])
  func denseLayersWithAFusedClamp(batch: Int) throws {
    var graph = Graph(
      name: "dense", inputs: [Graph.Value(name: "x", extents: [.batch, .fixed(70)])],
      outputs: [Graph.Value(name: "y", extents: nil)])
    graph.initializers = ["w": constant([90, 70], 1), "b": constant([90], 2)]
    graph.nodes = [
      Node(
        name: "product", operatorType: "Gemm", inputs: ["x", "w", "b"], outputs: ["p"],
        attributes: ["transB": .int(1)]),
      Node(name: "relu", operatorType: "Relu", inputs: ["p"], outputs: ["y"]),
    ]
    let results = try [["y"], ["y", "p"]].map { outputs in
      let executor = try Executor(
        graph, batch: batch, mode: .training, outputs: outputs, pool: WorkerPool(threads: 2))
      let x = Tensor.normal([batch, 70], seed: 3)
      _ = try executor.input("x").update(fromContentsOf: x.scalars)
      executor.forward()
      let gradient = Tensor.normal([batch, 90], seed: 4)
      _ = try executor.outputGradient("y").update(fromContentsOf: gradient.scalars)
      executor.backward(parameters: .written)
      return try [Array(executor.output("y")), Array(executor.inputGradient("x"))]
        + executor.parameters.map { Array($0.gradients) }
    }
    #expect(results[0] == results[1])
    #expect(results[0].allSatisfy { $0.contains { $0 != 0 } })
    #expect(results[0][0].contains(0))
  }
}
