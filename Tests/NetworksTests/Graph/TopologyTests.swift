import Tensors
import Testing

@testable import Networks

@Suite struct TopologyTests {
  static func node(
    _ name: String, _ type: String, _ inputs: [String], _ outputs: [String],
    _ attributes: [String: Attribute] = [:]
  ) -> Node {
    Node(name: name, operatorType: type, inputs: inputs, outputs: outputs, attributes: attributes)
  }

  static func graph(
    _ nodes: [Node], _ initializers: [String: TypedArray] = [:],
    input: [Graph.Extent]? = [.batch, .fixed(3)], outputs: [String] = ["y"]
  ) -> Graph {
    Graph(
      name: "test", inputs: [.init(name: "x", extents: input)],
      outputs: outputs.map { .init(name: $0, extents: nil) }, nodes: nodes,
      initializers: initializers)
  }

  let diamond = graph(
    [
      node("first", "Relu", ["x"], ["a"]), node("left", "Sigmoid", ["a"], ["b"]),
      node("right", "Tanh", ["a"], ["c"]), node("last", "Mul", ["c", "c"], ["y"]),
      node("dead", "Add", ["b", "w"], ["z"]),
    ], ["w": TypedArray(Tensor(shape: [], repeating: 1)), "v": TypedArray([1])])

  @Test func tablesNameWritersAndReaders() {
    #expect(diamond.producers == ["a": 0, "b": 1, "c": 2, "y": 3, "z": 4])
    #expect(diamond.consumers == ["x": [0], "a": [1, 2], "b": [4], "c": [3], "w": [4]])
    #expect(diamond.producer(of: "c")?.name == "right")
    #expect(diamond.producer(of: "x") == nil && diamond.producer(of: "") == nil)
    #expect(diamond.consumers(of: "a").map(\.name) == ["left", "right"])
    #expect(diamond.consumers(of: "").isEmpty)
  }

  @Test func whatNoOutputNeedsIsRemoved() {
    let left = diamond.removingUnused()
    #expect(left.nodes.map(\.name) == ["first", "right", "last"])
    #expect(left.initializers.isEmpty)
    #expect(left.inputs == diamond.inputs)
  }

  @Test func sortingRestoresTheOrder() throws {
    var shuffled = diamond
    shuffled.nodes = [4, 3, 2, 1, 0].map { diamond.nodes[$0] }
    #expect(throws: GraphError.unknownValue(node: "dead", value: "b")) { try shuffled.validate() }
    let sorted = try shuffled.topologicallySorted()
    #expect(sorted.nodes.map(\.name) == ["first", "right", "last", "left", "dead"])
    #expect(try diamond.topologicallySorted() == diamond)
  }

  @Test func circlesAndUnknownValuesAreNamed() {
    let circle = Self.graph([
      Self.node("one", "Add", ["x", "b"], ["y"]), Self.node("two", "Relu", ["y"], ["b"]),
    ])
    #expect(throws: GraphError.unknownValue(node: "one", value: "b")) {
      try circle.topologicallySorted()
    }
    let missing = Self.graph([Self.node("one", "Add", ["x", "q"], ["y"])])
    #expect(throws: GraphError.unknownValue(node: "one", value: "q")) {
      try missing.topologicallySorted()
    }
  }

  @Test func namesAreUnique() {
    let relu = Self.node("one", "Relu", ["x"], ["y"])
    var twin = relu
    #expect(throws: GraphError.duplicateName("one")) { try Self.graph([relu, twin]).validate() }
    twin.name = "two"
    #expect(throws: GraphError.duplicateName("y")) { try Self.graph([relu, twin]).validate() }
    #expect(throws: GraphError.duplicateName("x")) {
      try Self.graph([relu], ["x": TypedArray([1])]).validate()
    }
    #expect(throws: GraphError.unknownOutput("q")) {
      try Self.graph([relu], outputs: ["q"]).validate()
    }
  }

  @Test func shapesFollowTheBatch() throws {
    let shapes = try diamond.shapes(batch: 7)
    #expect(shapes["y"] == [7, 3] && shapes["w"] == [] && shapes["v"] == [1])
    #expect(try diamond.multiplyAccumulates().map(\.node) == diamond.nodes.map(\.name))
    #expect(try diamond.multiplyAccumulates().allSatisfy { $0.macs == 0 })
    #expect(throws: GraphError.self) { try diamond.shapes(batch: -1) }
    #expect(throws: GraphError.self) { try diamond.shapes(batch: Int.max) }
    #expect(throws: GraphError.self) { try Self.graph([], input: nil).shapes(batch: 1) }
    #expect(throws: GraphError.unknownOperator(node: "n", type: "Magic")) {
      try Self.graph([Self.node("n", "Magic", ["x"], ["y"])]).shapes(batch: 1)
    }
  }

  @Test func operatorsAreListedByName() {
    #expect(OperatorRegistry.names == OperatorRegistry.names.sorted())
    #expect(Set(OperatorRegistry.names).count == OperatorRegistry.names.count)
  }
}
