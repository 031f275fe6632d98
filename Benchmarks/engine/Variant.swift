import Networks
import Tensors

/// How convolutions are computed.
///
/// The one place that asks the engine for either.
enum Variant: String, CaseIterable, Decodable {
  /// Every product is formed as it stands in the definition.
  case exact
  /// Fewer multiplications, rounded otherwise (Winograd).
  case fast

  func executor(
    _ graph: Graph, batch: Int, exchange: Layout, threads: Int
  ) throws -> Executor {
    try Executor(
      graph, batch: batch, exchange: exchange, arithmetic: self == .fast ? .fast : .exact,
      pool: WorkerPool(threads: threads))
  }
}
