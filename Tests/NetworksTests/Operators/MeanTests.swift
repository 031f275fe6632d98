import Networks
import TestSupport
import Tensors
import Testing

@Suite struct MeanTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let input: Shape
    /// Nil leaves the axes out.
    let axes: [Int]?
    var keepsAxes = true
    let output: Shape

    var testDescription: String { "\(input) over \(axes ?? []) to \(output)" }

    var attributes: [String: Attribute] { ["keepdims": .int(keepsAxes ? 1 : 0)] }
    var operands: [SingleNode.Operand?] {
      [.input(input)] + (axes.map { [.constant(TypedArray($0))] } ?? [])
    }

    /// The definition, in double.
    func exact(_ x: Tensor) -> [Double] {
      let reduced = Set((axes ?? Array(0..<input.rank)).map { $0 < 0 ? $0 + input.rank : $0 })
      let kept = (0..<input.rank).filter { !reduced.contains($0) }
      let strides = Shape(kept.map { input[$0] }).strides
      var sums = [Double](repeating: 0, count: output.count)
      for (position, scalar) in x.scalars.enumerated() {
        let target = zip(kept, strides).reduce(0) { sum, axis in
          sum + position / input.strides[axis.0] % input[axis.0] * axis.1
        }
        sums[target] += Double(scalar)
      }
      return sums.map { $0 * Double(output.count) / Double(input.count) }
    }
  }

  static let cases: [Case] = [
    Case(input: [2, 3, 4, 5], axes: [2, 3], output: [2, 3, 1, 1]),
    Case(input: [2, 3, 4, 5], axes: [-1, -2], keepsAxes: false, output: [2, 3]),
    Case(input: [2, 3, 4, 5], axes: [1], output: [2, 1, 4, 5]),
    Case(input: [2, 3, 4, 5], axes: [1], keepsAxes: false, output: [2, 4, 5]),
    Case(input: [2, 3, 4, 5], axes: [3], keepsAxes: false, output: [2, 3, 4]),
    Case(input: [2, 3, 4, 5], axes: [0, 2], output: [1, 3, 1, 5]),
    Case(input: [2, 3, 4, 5], axes: [0, 2], keepsAxes: false, output: [3, 5]),
    Case(input: [2, 3, 4, 5], axes: nil, keepsAxes: false, output: []),
    Case(input: [2, 3, 4, 5], axes: nil, output: [1, 1, 1, 1]),
    Case(input: [70, 30, 9, 8], axes: [2, 3], keepsAxes: false, output: [70, 30]),
    Case(input: [3, 1, 7], axes: [1], keepsAxes: false, output: [3, 7]),
    Case(input: [3, 4, 2, 5, 2], axes: [1, 3], keepsAxes: false, output: [3, 2, 2]),
    Case(input: [4, 6], axes: [0], keepsAxes: false, output: [6]),
  ]

  @Test(arguments: cases)
  func meansEqualTheDefinition(_ item: Case) throws {
    let graph = SingleNode.graph("ReduceMean", item.operands, attributes: item.attributes)
    let x = Tensor.normal(item.input, seed: 1)
    let y = try #require(try Executor(graph, batch: 1).run(["x0": x])["y0"])
    #expect(y.shape == item.output)
    #expect(y.error(against: item.exact(x)) < 1e-6)
    try expectGradient(of: graph, step: 0.5)
  }

  /// A pool of extent 1 leaves the numbers as they are and makes them lie channels-last.
  @Test(arguments: cases.filter { $0.input.rank == 4 })
  func channelsLastInputsGiveTheSameMeans(_ item: Case) throws {
    var graph = SingleNode.graph("ReduceMean", item.operands, attributes: item.attributes)
    graph.nodes[0].inputs[0] = "pooled"
    graph.nodes.insert(
      Node(
        name: "pool", operatorType: "AveragePool", inputs: ["x0"], outputs: ["pooled"],
        attributes: ["kernel_shape": .ints([1, 1])]), at: 0)
    let x = Tensor.normal(item.input, seed: 1)
    let y = try #require(try Executor(graph, batch: 1).run(["x0": x])["y0"])
    #expect(y.shape == item.output)
    #expect(y.error(against: item.exact(x)) < 1e-6)
    try expectGradient(of: graph, step: 0.5)
  }

  @Test func withoutAxesTheInputIsLeftAsItIsWhereTheNodeSaysSo() throws {
    let graph = SingleNode.graph(
      "ReduceMean", [.input([2, 3, 4, 5])],
      attributes: ["noop_with_empty_axes": .int(1), "keepdims": .int(0)])
    let x = Tensor.normal([2, 3, 4, 5], seed: 1)
    #expect(try Executor(graph, batch: 1).run(["x0": x])["y0"] == x)
  }

  @Test(arguments: [[2, 3, 4, 5], [2, 3, 7], [2, 3, 2, 4, 3], [40, 17, 9, 8]] as [Shape])
  func globalMeansEqualMeansOverTheSpatialAxes(_ shape: Shape) throws {
    let graph = SingleNode.graph("GlobalAveragePool", [.input(shape)])
    let x = Tensor.normal(shape, seed: 1)
    let output = Shape([shape[0], shape[1]] + shape.extents.dropFirst(2).map { _ in 1 })
    let item = Case(input: shape, axes: Array(2..<shape.rank), output: output)
    let y = try #require(try Executor(graph, batch: 1).run(["x0": x])["y0"])
    #expect(y.shape == output)
    #expect(y.error(against: item.exact(x)) < 1e-6)
    try expectGradient(of: graph, step: 0.5)
  }

  @Test func unfitShapesAreRefused() {
    for graph in [
      SingleNode.graph("GlobalAveragePool", [.input([2, 3])]),
      SingleNode.graph("ReduceMean", [.input([2, 3]), .constant(TypedArray([2]))]),
      SingleNode.graph("ReduceMean", [.input([2, 3]), .input([1])]),
    ] {
      #expect(throws: GraphError.self) { try Executor(graph, batch: 1) }
    }
  }
}
