import Networks
import TestSupport
import Tensors
import Testing

@testable import Compression

@Suite struct StatisticsTests {
  private static func images(_ network: HandBuilt, count: Int) -> Tensor {
    .normal(Shape([count] + network.imageExtents), seed: 52)
  }

  /// About three fifths of every group.
  private func pruned(
    _ network: HandBuilt, images: Tensor, threads: Int = 1,
    _ reconstruction: PruningSettings.Reconstruction,
    _ normalization: PruningSettings.Normalization
  ) throws -> Graph {
    let pruner = try ChannelPruner(
      network.graph, images: images,
      settings: PruningSettings(
        criterion: .l1, reconstruction: reconstruction, normalization: normalization),
      streams: RandomStreams(seed: 3), pool: WorkerPool(threads: threads))
    var widths: [Int: Int] = [:]
    for (number, group) in pruner.dependencies.groups.enumerated() where group.obstacle == nil {
      widths[number] = max(1, group.width * 3 / 5)
    }
    return try pruner.prune(.widths(widths)).graph
  }

  /// Mean and population variance of each channel, spelled out.
  private func moments(_ tensor: Tensor) -> (mean: [Double], variance: [Double]) {
    let (examples, channels) = (tensor.shape[0], tensor.shape[1])
    let area = tensor.count / (examples * channels)
    var (mean, variance) = ([Double](), [Double]())
    for channel in 0..<channels {
      var all: [Double] = []
      for example in 0..<examples {
        for pixel in 0..<area {
          all.append(Double(tensor.scalars[(example * channels + channel) * area + pixel]))
        }
      }
      let average = all.reduce(0, +) / Double(all.count)
      mean.append(average)
      variance.append(
        all.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(all.count))
    }
    return (mean, variance)
  }

  @Test(arguments: HandBuilt.all)
  func statisticsAreThoseOfWhatEachNodeSees(_ network: HandBuilt) throws {
    // More than one chunk of the run.
    let images = Self.images(network, count: ChunkedRun.chunk + 7)
    for reconstruction in [PruningSettings.Reconstruction.none, .sequential] {
      let graph = try pruned(network, images: images, reconstruction, .reestimate)
      let nodes = graph.nodes.filter { $0.operatorType == "BatchNormalization" }
      guard !nodes.isEmpty else { continue }
      let executor = try Executor(
        graph, batch: images.shape[0], outputs: nodes.map { $0.inputs[0] },
        pool: WorkerPool(threads: 1))
      let values = try executor.run(["x": images])
      for node in nodes {
        let expected = moments(try #require(values[node.inputs[0]]))
        for (position, numbers) in [(3, expected.mean), (4, expected.variance)] {
          let found = try #require(graph.initializers[node.inputs[position]]?.tensor?.scalars)
          #expect(found.count == numbers.count)
          let scale = max(1, numbers.map { abs($0) }.max() ?? 0)
          for (found, expected) in zip(found, numbers) {
            #expect(abs(Double(found) - expected) < 1e-5 * scale, "\(node.name) \(position)")
          }
        }
      }
    }
  }

  @Test(arguments: HandBuilt.all)
  func nothingButStatisticsChanges(_ network: HandBuilt) throws {
    let images = Self.images(network, count: 9)
    let kept = try pruned(network, images: images, .sequential, .keep)
    let anew = try pruned(network, images: images, .sequential, .reestimate)
    let statistics = Set(
      kept.nodes.filter { $0.operatorType == "BatchNormalization" }.flatMap { $0.inputs[3...4] })
    #expect(anew.nodes == kept.nodes)
    for (name, array) in kept.initializers {
      #expect((anew.initializers[name] == array) == !statistics.contains(name), "\(name)")
    }
    if statistics.isEmpty { #expect(anew == kept) }
  }

  @Test(arguments: [HandBuilt.residual, .concatenation, .grouped, .chunkedShuffle])
  func theNumberOfThreadsChangesNoBit(_ network: HandBuilt) throws {
    let images = Self.images(network, count: ChunkedRun.chunk + 7)
    let graphs = try [1, 2].map {
      try pruned(network, images: images, threads: $0, .none, .reestimate)
    }
    #expect(graphs[0] == graphs[1])
  }

  @Test func theOriginalsOwnStatisticsComeBack() throws {
    let network = HandBuilt.residual
    let images = Self.images(network, count: 40)
    let inputs = ["x": StoredValue(images)]
    let pool = WorkerPool(threads: 1)
    let once = try network.graph.reestimatingStatistics(on: inputs, pool: pool)
    #expect(once != network.graph)
    #expect(try once.reestimatingStatistics(on: inputs, pool: pool) == once)
  }

  @Test func anUncutNetworkKeepsItsStatistics() throws {
    let images = Self.images(.chain, count: 5)
    let pruner = try ChannelPruner(
      HandBuilt.chain.graph, images: images,
      settings: PruningSettings(
        criterion: .l1, reconstruction: .none, normalization: .reestimate),
      streams: RandomStreams(seed: 3), pool: WorkerPool(threads: 1))
    #expect(try pruner.prune(.widths([:])).graph == pruner.original)
  }

  @Test func valuesOfAnyRankHaveChannels() {
    let draws = Tensor.normal([6, 5, 2, 3], seed: 4)
    let expected = moments(draws)
    var flat = StoredValue(shape: [6, 5, 6])
    flat.scalars = draws.scalars
    for value in [StoredValue(draws), flat] {
      let found = ChannelStatistics(value, pool: WorkerPool(threads: 2))
      #expect(zip(found.mean, expected.mean).allSatisfy { abs($0 - $1) < 1e-12 })
      #expect(zip(found.variance, expected.variance).allSatisfy { abs($0 - $1) < 1e-12 })
    }
  }
}
