import Networks
import TestSupport
import Tensors
import Testing

@testable import Compression

@Suite struct ChannelPrunerTests {
  private static func pruner(
    _ graph: Graph, images count: Int = 48, seed: UInt64 = 50, threads: Int = 1,
    _ settings: PruningSettings
  ) throws -> ChannelPruner {
    let extents = HandBuilt("", graph).imageExtents
    return try ChannelPruner(
      graph, images: .normal(Shape([count] + extents), seed: seed),
      labels: (0..<count).map { $0 % 4 }, settings: settings,
      streams: RandomStreams(seed: 3), pool: WorkerPool(threads: threads))
  }

  /// About three fifths of every group that can be cut.
  private static func widths(_ pruner: ChannelPruner) -> [Int: Int] {
    var widths: [Int: Int] = [:]
    for (number, group) in pruner.dependencies.groups.enumerated() where group.obstacle == nil {
      widths[number] = max(1, group.width * 3 / 5)
    }
    return widths
  }

  private static let everySetting = PruningSettings.Criterion.allCases.flatMap { criterion in
    PruningSettings.Reconstruction.allCases.flatMap { reconstruction in
      PruningSettings.Refit.allCases.map { refit in
        PruningSettings(
          criterion: criterion, reconstruction: reconstruction, refit: refit,
          positionsPerImage: 8)
      }
    }
  }

  @Test(arguments: HandBuilt.all)
  func anyNetworkIsCutToTheWidthsAskedFor(_ network: HandBuilt) throws {
    for settings in Self.everySetting {
      let pruner = try Self.pruner(network.graph, images: 12, settings)
      let widths = Self.widths(pruner)
      let result = try pruner.prune(.widths(widths))
      for (number, group) in pruner.dependencies.groups.enumerated() {
        let left = group.classes.count { !result.removed.contains($0) }
        #expect(left == widths[number] ?? group.width)
      }
      for quantity in CostQuantity.structural {
        let costs = try WidthCosts(
          quantity, of: pruner.original, dependencies: pruner.dependencies, settings: settings)
        let cost = try NetworkCost(result.graph)
        #expect(costs.cost(widths) == cost[quantity])
      }
      let examples = Tensor.normal(Shape([2] + network.imageExtents), seed: 5)
      #expect(try output(of: result.graph, for: examples).scalars.allSatisfy { $0.isFinite })
    }
  }

  @Test(arguments: HandBuilt.all)
  func removingTheSameChannelsGivesTheSameBits(_ network: HandBuilt) throws {
    for settings in Self.everySetting {
      let pruner = try Self.pruner(network.graph, images: 12, settings)
      let first = try pruner.prune(.widths(Self.widths(pruner)))
      let again = try Self.pruner(network.graph, images: 12, settings)
        .prune(.removing(first.removed))
      #expect(again.removed == first.removed)
      #expect(again.graph == first.graph)
      // A policy does not tell the criterion's problems apart: what went is all that counts.
      var other = settings
      other.criterion = settings.criterion == .l1 ? .leastSquares : .l1
      if settings.reconstruction != .none {
        let third = try Self.pruner(network.graph, images: 12, other)
          .prune(.removing(first.removed))
        #expect(third.graph == first.graph)
      }
    }
  }

  @Test(arguments: HandBuilt.all)
  func theNumberOfThreadsChangesNoBit(_ network: HandBuilt) throws {
    for reconstruction in [PruningSettings.Reconstruction.original, .sequential] {
      let settings = PruningSettings(reconstruction: reconstruction)
      let results = try [1, 2].map { threads in
        let pruner = try Self.pruner(network.graph, images: 70, threads: threads, settings)
        return try pruner.prune(.widths(Self.widths(pruner)))
      }
      #expect(results[0].removed == results[1].removed)
      #expect(results[0].graph == results[1].graph)
    }
  }

  @Test func layersBehindAGroupedConvolutionAreSolvedForWhatItLost() throws {
    let network = HandBuilt.grouped
    let unseen = Tensor.normal(Shape([64] + network.imageExtents), seed: 77)
    let original = try output(of: network.graph, for: unseen)
    let errors = try [PruningSettings.Reconstruction.none, .sequential].map { reconstruction in
      let pruner = try Self.pruner(
        network.graph, images: 200,
        PruningSettings(criterion: .l1, reconstruction: reconstruction, refit: .all))
      let group = try #require(
        pruner.dependencies.groups.firstIndex { $0.consumers == ["halves"] })
      let result = try pruner.prune(.widths([group: 2]))
      return try meanSquare(output(of: result.graph, for: unseen), original)
    }
    #expect(errors[1] < 0.5 * errors[0])
  }

  @Test func aPrunerGivesACandidateTheSameBitsWhateverCameBefore() throws {
    let pruner = try Self.pruner(HandBuilt.residual.graph, PruningSettings())
    let widths = Self.widths(pruner)
    let first = try pruner.prune(.widths(widths))
    _ = try pruner.prune(.widths(widths.mapValues { _ in 2 }))
    #expect(try pruner.prune(.widths(widths)).graph == first.graph)
  }

  @Test(arguments: [
    HandBuilt.chain, .residual, .concatenation, .denseConnections, .depthwise, .paddedShortcut,
    .wideFlatten, .constants, .attention, .means, .reshapes, .grouped, .groupedShuffle,
    .chunkedShuffle, .multipliedDepthwise, .denseAttention, .ghost, .branches,
  ])
  func reconstructionBringsTheOutputNearerToTheOriginal(_ network: HandBuilt) throws {
    let unseen = Tensor.normal(Shape([64] + network.imageExtents), seed: 77)
    let original = try output(of: network.graph, for: unseen)
    let errors = try PruningSettings.Reconstruction.allCases.map { reconstruction in
      let settings = PruningSettings(criterion: .l1, reconstruction: reconstruction)
      let pruner = try Self.pruner(network.graph, images: 200, settings)
      let result = try pruner.prune(.widths(Self.widths(pruner)))
      return meanSquare(try output(of: result.graph, for: unseen), original)
    }
    #expect(errors[0] > 0)
    #expect(errors[2] < 0.9 * errors[0], "none, original, sequential: \(errors)")
  }

  /// Two layers, so that the second one's error is the network's.
  private static func pair() -> Graph {
    var sketch = Sketch([3, 7, 6], seed: 60)
    let inner = sketch.block("a", "x", 3, 8)
    return sketch.graph(sketch.convolution("b", inner, 8, 5))
  }

  @Test func theLeastSquaresCriterionLeavesLessErrorThanMagnitude() throws {
    let graph = Self.pair()
    let unseen = Tensor.normal([64, 3, 7, 6], seed: 78)
    let original = try output(of: graph, for: unseen)
    let errors = try [PruningSettings.Criterion.l1, .leastSquares].map { criterion in
      let pruner = try Self.pruner(graph, images: 300, PruningSettings(criterion: criterion))
      let result = try pruner.prune(.widths([1: 4]))
      return meanSquare(try output(of: result.graph, for: unseen), original)
    }
    #expect(errors[1] < errors[0], "\(errors)")
  }

  @Test func aChannelThatAnotherRepeatsGoesFirstAndAtNoCost() throws {
    var graph = Self.pair()
    for name in ["a.weight", "a.norm.scale", "a.norm.shift", "a.norm.mean", "a.norm.variance"] {
      var tensor = try #require(graph.initializers[name]?.tensor)
      let size = tensor.count / 8
      for position in 0..<size {
        tensor.scalars[6 * size + position] = tensor.scalars[size + position]
      }
      graph.initializers[name] = TypedArray(tensor)
    }
    let pruner = try Self.pruner(graph, images: 100, PruningSettings(ridge: 1e-7))
    let result = try pruner.prune(.widths([1: 7]))
    let classes = pruner.dependencies.groups[1].classes
    #expect(result.removed == [classes[1]] || result.removed == [classes[6]])
    let unseen = Tensor.normal([16, 3, 7, 6], seed: 79)
    #expect(
      difference(try output(of: result.graph, for: unseen), try output(of: graph, for: unseen))
        < 1e-3)
  }

  @Test func theMagnitudeOfAChannelIsTheSumOfTheWeightsThatReadIt() throws {
    let graph = HandBuilt.residual.graph
    let dependencies = try ChannelDependencies(graph)
    let stream = try #require(dependencies.group(madeBy: "stem"))
    let scores = Magnitude(.absolute, dependencies, in: graph).scores(of: stream)
    for (channel, member) in stream.classes.enumerated() {
      var sum = 0.0
      for name in ["first.weight", "last.weight"] {
        let weight = try #require(graph.initializers[name]?.tensor)
        for output in 0..<weight.shape[0] {
          for tap in 0..<9 { sum += Double(abs(weight.scalars[(output * 6 + channel) * 9 + tap])) }
        }
      }
      #expect(abs((scores[member] ?? 0) - sum) < 1e-9)
    }
  }

  @Test func magnitudeKeepsTheLargestChannels() throws {
    let graph = HandBuilt.wideFlatten.graph
    let pruner = try Self.pruner(
      graph, PruningSettings(criterion: .l1, reconstruction: .none))
    let group = pruner.dependencies.groups[1]
    let scores = Magnitude(.absolute, pruner.dependencies, in: graph).scores(of: group)
    let ranked = group.classes.sorted { (scores[$0] ?? 0) < (scores[$1] ?? 0) }
    #expect(try pruner.prune(.widths([1: 2])).removed == Set(ranked.prefix(3)))
  }

  @Test func nothingToCutGivesTheNetworkAsItIs() throws {
    for refit in PruningSettings.Refit.allCases {
      let pruner = try Self.pruner(HandBuilt.chain.graph, PruningSettings(refit: refit))
      let whole = pruner.dependencies.groups.indices.map {
        ($0, pruner.dependencies.groups[$0].width)
      }
      let result = try pruner.prune(.widths(Dictionary(uniqueKeysWithValues: whole)))
      #expect(result.graph == HandBuilt.chain.graph && result.removed.isEmpty)
    }
  }

  @Test(arguments: PruningSettings.Criterion.allCases)
  func oneChannelStaysWhateverIsAskedFor(_ criterion: PruningSettings.Criterion) throws {
    let pruner = try Self.pruner(HandBuilt.chain.graph, PruningSettings(criterion: criterion))
    let result = try pruner.prune(.widths([1: 0, 2: -3]))
    #expect(pruner.dependencies.groups[1].classes.count { !result.removed.contains($0) } == 1)
    #expect(pruner.dependencies.groups[2].classes.count { !result.removed.contains($0) } == 1)
  }

  @Test func withoutReconstructionTheRemainingWeightsAreTheOldOnes() throws {
    let graph = HandBuilt.chain.graph
    let pruner = try Self.pruner(
      graph, PruningSettings(criterion: .leastSquares, reconstruction: .none))
    let result = try pruner.prune(.widths(Self.widths(pruner)))
    let sliced = try graph.sliced(
      removing: result.removed, dependencies: ChannelDependencies(graph))
    #expect(result.graph == sliced)
  }

  @Test func aNetworkWithTwoInputsIsRefused() throws {
    var graph = HandBuilt.chain.graph
    graph.inputs.append(Graph.Value(name: "other", extents: [.batch, .fixed(2)]))
    #expect(throws: CompressionError.self) {
      try Self.pruner(graph, PruningSettings())
    }
  }
}
