import Foundation
import Tensors
import Testing

@testable import Datasets

@Suite struct LoadingTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func load(_ text: String, defaultSplit: DataSplit = .test) throws -> LabelledImages {
    try .load(try DataSpecification(text), defaultSplit: defaultSplit)
  }

  /// A batch file of CIFAR-10 in which every byte of record r is r + `offset`.
  func batch(offset: Int = 0, changing changes: [Int: UInt8] = [:]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(30_730_000)
    for record in 0..<10_000 {
      bytes.append(UInt8(record % 10))
      bytes.append(
        contentsOf: repeatElement(UInt8(truncatingIfNeeded: record + offset), count: 3072))
    }
    for (position, byte) in changes { bytes[position] = byte }
    return bytes
  }

  @Test func cifarReadsTheFilesOfTheSplitInOrder() throws {
    for file in 1...5 { try folder.write(batch(offset: file), "data_batch_\(file).bin") }
    let images = try load("cifar10:\(folder.path),split=train")
    #expect(images.count == 50_000 && images.shape == [3, 32, 32] && images.classCount == 10)
    guard case .bytes(let bytes) = images.storage else { return }
    #expect(bytes[20_003 * 3072] == UInt8(truncatingIfNeeded: 3 + 3))
    #expect(images.name == "cifar10:\(folder.url.lastPathComponent),split=train")
    #expect(try load("cifar10:\(folder.path),limit=10002", defaultSplit: .train).labels.last == 1)
    #expect(
      sentence { _ = try load("cifar10:\(folder.path)") }
        == "there is no file \(folder.path)/test_batch.bin")
  }

  @Test func cifarNamesWhatIsWrong() throws {
    let file = "\(folder.path)/test_batch.bin"
    try folder.write(Array(batch().dropLast()), "test_batch.bin")
    #expect(
      sentence { _ = try load("cifar10:\(folder.path)") }
        == "\(file) should hold 10000 records of 3073 bytes, 30730000 bytes in all; "
        + "it has 30729999")
    try folder.write(Array(batch().prefix(3073 * 9999)), "test_batch.bin")
    #expect(throws: DatasetError.self) { try load("cifar10:\(folder.path),limit=2") }
    try folder.write(batch(changing: [77 * 3073: 10]), "test_batch.bin")
    #expect(
      sentence { _ = try load("cifar10:\(folder.path)") }
        == "\(file) has the label 10 in record 77; 0 to 9 expected")
    #expect(try load("cifar10:\(folder.path),limit=77").count == 77)
  }

  /// An IDX file.
  func idx(_ magic: UInt32, _ extents: [UInt32], _ bytes: [UInt8]) -> [UInt8] {
    ([magic] + extents).flatMap { word in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
    } + bytes
  }

  @Test func idxReadsImagesAndLabels() throws {
    try folder.write(idx(0x803, [4, 2, 3], Array(0..<24)), "train-images-idx3-ubyte")
    try folder.write(idx(0x801, [4], [0, 9, 255, 3]), "train-labels-idx1-ubyte")
    let images = try load("idx:\(folder.path),split=train,limit=2")
    #expect(images.shape == [1, 2, 3] && images.labels == [0, 9] && images.classCount == 256)
    #expect(images.storage == .bytes(Array(0..<12)))
  }

  @Test func idxNamesWhatIsWrong() throws {
    let (images, labels) = (
      "\(folder.path)/t10k-images-idx3-ubyte", "\(folder.path)/t10k-labels-idx1-ubyte"
    )
    func found() -> String? { sentence { _ = try load("idx:\(folder.path)") } }
    try folder.write([1], "t10k-images-idx3-ubyte.gz")
    #expect(found() == "\(images).gz cannot be read: it is packed; unpack it with gunzip")
    try folder.write(idx(0x801, [4, 2, 3], Array(0..<24)), "t10k-images-idx3-ubyte")
    #expect(found() == "\(images) should begin with the magic number 2051; it begins with 2049")
    try folder.write(idx(0x803, [4, 2, 3], Array(0..<23)), "t10k-images-idx3-ubyte")
    #expect(
      found() == "\(images) should hold 4×2×3 bytes after its header, 40 bytes in all; it has 39")
    try folder.write([0, 0, 8, 3, 0], "t10k-images-idx3-ubyte")
    #expect(found() == "\(images) should hold a header of 3 extents, 16 bytes in all; it has 5")
    try folder.write(idx(0x803, [.max, .max, .max], []), "t10k-images-idx3-ubyte")
    #expect(throws: DatasetError.self) { try load("idx:\(folder.path)") }
    try folder.write(idx(0x803, [4, 2, 3], Array(0..<24)), "t10k-images-idx3-ubyte")
    #expect(found() == "there is no file \(labels)")
    try folder.write(idx(0x801, [5], [0, 1, 2, 3, 4]), "t10k-labels-idx1-ubyte")
    #expect(found() == "\(images) holds 4 images and \(labels) 5 labels")
    try folder.write(idx(0x803, [0, 2, 3], []), "t10k-images-idx3-ubyte")
    try folder.write(idx(0x801, [0], []), "t10k-labels-idx1-ubyte")
    #expect(found() == "idx:\(folder.url.lastPathComponent),split=test holds no images")
  }

  func integers(_ shape: Shape, _ type: ElementType) throws -> TypedArray {
    try TypedArray(
      shape: shape, integers: (0..<shape.count).map { $0 % 251 }, elementType: type)
  }

  @Test func numPyFoldersOfEveryKindAreRead() throws {
    try folder.write(try integers([4], .int32), "labels.npy")
    let kinds: [(Shape, Shape)] = [
      ([4, 3, 2, 5], [3, 2, 5]), ([4, 2, 5], [1, 2, 5]), ([4, 6], [6]),
      ([4, 2, 3, 1, 2], [2, 3, 1, 2]),
    ]
    for (whole, example) in kinds {
      try folder.write(try integers(whole, .uint8), "images.npy")
      let images = try load("npy:\(folder.path),limit=3")
      #expect(images.shape == example && images.labels == [0, 1, 2] && images.classCount == 4)
      #expect(images.storage.count == 3 * example.count)
      #expect(try load("npy:\(folder.path)", defaultSplit: .train).count == 4)
    }
    let floats = Tensor(shape: [4, 1, 2, 2]) { Float($0) - 0.5 }
    try folder.write(TypedArray(floats), "images.npy")
    #expect(try load("npy:\(folder.path)").storage == .floats(floats.scalars))
  }

  @Test func numPyFoldersNameWhatIsWrong() throws {
    let (images, labels) = ("\(folder.path)/images.npy", "\(folder.path)/labels.npy")
    func found() -> String? { sentence { _ = try load("npy:\(folder.path)") } }
    #expect(found() == "there is no file \(labels)")
    try folder.write(try integers([4], .int64), "labels.npy")
    #expect(found() == "there is no file \(images)")
    try folder.write(try integers([3, 2], .uint8), "images.npy")
    #expect(found() == "\(images) holds 3 images and \(labels) 4 labels")
    try folder.write(try integers([4], .uint8), "images.npy")
    #expect(
      found() == "\(images) has shape 4; [N, C, H, W], [N, H, W] or [N, features…] expected")
    try folder.write(try integers([4, 2], .int32), "images.npy")
    #expect(
      found() == "\(images) holds elements of type int32; uint8 or float32 expected")
    try folder.write([1, 2, 3], "images.npy")
    #expect(
      found() == "\(images) is not a NumPy file: it does not begin with \\x93NUMPY")
    try folder.write(try TypedArray(shape: [2], integers: [3, -1]), "labels.npy")
    #expect(
      found() == "\(labels) has the label -1 in record 1; 0 to 2147483646 expected")
    try folder.write(try integers([2, 1], .int64), "labels.npy")
    #expect(found() == "\(labels) has shape 2×1; [N] expected")
    try folder.write(try integers([2], .bool).self, "labels.npy")
    #expect(
      found() == "\(labels) holds elements of type bool; int64, int32 or uint8 expected")
    #expect(throws: DatasetError.self) {
      try load("npy:\(folder.path)", defaultSplit: .validation)
    }
  }
}
