import Tensors

/// Random changes to training images: a crop of the padded image, and a flip.
///
/// As in PyTorch's `RandomCrop(size, padding)` and `RandomHorizontalFlip()`: the border is pixel
/// value 0 before preprocessing, every offset is equally likely, and every second image is flipped.
public struct Augmentation: Equatable, Sendable, Codable {
  /// The border on each side that the crop is drawn from, in pixels; 0 for no crop.
  public var padding: Int
  /// Whether every second image, at random, is mirrored left to right.
  public var flipsHorizontally: Bool

  /// An augmentation; the usual one for CIFAR-10 pads by 4 and flips.
  public init(padding: Int = 4, flipsHorizontally: Bool = true) {
    self.padding = padding
    self.flipsHorizontally = flipsHorizontally
  }

  /// Draws for one image; always three words of the stream, so that images stay in step.
  func draw(from generator: inout SeededGenerator) -> Crop {
    let row = generator.integer(below: 2 * padding + 1) - padding
    let column = generator.integer(below: 2 * padding + 1) - padding
    let isFlipped = generator.next() >> 63 == 1
    return Crop(row: row, column: column, isFlipped: isFlipped && flipsHorizontally)
  }

  func check(_ images: LabelledImages) throws(DatasetError) {
    guard padding >= 0 else {
      throw .augmentation(reason: "an augmentation cannot pad by \(padding) pixels")
    }
    guard images.shape.rank == 3 else {
      throw .augmentation(
        reason: "only images can be augmented; the examples of \(images.name) have shape "
          + images.shape.description)
    }
    guard padding <= min(images.shape[1], images.shape[2]) else {
      throw .augmentation(
        reason: "an augmentation cannot pad by \(padding) pixels when \(images.name) has shape "
          + images.shape.description)
    }
  }
}

/// What was drawn for one image: where in the original its first pixel lies, and whether it is
/// mirrored after the crop.
struct Crop: Equatable {
  let row: Int
  let column: Int
  let isFlipped: Bool
}
