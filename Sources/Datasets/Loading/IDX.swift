import Foundation
import Interchange

/// MNIST and its relatives in IDX files: a magic number, big-endian extents, bytes.
///
/// Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
enum IDX {
  /// The magic numbers of arrays of bytes with three axes and with one.
  private static let (imageMagic, labelMagic): (UInt32, UInt32) = (0x803, 0x801)

  static func load(
    _ folder: URL, split: DataSplit, limit: Int?, name: String
  ) throws(DatasetError) -> LabelledImages {
    let prefix = split == .train ? "train" : "t10k"
    let imageFile = folder.appendingPathComponent("\(prefix)-images-idx3-ubyte")
    let labelFile = folder.appendingPathComponent("\(prefix)-labels-idx1-ubyte")
    let (images, extents) = try read(imageFile, magic: imageMagic, axes: 3)
    let (labels, labelExtents) = try read(labelFile, magic: labelMagic, axes: 1)
    guard extents[0] == labelExtents[0] else {
      throw .countMismatch(
        imageFile: imageFile.path, images: extents[0], labelFile: labelFile.path,
        labels: labelExtents[0])
    }
    guard extents[1] > 0, extents[2] > 0 else {
      throw .unsupportedShape(
        file: imageFile.path, expected: "at least one pixel per image", found: .init(extents))
    }
    let count = min(limit ?? .max, extents[0])
    return try LabelledImages(
      name: name, shape: [1, extents[1], extents[2]],
      storage: .bytes(Array(images[16..<16 + count * extents[1] * extents[2]])),
      labels: labels[8..<8 + count].map(Int.init),
      classCount: 1 + labels[8...].reduce(0) { max($0, Int($1)) })
  }

  /// The bytes of a file, header and all, and its extents.
  private static func read(
    _ url: URL, magic: UInt32, axes: Int
  ) throws(DatasetError) -> (bytes: [UInt8], extents: [Int]) {
    let bytes = try unpacked(url)
    let start = 4 * (1 + axes)
    guard bytes.count >= start else {
      throw .fileSize(
        file: url.path, content: "a header of \(axes) extents", expected: start, found: bytes.count)
    }
    let words = (0...axes).map { word in
      bytes[4 * word..<4 * word + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    guard words[0] == magic else {
      throw .badMagic(file: url.path, expected: magic, found: words[0])
    }
    let extents = words.dropFirst().map(Int.init)
    var expected = 1
    for extent in extents {
      let (product, overflow) = expected.multipliedReportingOverflow(by: extent)
      expected = overflow ? .max - start : product
    }
    // Extents are 32 bits wide: three of them can overflow, and no file is that long.
    guard bytes.count - start == expected else {
      throw .fileSize(
        file: url.path,
        content: "\(extents.map(String.init).joined(separator: "×")) bytes after its header",
        expected: start + min(expected, .max - start), found: bytes.count)
    }
    return (bytes, extents)
  }

  /// The bytes of a file; where only its packed form is there, that is said.
  private static func unpacked(_ url: URL) throws(DatasetError) -> [UInt8] {
    do {
      return try readBytes(url)
    } catch .file(.missing(let path)) where FileManager.default.fileExists(atPath: path + ".gz") {
      throw .file(.unreadable(path: path + ".gz", reason: "it is packed; unpack it with gunzip"))
    }
  }
}
