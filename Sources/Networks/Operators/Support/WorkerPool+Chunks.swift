import Tensors

extension WorkerPool {
  /// Elements in a chunk of element-wise work: fixed, so that results do not depend on threads.
  static let chunk = 65_536
  /// Up to here the work is not worth handing out.
  static let serialLimit = 100_000

  /// Calls `body` for consecutive ranges of a chunk each, at the same time where there are many.
  func forEachChunk(of count: Int, chunk: Int = chunk, _ body: (Range<Int>) -> Void) {
    guard count > chunk, count > WorkerPool.serialLimit || chunk < WorkerPool.chunk else {
      if count > 0 { body(0..<count) }
      return
    }
    run(shards: (count - 1) / chunk + 1) { index in
      body(index * chunk..<min(count, (index + 1) * chunk))
    }
  }
}
