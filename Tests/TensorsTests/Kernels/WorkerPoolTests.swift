import Foundation
import Synchronization
import Tensors
import Testing

struct WorkerPoolTests {
  @Test("Every shard runs exactly once", arguments: [1, 2, 3, 8], [0, 1, 2, 7, 100])
  func everyShard(threads: Int, shards: Int) {
    var counts = [Int](repeating: 0, count: shards)
    counts.withUnsafeMutableBufferPointer { counts in
      WorkerPool(threads: threads).run(shards: shards) { counts[$0] += 1 }
    }
    #expect(counts.allSatisfy { $0 == 1 })
  }

  @Test("Two workers run at the same time")
  func concurrency() {
    let arrived = Atomic<Int>(0)
    let met = Atomic<Int>(0)
    // Each shard waits for the other, which a single thread could not satisfy.
    WorkerPool(threads: 2).run(shards: 2) { _ in
      arrived.add(1, ordering: .sequentiallyConsistent)
      let deadline = Date().addingTimeInterval(10)
      while arrived.load(ordering: .sequentiallyConsistent) < 2, Date() < deadline {}
      if arrived.load(ordering: .sequentiallyConsistent) == 2 {
        met.add(1, ordering: .sequentiallyConsistent)
      }
    }
    let processors = ProcessInfo.processInfo.activeProcessorCount
    #expect(met.load(ordering: .sequentiallyConsistent) == 2 || processors == 1)
  }

  @Test("A pool has at least one thread")
  func atLeastOne() {
    #expect(WorkerPool(threads: 0).threads == 1)
    #expect(WorkerPool().threads >= 1)
  }

  @Test("Pools may be nested")
  func nested() {
    let total = Atomic<Int>(0)
    WorkerPool(threads: 2).run(shards: 3) { _ in
      WorkerPool(threads: 2).run(shards: 5) { shard in
        total.add(shard, ordering: .relaxed)
      }
    }
    #expect(total.load(ordering: .relaxed) == 30)
  }
}
