public import Compression
import Foundation
public import Networks
import Tensors

/// What every layer of a network takes on this machine's own processor, timed inside whole passes.
///
/// A layer timed alone finds its weights and inputs in the cache, as its own last run left them; in a network
/// other layers have run in between. So the clock is read between the steps of whole passes. A pass with the
/// clock and one without take turns, and which goes first alternates: drift hits both alike, and the sum over
/// the layers can be held against passes that nobody disturbed.
///
/// What belongs to no layer (changes of layout, reshapes) counts with the layer before it, at the beginning
/// with the first.
public struct HostMeasurement: Sendable {
  /// The layers in graph order with their times for the whole batch.
  public let layers: [Layer]
  /// The time of a whole pass without a clock inside.
  public let pass: TimeSpread
  /// The examples in a pass.
  public let batch: Int
  /// The threads used.
  public let threads: Int

  /// A layer and its time.
  public struct Layer: Sendable {
    /// The layer.
    public let layer: NetworkLayer
    /// What it takes in a pass as passes mostly are, in seconds.
    ///
    /// Its median, stretched by the median pass over the sum of all layers' medians: on a busy machine
    /// most passes are interrupted and most layers are not; each then bears its share of the interruptions.
    public let latency: Double
    /// Its time in all passes.
    public let seconds: TimeSpread
  }

  /// How long to measure.
  public struct Effort: Sendable {
    /// Rounds of two passes before anything is noted.
    public var warmups = 5
    /// The fewest rounds.
    public var leastRounds = 20
    /// The most rounds.
    public var mostRounds = 1000
    /// After so many seconds no round begins beyond the fewest.
    public var seconds = 4.0

    /// The usual effort.
    public init() {}
  }

  /// Times a network.
  ///
  /// - Parameters:
  ///   - graph: the network; its weights are the real ones, its inputs are drawn from a normal distribution.
  ///   - batch: the examples in a pass.
  ///   - threads: threads; nil takes one per processor.
  /// - Throws: `GraphError` when the network cannot be run, as `Graph.layers(batch:)` besides.
  public init(
    _ graph: Graph, batch: Int = 1, threads: Int? = nil, effort: Effort = Effort()
  ) throws {
    let pool = WorkerPool(threads: threads)
    let networkLayers = try graph.layers(batch: batch)
    let executor = try Executor(graph, batch: batch, pool: pool)
    var generator = RandomStreams(seed: 1).stream("host inputs")
    let inputs = try graph.inputs.filter { $0.elementType == .float32 }.map { input in
      let buffer = try executor.input(input.name)
      return (buffer, buffer.map { _ in Float(generator.normal()) })
    }
    var passes = TimedPasses(
      executor, layerNames: networkLayers.map(\.name),
      writesInputs: { for (buffer, values) in inputs { _ = buffer.update(fromContentsOf: values) } }
    )
    passes.run(effort)
    self.batch = batch
    self.threads = pool.threads
    pass = TimeSpread(passes.whole)
    let spreads = passes.byLayer.map(TimeSpread.init)
    let medians = spreads.reduce(0) { $0 + $1.median }
    let stretch = medians > 0 ? TimeSpread(passes.timed).median / medians : 1
    layers = zip(networkLayers, spreads).map { layer, seconds in
      Layer(layer: layer, latency: seconds.median * stretch, seconds: seconds)
    }
  }

  /// The time of a pass as the layers add up to it, in seconds.
  public var predicted: Double { layers.reduce(0) { $0 + $1.latency } }

  /// How far the prediction is from the median pass without a clock inside: 0.02 is 2 % too slow.
  public var error: Double { pass.median > 0 ? predicted / pass.median - 1 : 0 }
}

/// Passes with and without a clock inside, in turns.
private struct TimedPasses {
  private let executor: Executor
  /// Writes the inputs anew before each pass, as they are whenever a network is used.
  private let writesInputs: () -> Void
  /// The layer that each step counts with; nil in a network without layers.
  private let layerOfStep: [Int?]
  private(set) var byLayer: [[Double]]
  /// The passes with a clock inside: the sums over the layers.
  private(set) var timed: [Double] = []
  private(set) var whole: [Double] = []
  private let clock = ContinuousClock()

  init(_ executor: Executor, layerNames: [String], writesInputs: @escaping () -> Void) {
    self.executor = executor
    self.writesInputs = writesInputs
    let places = Dictionary(
      layerNames.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var current: Int? = layerNames.isEmpty ? nil : 0
    layerOfStep = executor.stepNodes.map { node in
      if let place = node.flatMap({ places[$0] }) { current = place }
      return current
    }
    byLayer = layerNames.map { _ in [] }
  }

  mutating func run(_ effort: HostMeasurement.Effort) {
    for _ in 0..<effort.warmups {
      executor.forward()
      executor.forward(timing: { _, _ in })
    }
    let begin = clock.now
    for round in 0..<max(effort.leastRounds, effort.mostRounds) {
      if round >= effort.leastRounds, (clock.now - begin).seconds > effort.seconds { break }
      if round % 2 == 0 {
        runWhole()
        runTimed()
      } else {
        runTimed()
        runWhole()
      }
    }
  }

  private mutating func runWhole() {
    writesInputs()
    whole.append(clock.measure { executor.forward() }.seconds)
  }

  private mutating func runTimed() {
    writesInputs()
    var seconds = byLayer.map { _ in 0.0 }
    executor.forward(timing: { step, duration in
      if let layer = layerOfStep[step] { seconds[layer] += duration.seconds }
    })
    for (layer, value) in seconds.enumerated() { byLayer[layer].append(value) }
    timed.append(seconds.reduce(0, +))
  }
}

extension Duration {
  fileprivate var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
