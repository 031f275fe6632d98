import TestSupport
import Tensors
import Testing

@testable import Networks

/// Quantisers behind and before convolutions: fused, baked, and with Winograd's products.
struct QuantizedConvolutionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let input: Shape
    let weight: Shape
    var stride = 1
    var group = 1
    var residual = false
    var testDescription: String { name }

    /// Four bits, as an array so that a test can ask for them without a guard.
    static let signed = [QuantizationLevels(bits: 4, isSigned: true)].compactMap { $0 }[0]
    static let unsigned = [QuantizationLevels(bits: 4, isSigned: false)].compactMap { $0 }[0]

    static let all = [
      Case(name: "winograd", input: [3, 24, 13, 11], weight: [20, 24, 3, 3]),
      Case(
        name: "winograd with residual", input: [2, 16, 8, 8], weight: [16, 16, 3, 3], residual: true
      ),
      Case(name: "direct", input: [2, 5, 9, 7], weight: [7, 5, 3, 3], stride: 2),
      Case(name: "pointwise", input: [2, 6, 5, 3], weight: [19, 6, 1, 1], residual: true),
      Case(name: "groups", input: [2, 6, 5, 7], weight: [8, 3, 3, 3], group: 2),
      Case(
        name: "depthwise", input: [2, 11, 9, 5], weight: [11, 1, 3, 3], group: 11, residual: true),
    ]

    /// x → Conv [+ residual] → Relu → FakeQuantize, with a quantiser on the weights too.
    func graph(keepsRelu: Bool = false) -> Graph {
      let pad = weight[2] / 2
      var nodes = [
        Node.fakeQuantize(
          name: "wq", value: "w", scale: "ws",
          levels: Self.signed, output: "wq"),
        Node(
          name: "conv", operatorType: "Conv", inputs: ["x", "wq", "b"], outputs: ["c"],
          attributes: [
            "pads": .ints([pad, pad, pad, pad]), "strides": .ints([stride, stride]),
            "group": .int(group),
          ]),
      ]
      if residual {
        nodes.append(
          Node(name: "add", operatorType: "Add", inputs: ["c", "r"], outputs: ["a"]))
      }
      nodes.append(
        Node(
          name: "relu", operatorType: "Relu", inputs: [residual ? "a" : "c"], outputs: ["y"]))
      nodes.append(
        Node.fakeQuantize(
          name: "q", value: "y", scale: "s", levels: Self.unsigned,
          output: "q"))
      let output = Shape([
        input[0], weight[0], (input[2] - 1) / stride + 1, (input[3] - 1) / stride + 1,
      ])
      func fixed(_ shape: Shape) -> [Graph.Extent] { shape.extents.map { .fixed($0) } }
      return Graph(
        name: "g",
        inputs: [Graph.Value(name: "x", extents: fixed(input))]
          + (residual ? [Graph.Value(name: "r", extents: fixed(output))] : []),
        outputs: [Graph.Value(name: "q", extents: nil)]
          + (keepsRelu ? [Graph.Value(name: "y", extents: nil)] : []),
        nodes: nodes,
        initializers: [
          "w": TypedArray(Tensor.normal(weight, seed: 2, scale: 0.4)),
          "b": TypedArray(Tensor.normal([weight[0]], seed: 3)),
          "ws": TypedArray(
            Tensor(shape: [weight[0]]) { 0.05 + 0.01 * Float($0 % 7) }),
          "s": TypedArray(Tensor(shape: [], repeating: 0.23)),
        ])
    }

    var feeds: [String: Tensor] {
      var feeds = ["x": Tensor.normal(input, seed: 1)]
      if residual {
        feeds["r"] = Tensor.normal(
          [input[0], weight[0], (input[2] - 1) / stride + 1, (input[3] - 1) / stride + 1], seed: 5)
      }
      return feeds
    }
  }

  @Test(arguments: Case.all)
  func fusedQuantisersGiveTheBitsOfAPassOfTheirOwn(_ item: Case) throws {
    let fused = try item.graph().fused(for: .inference, keeping: ["q"])
    #expect(fused.nodes.map(\.operatorType) == ["Conv"])
    for arithmetic in [Arithmetic.fast, .exact] {
      let q = try Executor(item.graph(), batch: 1, arithmetic: arithmetic).run(item.feeds)["q"]
      let both = try Executor(item.graph(keepsRelu: true), batch: 1, arithmetic: arithmetic).run(
        item.feeds)
      let y = try #require(both["y"])
      let expected = y.scalars.map { min(($0 / 0.23).rounded(.toNearestOrEven), 15) * 0.23 }
      #expect(q?.scalars == expected)
      #expect(both["q"]?.scalars == expected)
      #expect(Set(expected).count > 8)
    }
  }

  @Test(arguments: Case.all)
  func threadsChangeNothing(_ item: Case) throws {
    let results = try [1, 2, 5].map { threads in
      try Executor(item.graph(), batch: 1, pool: WorkerPool(threads: threads)).run(item.feeds)["q"]
    }
    #expect(results[0] == results[1] && results[1] == results[2])
  }

  @Test(arguments: Case.all)
  func bakedWeightsAreTheSameNetwork(_ item: Case) throws {
    let baked = try item.graph().bakingQuantizedWeights()
    #expect(baked.nodes.count == item.graph().nodes.count - 1)
    let levels = try #require(baked.initializers["wq"]?.tensor?.scalars)
    let perChannel = item.weight.count / item.weight[0]
    for (position, value) in levels.enumerated() {
      let scale = 0.05 + 0.01 * Float(position / perChannel % 7)
      let level = (value / scale).rounded()
      #expect(level >= -8 && level <= 7 && level * scale == value)
    }
    let one = try Executor(item.graph(), batch: 1).run(item.feeds)["q"]
    #expect(one == (try Executor(baked, batch: 1).run(item.feeds)["q"]))
    // In the other modes the weights are quantised in every pass.
    let trained = try Executor(
      item.graph(keepsRelu: true), batch: 1, mode: .differentiable, arithmetic: .exact
    ).run(item.feeds)["y"]
    let exact = try Executor(
      item.graph(keepsRelu: true), batch: 1, arithmetic: .exact
    ).run(item.feeds)["y"]
    let numbers = try #require(exact).scalars.map { Double($0) }
    #expect(try #require(trained).error(against: numbers) < 1e-6)
  }

  @Test(arguments: Case.all)
  func weightsBehindAQuantiserLearnWhatBakedOnesWould(_ item: Case) throws {
    func gradients(_ graph: Graph, _ name: String) throws -> [Float] {
      var graph = graph
      graph.outputs = [Graph.Value(name: "y", extents: nil)]
      graph.nodes.removeAll { $0.name == "q" }
      let executor = try Executor(graph, batch: 1, mode: .training)
      for (input, tensor) in item.feeds {
        _ = try executor.input(input).update(fromContentsOf: tensor.scalars)
      }
      executor.forward()
      let outer = try executor.outputGradient("y")
      _ = outer.update(fromContentsOf: Tensor.normal([outer.count], seed: 9).scalars)
      executor.backward()
      let parameter = try #require(executor.parameters.first { $0.name == name })
      return Array(parameter.gradients)
    }
    let found = try gradients(item.graph(), "w")
    let whole = try gradients(item.graph().bakingQuantizedWeights(), "wq")
    let weights = try #require(item.graph().initializers["w"]?.tensor?.scalars)
    let perChannel = item.weight.count / item.weight[0]
    let expected = whole.enumerated().map { position, gradient -> Float in
      let scale = 0.05 + 0.01 * Float(position / perChannel % 7)
      let level = (weights[position] / scale).rounded(.toNearestOrEven)
      return level >= -8 && level <= 7 ? gradient : 0
    }
    #expect(found == expected)
    #expect(expected.contains(0) && expected.contains { $0 != 0 })
  }

  @Test("Winograd keeps to its tolerance on weights of few bits, and gives way where it does not")
  func winogradOnFewBits() throws {
    for bits in 1...4 {
      let levels = try #require(QuantizationLevels(bits: bits, isSigned: true))
      let w = levels.quantize(Tensor.normal([16, 16, 3, 3], seed: 7, scale: 0.3), scales: [0.2])
      try expectAgreement(w, within: 1e-5)
    }
    // Levels so large that Winograd's sums leave the range of floats and the definition's do not.
    let levels = try #require(QuantizationLevels(bits: 1, isSigned: true))
    let w = levels.quantize(Tensor.normal([16, 16, 3, 3], seed: 7), scales: [2e37])
    let exact = try run(w, .exact)
    #expect(exact.scalars.allSatisfy { $0.isFinite })
    #expect(try run(w, .fast) == exact)
  }

  private func run(_ w: Tensor, _ arithmetic: Arithmetic) throws -> Tensor {
    let graph = SingleNode.graph(
      "Conv", [.input([1, 16, 16, 16]), .constant(w)],
      attributes: ["pads": .ints([1, 1, 1, 1])])
    let x = Tensor.normal([1, 16, 16, 16], seed: 8, scale: 0.1)
    return try #require(
      try Executor(graph, batch: 1, arithmetic: arithmetic).run(["x0": x])["y0"])
  }

  private func expectAgreement(_ w: Tensor, within tolerance: Double) throws {
    let exact = try run(w, .exact)
    #expect(try run(w, .fast).error(against: exact.scalars.map { Double($0) }) < tolerance)
  }
}
