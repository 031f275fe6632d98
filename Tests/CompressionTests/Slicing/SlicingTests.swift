import Networks
import TestSupport
import Tensors
import Testing

@testable import Compression

@Suite struct SlicingTests {
  @Test(arguments: HandBuilt.all)
  func aSlicedNetworkComputesWhatTheOriginalDoesWithoutTheRemovedChannels(
    _ network: HandBuilt
  ) throws {
    let dependencies = try ChannelDependencies(network.graph)
    let examples = Tensor.normal(Shape([3] + network.imageExtents), seed: 5)
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<5 {
      let removed = dependencies.randomCut(&generator).removed
      let sliced = try network.graph.sliced(removing: removed, dependencies: dependencies)
      try sliced.validate()
      let expected = try output(
        of: network.graph.withholding(removed, dependencies), for: examples)
      #expect(difference(try output(of: sliced, for: examples), expected) < 1e-5)
    }
  }

  @Test(arguments: HandBuilt.architectures)
  func whatIsLeftCanBeSlicedAgain(_ network: HandBuilt) throws {
    let examples = Tensor.normal(Shape([3] + network.imageExtents), seed: 5)
    var generator = SeededGenerator(seed: 13)
    var graph = network.graph
    for _ in 0..<3 {
      let dependencies = try ChannelDependencies(graph)
      let removed = dependencies.randomCut(&generator).removed
      let sliced = try graph.sliced(removing: removed, dependencies: dependencies)
      let expected = try output(of: graph.withholding(removed, dependencies), for: examples)
      #expect(difference(try output(of: sliced, for: examples), expected) < 1e-5)
      graph = sliced
    }
  }

  @Test(arguments: HandBuilt.all)
  func costFallsExactlyAsTheWidthsPredict(_ network: HandBuilt) throws {
    let graph = network.graph.unsharingParameters()
    let dependencies = try ChannelDependencies(graph)
    let macs = try WidthCosts(.macs, of: graph, dependencies: dependencies)
    let bytes = try WidthCosts(.weightBytes, of: graph, dependencies: dependencies)
    #expect(try macs.cost([:]) == NetworkCost(graph).macs)
    #expect(try bytes.cost([:]) == NetworkCost(graph).weightBytes)
    var generator = SeededGenerator(seed: 12)
    for _ in 0..<10 {
      let cut = dependencies.randomCut(&generator)
      let cost = try NetworkCost(graph.sliced(removing: cut.removed, dependencies: dependencies))
      #expect(macs.cost(cut.widths) == cost.macs)
      #expect(bytes.cost(cut.widths) == cost.weightBytes)
      #expect(cost.parameters * 4 == cost.weightBytes)
    }
  }

  @Test(arguments: HandBuilt.all)
  func theNarrowestNetworkStillRuns(_ network: HandBuilt) throws {
    let dependencies = try ChannelDependencies(network.graph)
    let removed = Set(
      dependencies.groups.filter { $0.obstacle == nil }.flatMap { $0.classes.dropLast() })
    let sliced = try network.graph.sliced(removing: removed, dependencies: dependencies)
    let narrow = try ChannelDependencies(sliced)
    #expect(narrow.groups.allSatisfy { $0.width > 0 })
    let examples = Tensor.normal(Shape([2] + network.imageExtents), seed: 6)
    #expect(try output(of: sliced, for: examples).scalars.allSatisfy { $0.isFinite })
    #expect(try NetworkCost(sliced).macs < NetworkCost(network.graph).macs)
  }

  @Test func nothingRemovedIsTheSameNetwork() throws {
    let graph = HandBuilt.residual.graph
    let dependencies = try ChannelDependencies(graph)
    #expect(try graph.sliced(removing: [], dependencies: dependencies) == graph)
  }

  @Test func aGroupIsNotPrunedToNothing() throws {
    let graph = HandBuilt.chain.graph
    let dependencies = try ChannelDependencies(graph)
    let all = Set(dependencies.groups[2].classes)
    #expect(
      throws: CompressionError.cannotSlice(
        node: "b", type: "Conv", reason: "none of its 7 channels would be left")
    ) {
      try graph.sliced(removing: all, dependencies: dependencies)
    }
  }

  @Test func channelsWithAnObstacleAreNotRemoved() throws {
    let graph = HandBuilt.softmax.graph
    let dependencies = try ChannelDependencies(graph)
    let group = try #require(dependencies.group(madeBy: "first"))
    #expect(
      throws: CompressionError.cannotSlice(
        node: "first", type: "Conv", reason: "Softmax 'weights' mixes channels")
    ) {
      try graph.sliced(removing: [group.classes[3]], dependencies: dependencies)
    }
  }

  @Test(arguments: HandBuilt.all)
  func noLayerIsPrunedToNothing(_ network: HandBuilt) throws {
    let streams = RandomStreams(seed: 1)
    let pruner = try ChannelPruner(
      network.graph, images: Tensor(shape: [0]),
      settings: PruningSettings(criterion: .l1, reconstruction: .none), streams: streams,
      pool: WorkerPool(threads: 1))
    let groups = pruner.dependencies.groups
    let nothing = groups.indices.filter { groups[$0].obstacle == nil }.map { ($0, 0) }
    let result = try pruner.prune(.widths(Dictionary(uniqueKeysWithValues: nothing)))
    for shape in try result.graph.shapes(batch: 1).values { #expect(shape.count > 0) }
    for group in groups where group.obstacle == nil {
      #expect(group.classes.count { !result.removed.contains($0) } == 1)
    }
  }

  @Test func aConstantThatOthersReadTooStaysWholeForThem() throws {
    let graph = HandBuilt.sharedConstants.graph
    let dependencies = try ChannelDependencies(graph)
    let group = try #require(dependencies.group(madeBy: "b"))
    let sliced = try graph.sliced(
      removing: Set(group.classes.prefix(2)), dependencies: dependencies)
    let shapes = try sliced.shapes(batch: 1)
    #expect(shapes["a.norm"] == [1, 6, 7, 6])
    #expect(shapes["b.norm"] == [1, 4, 7, 6])
    #expect(shapes["c.norm"] == [1, 6, 7, 6])
  }

  @Test func everyUseOfAConstantGetsAnArrayOfItsOwn() throws {
    let graph = HandBuilt.sharedConstants.graph.unsharingParameters()
    let names = graph.nodes.flatMap { node in
      node.inputs.filter { graph.initializers[$0] != nil }
    }
    #expect(Set(names).count == names.count)
    try graph.validate()
    let examples = Tensor.normal([2, 3, 7, 6], seed: 7)
    #expect(
      try output(of: graph, for: examples)
        == output(of: HandBuilt.sharedConstants.graph, for: examples))
  }
}

extension HandBuilt {
  /// The extents of the network's image, the batch left out.
  var imageExtents: [Int] {
    (graph.inputs[0].extents ?? []).dropFirst().map { extent in
      if case .fixed(let count) = extent { count } else { 0 }
    }
  }
}
