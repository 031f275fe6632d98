import Tensors

/// Some examples made ready for a network, with their labels.
public struct Batch: Sendable {
  /// The numbers: shape [examples, channels, height, width] for images.
  public let images: Tensor
  /// The class of each example.
  public let labels: [Int]
  /// The position of each example in the data set.
  public let indices: [Int]

  /// The number of examples.
  public var count: Int { labels.count }
}

/// Makes batches of a data set, in order for evaluation or shuffled for training.
public struct BatchLoader: Sendable {
  /// The data set.
  public let images: LabelledImages
  /// The positions in the data set that batches are made of.
  public let indices: [Int]
  /// The number of examples of every batch but perhaps the last.
  public let batchSize: Int
  /// What is done to images of shuffled batches, or nil for nothing.
  public let augmentation: Augmentation?
  /// Whether a last batch that is not full is left out of shuffled epochs.
  public let dropsIncomplete: Bool
  let normalization: Normalization

  /// A loader of a data set, or of some positions of it.
  ///
  /// - Throws: `DatasetError.batchSize`, `.indexOutOfRange`, `.empty`, `.channelCount` when the
  ///   preprocessing does not fit, `.augmentation` when the augmentation does not.
  public init(
    _ images: LabelledImages, indices: [Int]? = nil, preprocessing: Preprocessing, batchSize: Int,
    augmentation: Augmentation? = nil, dropsIncomplete: Bool = false
  ) throws(DatasetError) {
    guard batchSize > 0 else { throw .batchSize(found: batchSize) }
    if let indices {
      guard !indices.isEmpty else { throw .empty(name: images.name) }
      try images.check(indices)
    }
    try augmentation?.check(images)
    normalization = try Normalization(preprocessing, for: images)
    self.images = images
    self.indices = indices ?? Array(0..<images.count)
    self.batchSize = batchSize
    self.augmentation = augmentation
    self.dropsIncomplete = dropsIncomplete
  }

  /// All examples in their own order, unchanged, with the last batch as small as it comes.
  public var inOrder: Batches {
    Batches(loader: self, order: indices, augmentationSeed: nil, count: roundedUp)
  }

  /// One epoch: all examples once, in random order, augmented.
  ///
  /// Takes as many words of the stream as there are examples; the changes to the images of batch k
  /// come from a stream of the epoch's own and of k alone, so that any batch can be made at any
  /// time.
  public func epoch(shuffledBy stream: inout SeededGenerator) -> Batches {
    let order = stream.permutation(of: indices.count).map { indices[$0] }
    let seed = stream.next()
    return Batches(
      loader: self, order: order, augmentationSeed: augmentation == nil ? nil : seed,
      count: dropsIncomplete ? indices.count / batchSize : roundedUp)
  }

  private var roundedUp: Int { (indices.count + batchSize - 1) / batchSize }
}

/// The batches of one pass over a data set; each is made when it is asked for.
public struct Batches: RandomAccessCollection, Sendable {
  let loader: BatchLoader
  let order: [Int]
  let augmentationSeed: UInt64?
  /// The number of batches.
  public let count: Int

  /// The first batch.
  public var startIndex: Int { 0 }
  /// One past the last batch.
  public var endIndex: Int { count }

  /// The batch at a position.
  public subscript(position: Int) -> Batch {
    let first = position * loader.batchSize
    let chosen = Array(order[first..<Swift.min(first + loader.batchSize, order.count)])
    var tensor = Tensor(shape: Shape([chosen.count] + loader.images.shape.extents))
    tensor.scalars.withUnsafeMutableBufferPointer { buffer in
      loader.images.fill(
        buffer, with: chosen, normalization: loader.normalization,
        crops: crops(of: position, count: chosen.count))
    }
    return Batch(
      images: tensor, labels: chosen.map { loader.images.labels[$0] }, indices: chosen)
  }

  private func crops(of position: Int, count: Int) -> [Crop]? {
    guard let augmentation = loader.augmentation, let augmentationSeed else { return nil }
    var stream = RandomStreams(seed: augmentationSeed).stream("batch \(position)")
    return (0..<count).map { _ in augmentation.draw(from: &stream) }
  }
}
