import Tensors
import Testing

@testable import Datasets

@Suite struct BatchLoaderTests {
  @Test func batchesInOrderHoldEveryImageOnce() throws {
    let images = try countingImages(count: 11)
    let loader = try BatchLoader(images, preprocessing: .raw, batchSize: 4)
    #expect(loader.inOrder.map(\.count) == [4, 4, 3])
    #expect(loader.inOrder.flatMap(\.labels) == images.labels)
    #expect(loader.inOrder[2].images.shape == [3, 2, 3, 5])
    guard case .bytes(let bytes) = images.storage else { return }
    #expect(loader.inOrder.flatMap(\.images.scalars) == bytes.map(Float.init))
  }

  @Test func epochsAreShuffledAndRepeatFromTheSameStream() throws {
    let images = try countingImages(count: 50)
    let loader = try BatchLoader(
      images, indices: Array(3..<40), preprocessing: .raw, batchSize: 8,
      augmentation: Augmentation(padding: 1))
    var stream = SeededGenerator(seed: 4)
    var copy = stream
    let (first, second) = (loader.epoch(shuffledBy: &stream), loader.epoch(shuffledBy: &stream))
    #expect(first.flatMap(\.indices).sorted() == Array(3..<40))
    #expect(first.flatMap(\.indices) != second.flatMap(\.indices))
    let again = loader.epoch(shuffledBy: &copy)
    // Batches may be made in any order.
    for position in again.indices.reversed() {
      #expect(again[position].images == first[position].images)
      #expect(again[position].labels == first[position].indices.map { images.labels[$0] })
    }
  }

  @Test func incompleteBatchesCanBeLeftOut() throws {
    let images = try countingImages(count: 11)
    let loader = try BatchLoader(
      images, preprocessing: .raw, batchSize: 4, dropsIncomplete: true)
    var stream = SeededGenerator(seed: 4)
    #expect(loader.epoch(shuffledBy: &stream).map(\.count) == [4, 4])
    #expect(loader.inOrder.map(\.count) == [4, 4, 3])
  }

  /// Crop and flip as PyTorch does them, one pixel at a time.
  private func expected(_ images: LabelledImages, _ index: Int, _ crop: Crop) -> [Float] {
    guard case .bytes(let bytes) = images.storage else { return [] }
    let (channels, height, width) = (images.shape[0], images.shape[1], images.shape[2])
    var numbers: [Float] = []
    for channel in 0..<channels {
      for row in 0..<height {
        for column in 0..<width {
          let x = (crop.isFlipped ? width - 1 - column : column) + crop.column
          let y = row + crop.row
          let inside = (0..<width).contains(x) && (0..<height).contains(y)
          let position = index * images.shape.count + (channel * height + y) * width + x
          numbers.append(Float(inside ? bytes[position] : 0) / 127.5 - 1)
        }
      }
    }
    return numbers
  }

  @Test func everyCropAndFlipMatchesTheSlowWay() throws {
    let images = try countingImages(count: 3)
    let normalization = try Normalization(.signedUnit, for: images)
    for row in -3...3 {
      for column in -5...5 {
        for isFlipped in [false, true] {
          let crop = Crop(row: row, column: column, isFlipped: isFlipped)
          var numbers = [Float](repeating: .nan, count: 60)
          numbers.withUnsafeMutableBufferPointer {
            images.fill($0, with: [2, 1], normalization: normalization, crops: [crop, crop])
          }
          #expect(numbers == expected(images, 2, crop) + expected(images, 1, crop))
        }
      }
    }
  }

  @Test func drawsCoverEveryOffsetAndHalfTheFlips() {
    var stream = SeededGenerator(seed: 1)
    let crops = (0..<4000).map { _ in Augmentation(padding: 2).draw(from: &stream) }
    #expect(Set(crops.map(\.row)) == Set(-2...2))
    #expect(Set(crops.map(\.column)) == Set(-2...2))
    #expect(abs(crops.filter(\.isFlipped).count - 2000) < 130)
    let still = Augmentation(padding: 0, flipsHorizontally: false).draw(from: &stream)
    #expect(still == Crop(row: 0, column: 0, isFlipped: false))
  }

  @Test func whatCannotBeDoneIsSaid() throws {
    let images = try countingImages(count: 3)
    let flat = try countingImages(count: 3, shape: [10])
    #expect(
      sentence { _ = try BatchLoader(images, preprocessing: .raw, batchSize: 0) }
        == "a batch holds at least one image, found 0")
    #expect(
      sentence { _ = try BatchLoader(images, indices: [3], preprocessing: .raw, batchSize: 1) }
        == "counting has no image 3: it holds 3")
    #expect(
      sentence {
        _ = try BatchLoader(
          flat, preprocessing: .raw, batchSize: 1, augmentation: Augmentation())
      } == "only images can be augmented; the examples of counting have shape 10")
    #expect(
      sentence {
        _ = try BatchLoader(
          images, preprocessing: .raw, batchSize: 1, augmentation: Augmentation(padding: 4))
      } == "an augmentation cannot pad by 4 pixels when counting has shape 2×3×5")
  }
}
