import Networks
import TestSupport
import Tensors
import Testing

@Suite struct ConvolutionTests {
  @Test(arguments: ConvolutionCase.all)
  func outputsEqualTheDefinition(_ item: ConvolutionCase) throws {
    let graph = item.graph
    let x = Tensor.normal(item.input, seed: 1)
    let w = try #require(graph.initializers["x1"]?.tensor)
    let exact = item.exact(x, w, graph.initializers["x2"]?.tensor)
    for mode in [ExecutionMode.inference, .training] {
      let y = try #require(try Executor(graph, batch: 1, mode: mode).run(["x0": x])["y0"])
      #expect(y.shape.extents == [item.input[0], item.weight[0]] + item.output)
      #expect(y.error(against: exact) < 1e-5)
    }
  }

  @Test(arguments: ConvolutionCase.all)
  func gradientsEqualDifferences(_ item: ConvolutionCase) throws {
    // The loss is linear in each element, so a large step costs nothing.
    try expectGradient(of: item.graph, step: 0.25)
  }

  @Test(arguments: ConvolutionCase.all)
  func resultsDoNotDependOnThreads(_ item: ConvolutionCase) throws {
    let runs = try [1, 2, 5].map { threads in
      let executor = try Executor(
        item.graph, batch: 1, mode: .training, pool: WorkerPool(threads: threads))
      let x = Tensor.normal(item.input, seed: 1)
      _ = try executor.input("x0").update(fromContentsOf: x.scalars)
      executor.forward()
      let gradient = try executor.outputGradient("y0")
      let dy = Tensor.normal([gradient.count], seed: 4)
      _ = gradient.update(fromContentsOf: dy.scalars)
      executor.backward()
      return try [Array(executor.output("y0")), Array(executor.inputGradient("x0"))]
        + executor.parameters.map { Array($0.gradients) }
    }
    #expect(runs[0] == runs[1])
    #expect(runs[0] == runs[2])
  }

  @Test(arguments: [1, 6])
  func fusedResidualAndClampComeAfterTheBias(groups: Int) throws {
    let item = ConvolutionCase(
      name: "fused", input: [2, 6, 5, 7], weight: [6, 6 / groups, 3, 3], pads: [1, 1, 1, 1],
      group: groups, output: [5, 7])
    var attributes = item.attributes
    attributes["fused_lower"] = .float(-0.5)
    attributes["fused_upper"] = .float(0.75)
    let w = Tensor.normal(item.weight, seed: 2, scale: 0.5)
    let bias = Tensor.normal([6], seed: 3)
    let graph = SingleNode.graph(
      "Conv", [.input(item.input), .constant(w), .constant(bias), .input([2, 6, 5, 7])],
      attributes: attributes)
    let x = Tensor.normal(item.input, seed: 1)
    let residual = Tensor.normal([2, 6, 5, 7], seed: 5)
    let y = try #require(try Executor(graph, batch: 1).run(["x0": x, "x3": residual])["y0"])
    let exact = zip(item.exact(x, w, bias), residual.scalars).map { pair in
      min(max(pair.0 + Double(pair.1), -0.5), 0.75)
    }
    #expect(y.error(against: exact) < 1e-5)
    #expect(exact.contains(-0.5) && exact.contains(0.75))
  }

  @Test(arguments: [1, 3])
  func weightsMayBeComputed(groups: Int) throws {
    let graph = SingleNode.graph(
      "Conv", [.input([2, 3, 5, 4]), .input([3, 3 / groups, 3, 3]), .input([3])],
      attributes: ["pads": .ints([1, 0, 1, 1]), "group": .int(groups)])
    try expectGradient(of: graph, step: 0.25)
  }

  @Test func multiplyAccumulatesAreCounted() throws {
    let item = ConvolutionCase.grouped[0]
    let operation = try OperatorRegistry.makeOperator(
      NodeReader(item.graph.nodes[0], in: item.graph))
    let inputs: [Shape?] = [item.input, item.weight, [4]]
    let outputs = try operation.outputShapes(of: inputs)
    #expect(
      operation.multiplyAccumulates(inputs: inputs, outputs: outputs) == 2 * 4 * 5 * 7 * 3 * 9)
  }

  @Test func unfitShapesAreRefused() throws {
    let weight = SingleNode.Operand.constant(.normal([4, 3, 3, 3], seed: 1))
    let unfit: [(Shape, [String: Attribute])] = [
      ([2, 4, 5, 5], [:]), ([2, 3, 2, 5], [:]), ([2, 3, 5], [:]), ([2, 3, 5, 5, 5], [:]),
      ([2, 3, 5, 5], ["kernel_shape": .ints([3, 2])]), ([2, 3, 5, 5], ["strides": .ints([1])]),
      ([2, 3, 5, 5], ["pads": .ints([1, 1, 1])]), ([2, 3, 5, 5], ["group": .int(3)]),
    ]
    for (shape, attributes) in unfit {
      let graph = SingleNode.graph("Conv", [.input(shape), weight], attributes: attributes)
      #expect(throws: GraphError.self) { try Executor(graph, batch: 1) }
    }
    for (name, value) in [
      ("strides", Attribute.ints([0, 1])), ("pads", .ints([-1, 0, 0, 0])),
      ("dilations", .ints([1, Int.max])), ("auto_pad", .string("LEFT")), ("group", .int(0)),
    ] {
      let graph = SingleNode.graph(
        "Conv", [.input([2, 3, 5, 5]), weight], attributes: [name: value])
      #expect(throws: GraphError.self) { try Executor(graph, batch: 1) }
    }
  }
}
