import Networks
import Tensors

/// How the channels of one example of a value lie in memory, as `ChunkedRun` hands it over: images
/// pixel by pixel, other values channel by channel.
struct ExampleChannels {
  /// The extent of axis 1.
  let channels: Int
  private let outer: Int
  private let inner: Int

  /// Parts of the examples summed apart, whatever the number of threads.
  private static let shards = 16

  /// The channels of a value of this shape, examples first.
  init(_ shape: Shape) {
    let area = shape.extents.dropFirst(2).reduce(1, *)
    channels = shape.rank > 1 ? shape[1] : 1
    outer = shape.rank == 4 ? area : 1
    inner = shape.rank == 4 ? 1 : area
  }

  /// The number of elements of one channel of one example.
  var perChannel: Int { outer * inner }

  /// Σ term(channel, x) over the elements of each channel of some examples, in double precision; the
  /// same bits at any number of threads.
  func sums(
    of values: UnsafePointer<Float>, examples: Int, pool: WorkerPool,
    _ term: (_ channel: Int, _ x: Double) -> Double
  ) -> [Double] {
    let size = channels * perChannel
    let shards = min(Self.shards, max(examples, 1))
    var partial = [Double](repeating: 0, count: shards * channels)
    partial.withUnsafeMutableBufferPointer { buffer in
      guard let buffer = buffer.baseAddress else { return }
      pool.run(shards: shards) { shard in
        for example in (shard * examples / shards)..<((shard + 1) * examples / shards) {
          add(values + example * size, to: buffer + shard * channels, term)
        }
      }
    }
    return (0..<channels).map { channel in
      (0..<shards).reduce(0) { $0 + partial[$1 * channels + channel] }
    }
  }

  @inline(__always)
  private func add(
    _ example: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Double>,
    _ term: (_ channel: Int, _ x: Double) -> Double
  ) {
    var position = 0
    for _ in 0..<outer {
      for channel in 0..<channels {
        for _ in 0..<inner {
          sums[channel] += term(channel, Double(example[position]))
          position += 1
        }
      }
    }
  }
}
