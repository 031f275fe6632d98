import Tensors

/// Images, or other examples of one shape, each with the number of its class.
public struct LabelledImages: Sendable {
  /// The numbers of all examples, one after the other in row-major order.
  ///
  /// Bytes stay bytes: a quarter of the memory, and what most files hold.
  public enum Storage: Sendable, Equatable {
    case bytes([UInt8])
    case floats([Float])

    var count: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .floats(let floats): floats.count
      }
    }
  }

  /// What the data set is called, without any path.
  public let name: String
  /// The extents of one example: [channels, height, width] for images.
  public let shape: Shape
  /// The numbers of all examples.
  public let storage: Storage
  /// The class of each example, in `0..<classCount`.
  public let labels: [Int]
  /// The number of classes.
  public let classCount: Int

  /// Examples and their labels.
  ///
  /// - Throws: `DatasetError.empty`, `.storageSize` or `.labelOutOfRange`.
  public init(
    name: String, shape: Shape, storage: Storage, labels: [Int], classCount: Int
  ) throws(DatasetError) {
    guard !labels.isEmpty else { throw .empty(name: name) }
    let (expected, overflow) = labels.count.multipliedReportingOverflow(by: shape.count)
    guard !overflow, storage.count == expected else {
      throw .storageSize(
        name: name, expected: overflow ? .max : expected, found: storage.count)
    }
    if let record = labels.firstIndex(where: { $0 < 0 || $0 >= classCount }) {
      throw .labelOutOfRange(
        file: name, record: record, classCount: classCount, found: labels[record])
    }
    self.name = name
    self.shape = shape
    self.storage = storage
    self.labels = labels
    self.classCount = classCount
  }

  /// The number of examples.
  public var count: Int { labels.count }

  /// The number of channels: the first extent of images, 1 for examples that are not images.
  public var channelCount: Int { shape.rank == 3 ? shape[0] : 1 }

  /// The examples at some positions, in the order given.
  ///
  /// - Throws: `DatasetError.indexOutOfRange`; `.empty` when there are no positions.
  public func subset(_ indices: [Int]) throws(DatasetError) -> LabelledImages {
    try check(indices)
    let storage: Storage =
      switch storage {
      case .bytes(let bytes): .bytes(gather(indices, from: bytes))
      case .floats(let floats): .floats(gather(indices, from: floats))
      }
    return try LabelledImages(
      name: name, shape: shape, storage: storage, labels: indices.map { labels[$0] },
      classCount: classCount)
  }

  /// The first `count` examples, or all when there are fewer.
  ///
  /// - Throws: `DatasetError.empty` when `count` is not positive.
  public func prefix(_ count: Int) throws(DatasetError) -> LabelledImages {
    count >= self.count ? self : try subset(Array(0..<max(count, 0)))
  }

  /// Writes the numbers of some examples, made ready for a network, one example after the other.
  ///
  /// For images that is the order [example, channel, row, column]. `buffer` holds exactly
  /// `indices.count` times `shape.count` numbers.
  ///
  /// - Throws: `DatasetError.indexOutOfRange`, `.bufferSize`, and `.channelCount` when the
  ///   preprocessing is for another number of channels.
  public func pixels(
    of indices: [Int], into buffer: UnsafeMutableBufferPointer<Float>,
    normalization: Preprocessing
  ) throws(DatasetError) {
    try check(indices)
    let expected = indices.count * shape.count
    guard buffer.count == expected else {
      throw .bufferSize(expected: expected, found: buffer.count)
    }
    let normalization = try Normalization(normalization, for: self)
    fill(buffer, with: indices, normalization: normalization, crops: nil)
  }

  /// The same examples under another name.
  func named(_ name: String) throws(DatasetError) -> LabelledImages {
    try LabelledImages(
      name: name, shape: shape, storage: storage, labels: labels, classCount: classCount)
  }

  func check(_ indices: [Int]) throws(DatasetError) {
    if let index = indices.first(where: { $0 < 0 || $0 >= count }) {
      throw .indexOutOfRange(name: name, index: index, count: count)
    }
  }

  private func gather<Element>(_ indices: [Int], from elements: [Element]) -> [Element] {
    var gathered: [Element] = []
    gathered.reserveCapacity(indices.count * shape.count)
    for index in indices {
      gathered.append(contentsOf: elements[index * shape.count..<(index + 1) * shape.count])
    }
    return gathered
  }
}
