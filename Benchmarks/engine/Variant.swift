import Networks
import Tensors

/// How convolutions are computed.
///
/// The one place that asks the engine for either: a build that has the fast kind lists it in `available`
/// and makes the executor of it here.
enum Variant: String, Decodable {
  /// Every product is formed as it stands in the definition.
  case exact
  /// Fewer multiplications, rounded otherwise (Winograd).
  case fast

  static let available: [Variant] = [.exact]

  func executor(
    _ graph: Graph, batch: Int, exchange: Layout, threads: Int
  ) throws -> Executor {
    guard Variant.available.contains(self) else { throw BenchmarkError.variant(self) }
    return try Executor(
      graph, batch: batch, exchange: exchange, pool: WorkerPool(threads: threads))
  }
}
