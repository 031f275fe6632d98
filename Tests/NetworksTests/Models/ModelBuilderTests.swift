import Networks
import TestSupport
import Tensors
import Testing

@Suite struct ModelBuilderTests {
  private func graph(_ name: String, _ parameters: ModelParameters = ModelParameters()) throws
    -> Graph
  {
    var generator = SeededGenerator(seed: 1)
    return try ModelBuilder.named(name).graph(parameters, using: &generator)
  }

  private func parameterCount(_ graph: Graph) -> Int {
    graph.nodes.reduce(0) { sum, node in
      node.inputs.enumerated().reduce(sum) { sum, input in
        guard let constant = graph.initializers[input.1],
          node.isParameter(input.0, constant: constant)
        else { return sum }
        return sum + constant.shape.count
      }
    }
  }

  private func macs(_ graph: Graph) throws -> Int {
    try graph.multiplyAccumulates().reduce(0) { $0 + $1.macs }
  }

  @Test(arguments: [
    ("resnet8", 78_042, 12_501_632), ("resnet14", 175_258, 26_657_408),
    ("resnet20", 272_474, 40_813_184), ("plain20", 269_722, 40_551_040),
  ])
  func `parameters and multiply-accumulates are those of the paper's networks`(
    name: String, parameters: Int, macs: Int
  ) throws {
    let graph = try graph(name)
    try graph.validate()
    #expect(parameterCount(graph) == parameters)
    #expect(try self.macs(graph) == macs)
  }

  @Test func `shapes follow the stages`() throws {
    let shapes = try graph("resnet20").shapes(batch: 5)
    #expect(shapes["stem"] == [5, 16, 32, 32])
    #expect(shapes["stage1.block3.relu2"] == [5, 16, 32, 32])
    #expect(shapes["stage2.block1.conv1"] == [5, 32, 16, 16])
    #expect(shapes["stage2.block1.shortcut"] == [5, 32, 16, 16])
    #expect(shapes["stage3.block3.add"] == [5, 64, 8, 8])
    #expect(shapes["output"] == [5, 10])
  }

  @Test func `odd images, one channel and other widths work`() throws {
    let parameters = ModelParameters(
      classes: 7, channels: 1, height: 29, width: 13, widthMultiplier: 0.7)
    let graph = try graph("resnet8", parameters)
    let shapes = try graph.shapes(batch: 2)
    #expect(shapes["stem"] == [2, 11, 29, 13])
    #expect(shapes["stage3.block1.relu2"] == [2, 45, 8, 4])
    let executor = try Executor(graph, batch: 2)
    let output = try executor.run(["input": .normal([2, 1, 29, 13], seed: 4)])["output"]
    #expect(output?.shape == [2, 7])
    #expect(output?.scalars.allSatisfy(\.isFinite) == true)
  }

  @Test func `shortcuts are convolutions only where a block changes its extents`() throws {
    let names = try graph("resnet14").nodes.map(\.name)
    #expect(
      names.filter { $0.hasSuffix(".shortcut") } == [
        "stage2.block1.shortcut", "stage3.block1.shortcut",
      ])
    #expect(try !graph("plain20").nodes.contains { $0.operatorType == "Add" })
  }

  @Test func `initial weights have He's variance and come from the seed`() throws {
    let graph = try graph("resnet20")
    #expect(try graph == self.graph("resnet20"))
    var other = SeededGenerator(seed: 2)
    #expect(try ModelBuilder.named("resnet20").graph(using: &other) != graph)
    let weights = try #require(
      graph.initializers["stage3.block2.conv1.weight"]?.tensor)
    let square = weights.scalars.reduce(0.0) { $0 + Double($1) * Double($1) }
    let ratio: Double = square / Double(weights.count) / (2.0 / 576.0)
    #expect(abs(ratio - 1) < 0.03)
  }

  @Test func `unknown names and absurd parameters are refused`() throws {
    #expect(
      throws: ModelError.unknownModel(
        "resnet9",
        known: ["mobilenet_v1", "mobilenet_v2", "plain20", "resnet14", "resnet20", "resnet8"])
    ) { try ModelBuilder.named("resnet9") }
    #expect(throws: ModelError.self) { try graph("resnet8", ModelParameters(classes: 0)) }
    #expect(throws: ModelError.self) { try graph("resnet8", ModelParameters(widthMultiplier: -1)) }
  }
}
