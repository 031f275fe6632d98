import Tensors

/// A set of pictures that is made, not read: ten glyphs drawn by a shaky hand on busy ground.
///
/// Picture i of a split depends on seed, split and i alone: `limit` is a prefix, and any part can
/// be made on its own. Every ten pictures in a row hold each class once.
public enum Glyphs {
  /// Changes whenever a single pixel does.
  public static let version = 1
  /// Height and width of a picture.
  public static let side = GlyphCanvas.side
  /// The seed where none is given.
  public static let usualSeed: UInt64 = 1

  /// The names of the classes, in the order of their numbers.
  public static var classNames: [String] { GlyphAlphabet.glyphs.map(\.name) }

  /// The number of pictures of a split where no other is asked for.
  public static func usualCount(of split: DataSplit) -> Int {
    split == .train ? 12_000 : 4_000
  }

  /// The first pictures of a split.
  ///
  /// - Throws: `DatasetError.empty` when `count` is not positive.
  public static func images(
    split: DataSplit, count: Int? = nil, seed: UInt64 = usualSeed
  ) throws(DatasetError) -> LabelledImages {
    try images(
      split: split, count: count, seed: seed, name: "glyphs:,split=\(split.rawValue),seed=\(seed)")
  }

  static func images(
    split: DataSplit, count: Int?, seed: UInt64, name: String
  ) throws(DatasetError) -> LabelledImages {
    let count = count ?? usualCount(of: split)
    guard count > 0 else { throw .empty(name: name) }
    let size = 3 * GlyphCanvas.area
    var canvas = GlyphCanvas()
    var labels: [Int] = []
    var order: [Int] = []
    let (total, overflow) = count.multipliedReportingOverflow(by: size)
    guard !overflow else { throw .tooFewImages(name: name, requested: count, found: .max / size) }
    var bytes = [UInt8](repeating: 0, count: total)
    bytes.withUnsafeMutableBufferPointer { bytes in
      for index in 0..<count {
        let place = index % classNames.count
        if place == 0 { order = classOrder(split, block: index / classNames.count, seed: seed) }
        labels.append(order[place])
        let target = UnsafeMutableBufferPointer(
          rebasing: bytes[index * size..<(index + 1) * size])
        draw(split, index: index, label: order[place], seed: seed, canvas: &canvas, into: target)
      }
    }
    return try LabelledImages(
      name: name, shape: [3, side, side], storage: .bytes(bytes), labels: labels,
      classCount: classNames.count)
  }

  /// The classes of ten pictures in a row.
  private static func classOrder(_ split: DataSplit, block: Int, seed: UInt64) -> [Int] {
    var random = RandomStreams(seed: seed).stream(
      "glyphs \(version) \(split.rawValue) \(block) order")
    return random.permutation(of: GlyphAlphabet.glyphs.count)
  }

  private static func draw(
    _ split: DataSplit, index: Int, label: Int, seed: UInt64, canvas: inout GlyphCanvas,
    into bytes: UnsafeMutableBufferPointer<UInt8>
  ) {
    var random = RandomStreams(seed: seed).stream("glyphs \(version) \(split.rawValue) \(index)")
    GlyphScene.draw(label: label, on: &canvas, &random)
    let noise = random.between(0, 0.16)
    for position in 0..<GlyphCanvas.area {
      let pixel = canvas.pixels[position]
      for channel in 0..<3 {
        let value = (pixel[channel] + noise * random.bell()) * 255
        bytes[channel * GlyphCanvas.area + position] = UInt8(min(max(value.rounded(), 0), 255))
      }
    }
  }
}
