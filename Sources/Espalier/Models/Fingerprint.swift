import Datasets
import Interchange

/// What identifies data: the SHA-256 of their pixels.
enum Fingerprint {
  /// Of the pixels of images, floats by their bits, least significant byte first.
  static func of(_ images: LabelledImages) -> String {
    switch images.storage {
    case .bytes(let bytes):
      return SHA256.hex(bytes)
    case .floats(let floats):
      return SHA256.hex(
        floats.lazy.flatMap { float in
          (0..<4).map { UInt8(truncatingIfNeeded: float.bitPattern >> UInt32(8 * $0)) }
        })
    }
  }
}
