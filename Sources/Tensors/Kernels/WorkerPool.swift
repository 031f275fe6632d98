internal import CKernels
import Dispatch
import Foundation

/// Runs shards of work on several threads.
///
/// Which thread takes which shard is chance; a caller whose shards write apart from each other, and
/// whose number of shards does not come from `threads`, gets the same bits at any thread count.
public struct WorkerPool: Equatable, Sendable {
  /// The greatest number of threads in use at once; 1 means the caller's own.
  public let threads: Int

  /// A pool of so many threads, at least one; by default one per processor.
  public init(threads: Int? = nil) {
    self.threads = max(1, threads ?? ProcessInfo.processInfo.activeProcessorCount)
  }

  /// Calls `body` once for each number in `0..<shards` and returns when all have returned.
  ///
  /// Workers take the next number when they are free, in rising order. `body` runs on several
  /// threads at once: what it writes must belong to its shard alone.
  public func run(shards: Int, _ body: (Int) -> Void) {
    run(shards: shards) { shard, _ in body(shard) }
  }

  /// As `run(shards:_:)`; `body` also hears which worker calls it, a number below `threads`.
  ///
  /// A worker runs one shard at a time, so what belongs to a worker needs no lock.
  public func run(shards: Int, _ body: (_ shard: Int, _ worker: Int) -> Void) {
    let workers = min(threads, shards)
    guard workers > 1 else {
      for shard in 0..<max(0, shards) { body(shard, 0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      var next = 0
      withUnsafeMutablePointer(to: &next) { next in
        // Safe: the counter is atomic, and what `body` writes is apart by the promise above.
        nonisolated(unsafe) let next = next
        nonisolated(unsafe) let body = body
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
          var shard = espalier_fetch_add(next, 1)
          while shard < shards {
            body(shard, worker)
            shard = espalier_fetch_add(next, 1)
          }
        }
      }
    }
  }
}
