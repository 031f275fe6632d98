public import Tensors

/// The threads and the memory that operators borrow while they run.
public struct Workspace {
  /// Where parallel work goes.
  public let pool: WorkerPool
  /// Memory for the thread that runs the pass.
  let scratch = Scratch()
  private let scratches: [Scratch]

  /// A workspace on a pool.
  public init(pool: WorkerPool) {
    self.pool = pool
    scratches = (0..<pool.threads).map { _ in Scratch() }
  }

  /// Calls `body` once for each shard, with memory that no other worker uses meanwhile.
  func run(shards: Int, _ body: (Int, Scratch) -> Void) {
    pool.run(shards: shards) { shard, worker in body(shard, scratches[worker]) }
    // Which worker took the largest shard is chance; the others may get it next time.
    let wanted = scratches.reduce(0) { max($0, $1.wanted) }
    for scratch in scratches { scratch.reserve(wanted) }
  }
}
