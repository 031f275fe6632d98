import Foundation
import Networks
import Tensors

/// A network run over images a batch at a time, from where what is remembered of others ends.
struct NetworkPasses {
  private let input: String
  private let output: String
  private let arithmetic: Arithmetic
  private let pool: WorkerPool
  private let memory: PrefixMemory?
  private let route: PrefixMemory.Route
  private var prefix: Executor?
  private var rest: Executor?

  /// - Throws: `GraphError` when the network cannot be read.
  init(
    _ graph: Graph, input: String, output: String, images: Int, memory: PrefixMemory?,
    arithmetic: Arithmetic, pool: WorkerPool
  ) throws(GraphError) {
    self.input = input
    self.output = output
    self.arithmetic = arithmetic
    self.pool = pool
    self.memory = memory
    route =
      try memory?.route(for: graph, images: images)
      ?? PrefixMemory.Route(prefix: nil, rest: graph, value: "")
  }

  /// The scores of some images, valid until the next call, and the time of the network alone.
  ///
  /// - Parameter fill: writes the images, row-major, when they are needed.
  /// - Throws: what `fill` throws, `GraphError` when the network cannot be run.
  mutating func run(
    _ images: Range<Int>, fill: (UnsafeMutableBufferPointer<Float>) throws -> Void
  ) throws -> (scores: UnsafeMutableBufferPointer<Float>, seconds: Double) {
    guard let part = route.prefix else {
      let executor = try Self.executor(&rest, for: images.count) {
        try Executor(
          route.rest, batch: images.count, outputs: [output], arithmetic: arithmetic, pool: pool)
      }
      try fill(executor.input(input))
      return (try executor.output(output), Self.seconds { executor.forward() })
    }
    // Both parts see the same batch, and so the same shards, as the network in one.
    let executor = try Self.executor(&rest, for: images.count) {
      try Executor(
        route.rest, batch: images.count, outputs: [output], arithmetic: arithmetic, pool: pool)
    }
    let between = try executor.input(route.value)
    if let known = memory?.values(of: images) {
      _ = between.update(fromContentsOf: known)
      return (try executor.output(output), Self.seconds { executor.forward() })
    }
    let first = try Self.executor(&prefix, for: images.count) {
      try Executor(
        part, batch: images.count, outputs: [route.value], arithmetic: arithmetic, pool: pool)
    }
    try fill(first.input(input))
    let seconds = Self.seconds { first.forward() }
    let values = try first.output(route.value)
    memory?.store(values, of: images)
    _ = between.update(fromContentsOf: values)
    return (try executor.output(output), seconds + Self.seconds { executor.forward() })
  }

  private static func executor(
    _ known: inout Executor?, for batch: Int, make: () throws -> Executor
  ) rethrows -> Executor {
    if let known, known.batch == batch { return known }
    let made = try make()
    known = made
    return made
  }

  private static func seconds(of work: () -> Void) -> Double {
    let start = DispatchTime.now().uptimeNanoseconds
    work()
    return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
  }
}
