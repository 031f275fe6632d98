import Networks
import Tensors
import Testing

@testable import Compression

/// The channel lists that AMC's authors published, counted on our MobileNets.
///
/// Source: the repositories mit-han-lab/amc and amc-models; a list says what each convolution that
/// mixes channels, and the classifier, reads.
@Suite struct PublishedPoliciesTests {
  private func graph(_ name: String, widthMultiplier: Double = 1) throws -> Graph {
    var generator = SeededGenerator(seed: 1)
    return try ModelBuilder.named(name).graph(
      ModelParameters(
        classes: 1000, height: 224, width: 224, widthMultiplier: widthMultiplier),
      using: &generator)
  }

  /// The millions of multiply-accumulates after each dense layer's input is cut to the list.
  private func megaMACs(_ graph: Graph, inputs: [Int]) throws -> Double {
    let dependencies = try ChannelDependencies(graph)
    let layers = graph.nodes.filter { graph.isDenseLayer($0) }
    try #require(layers.count == inputs.count)
    var removed: Set<Int> = []
    for (layer, width) in zip(layers, inputs) {
      let classes = dependencies.classes(of: layer.inputs[0])
      removed.formUnion(classes.dropFirst(width))
    }
    let sliced = try graph.sliced(removing: removed, dependencies: dependencies)
    for (layer, width) in zip(sliced.nodes.filter { sliced.isDenseLayer($0) }, inputs) {
      #expect(try sliced.shapes(batch: 1)[layer.inputs[0]]?[1] == width)
    }
    return try rounded(NetworkCost(sliced).macs)
  }

  private func rounded(_ macs: Int) -> Double { (Double(macs) / 1e5).rounded() / 10 }

  @Test(arguments: [
    ("mobilenet_v1", 1, 568.7), ("mobilenet_v1", 0.75, 325.4), ("mobilenet_v2", 1, 300.8),
  ])
  func theWholeNetworksCountWhatWasPublished(_ name: String, _ width: Double, _ millions: Double)
    throws
  {
    let graph = try graph(name, widthMultiplier: width)
    try graph.validate()
    #expect(try rounded(NetworkCost(graph).macs) == millions)
  }

  @Test func halfOfMobileNetV1sOperations() throws {
    let inputs = [
      3, 24, 48, 96, 80, 192, 200, 328, 352, 368, 360, 328, 400, 736, 752,
    ]
    #expect(try megaMACs(graph("mobilenet_v1"), inputs: inputs) == 293.9)
  }

  @Test func halfOfMobileNetV1sTime() throws {
    let inputs = [
      3, 16, 48, 88, 80, 192, 168, 336, 360, 360, 352, 352, 368, 768, 680,
    ]
    #expect(try megaMACs(graph("mobilenet_v1"), inputs: inputs) == 274.0)
  }

  @Test func sevenTenthsOfMobileNetV2sOperations() throws {
    let start = [3, 24, 16, 72, 24, 104, 24, 104, 32, 136, 32, 136, 32, 136]
    let middle = [64, 272, 64, 272, 64, 272, 64, 272, 96, 408, 96, 400, 96, 400]
    let end = [160, 712, 160, 720, 160, 712, 248, 848]
    #expect(try megaMACs(graph("mobilenet_v2"), inputs: start + middle + end) == 210.6)
  }
}
