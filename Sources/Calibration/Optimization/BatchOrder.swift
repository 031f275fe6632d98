import Tensors

/// Which images make up each step: every image once an epoch, in an order of the epoch's own stream.
struct BatchOrder {
  private let images: Int
  private let batch: Int
  private let streams: RandomStreams
  private var epoch = 0
  private var order: [Int] = []

  init(images: Int, batch: Int, streams: RandomStreams) {
    self.images = images
    self.batch = batch
    self.streams = streams
  }

  /// The images of the next step; what is left of an epoch and makes no whole batch is dropped.
  mutating func next() -> [Int] {
    if order.count < batch {
      var stream = streams.stream("epoch \(epoch)")
      order = stream.permutation(of: images)
      epoch += 1
    }
    defer { order.removeFirst(batch) }
    return Array(order.prefix(batch))
  }

  /// Goes on behind so many steps.
  mutating func skip(_ steps: Int) {
    let perEpoch = max(1, images / max(batch, 1))
    epoch = steps / perEpoch
    order = []
    for _ in 0..<steps % perEpoch { _ = next() }
  }
}
