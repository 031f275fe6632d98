import Foundation
import Interchange
import Tensors

/// A folder with `images.npy` and `labels.npy`, as NumPy's `save` writes them.
///
/// Images are uint8 or float32 of shape [N, C, H, W] or [N, H, W]; examples of another kind have
/// shape [N, features…]. Labels are int64, int32 or uint8 of shape [N]. There is one split.
enum NumPyImages {
  static func load(_ folder: URL, limit: Int?, name: String) throws(DatasetError) -> LabelledImages
  {
    let imageFile = folder.appendingPathComponent("images.npy")
    let labelFile = folder.appendingPathComponent("labels.npy")
    let labels = try labels(labelFile)
    let images = try payload(imageFile)
    let extents = images.header.shape.extents
    guard extents.count >= 2, !extents.dropFirst().contains(0) else {
      throw .unsupportedShape(
        file: imageFile.path, expected: "[N, C, H, W], [N, H, W] or [N, features…]",
        found: images.header.shape)
    }
    guard extents[0] == labels.count else {
      throw .countMismatch(
        imageFile: imageFile.path, images: extents[0], labelFile: labelFile.path,
        labels: labels.count)
    }
    let count = min(limit ?? .max, labels.count)
    let example = Shape(extents.count == 3 ? [1] + extents.dropFirst() : Array(extents.dropFirst()))
    return try LabelledImages(
      name: name, shape: example,
      storage: try storage(images, file: imageFile, count: count * example.count),
      labels: Array(labels.prefix(count)), classCount: 1 + (labels.max() ?? 0))
  }

  private static func storage(
    _ payload: NumPyPayload, file: URL, count: Int
  ) throws(DatasetError) -> LabelledImages.Storage {
    if let bytes = payload.unsignedBytes() {
      return .bytes(bytes.count == count ? bytes : Array(bytes[..<count]))
    }
    guard payload.header.elementType == .float32 else {
      throw .elementType(
        file: file.path, expected: "uint8 or float32", found: payload.header.elementType.rawValue)
    }
    guard let floats = try array(payload).tensor?.scalars else {
      throw .elementType(file: file.path, expected: "float32", found: "others")
    }
    return .floats(floats.count == count ? floats : Array(floats[..<count]))
  }

  private static func labels(_ url: URL) throws(DatasetError) -> [Int] {
    let payload = try payload(url)
    let type = payload.header.elementType
    guard [.int64, .int32, .uint8].contains(type), let labels = try array(payload).integers else {
      throw .elementType(file: url.path, expected: "int64, int32 or uint8", found: type.rawValue)
    }
    guard payload.header.shape.rank == 1 else {
      throw .unsupportedShape(file: url.path, expected: "[N]", found: payload.header.shape)
    }
    // A class number beyond 32 bits is a mistake, and 1 + it might not even be a number.
    let bound = Int(Int32.max)
    if let record = labels.firstIndex(where: { $0 < 0 || $0 >= bound }) {
      throw .labelOutOfRange(
        file: url.path, record: record, classCount: bound, found: labels[record])
    }
    return labels
  }

  private static func payload(_ url: URL) throws(DatasetError) -> NumPyPayload {
    do {
      return try NumPyFile.readPayload(url)
    } catch {
      throw .numPy(error)
    }
  }

  private static func array(_ payload: NumPyPayload) throws(DatasetError) -> TypedArray {
    do {
      return try payload.array()
    } catch {
      throw .numPy(error)
    }
  }
}
