import Foundation

/// CIFAR-10 in its binary version: records of a label and 1,024 bytes each of red, green and blue.
///
/// Source: Krizhevsky 2009, "Learning multiple layers of features from tiny images", and the data
/// set's own page for the layout.
enum CIFAR10 {
  private static let pixels = 3 * 32 * 32
  private static let records = 10_000
  private static let classes = 10

  static func load(
    _ folder: URL, split: DataSplit, limit: Int?, name: String
  ) throws(DatasetError) -> LabelledImages {
    let files =
      split == .train ? (1...5).map { "data_batch_\($0).bin" } : ["test_batch.bin"]
    let wanted = min(limit ?? .max, files.count * records)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(wanted * pixels)
    var labels: [Int] = []
    for file in files where labels.count < wanted {
      try append(
        folder.appendingPathComponent(file), limit: wanted - labels.count, to: &bytes, &labels)
    }
    return try LabelledImages(
      name: name, shape: [3, 32, 32], storage: .bytes(bytes), labels: labels, classCount: classes)
  }

  private static func append(
    _ url: URL, limit: Int, to bytes: inout [UInt8], _ labels: inout [Int]
  ) throws(DatasetError) {
    let content = try readBytes(url)
    let length = 1 + pixels
    guard content.count == records * length else {
      throw .fileSize(
        file: url.path, content: "\(records) records of \(length) bytes",
        expected: records * length, found: content.count)
    }
    for record in 0..<min(records, limit) {
      let start = record * length
      let label = Int(content[start])
      guard label < classes else {
        throw .labelOutOfRange(
          file: url.path, record: record, classCount: classes, found: label)
      }
      labels.append(label)
      bytes.append(contentsOf: content[start + 1..<start + length])
    }
  }
}
