import Tensors
import Testing

@testable import Datasets

@Suite struct GlyphsTests {
  func bytes(_ images: LabelledImages) -> [UInt8] {
    guard case .bytes(let bytes) = images.storage else { return [] }
    return bytes
  }

  /// A change here is a change of every published number: raise `Glyphs.version` with it.
  @Test(arguments: [
    (DataSplit.train, UInt64(1), UInt64(0xB24BA311DF420CDA)),
    (.validation, 1, 0x7C06A74D68F8052C),
    (.test, 1, 0xD88B8D9AB27273AB),
    (.test, 2, 0x964A249CBEEFAA1),
  ]) func theFirstPicturesOfVersionOneNeverChange(
    split: DataSplit, seed: UInt64, expected: UInt64
  ) throws {
    let images = try Glyphs.images(split: split, count: 40, seed: seed)
    let found = hash(bytes(images) + images.labels.map { UInt8($0) })
    #expect(Glyphs.version == 1)
    #expect(found == expected, "\(split) \(seed) 0x\(String(found, radix: 16))")
  }

  @Test func aLimitIsAPrefix() throws {
    let few = try LabelledImages.load(
      try DataSpecification("glyphs:,split=validation,limit=13"), defaultSplit: .test)
    let many = try LabelledImages.load(
      try DataSpecification("glyphs:,limit=37"), defaultSplit: .validation)
    #expect(few.shape == [3, 32, 32] && few.classCount == 10 && few.count == 13)
    #expect(bytes(many).starts(with: bytes(few)))
    #expect(many.labels.starts(with: few.labels))
    #expect(few.name == "glyphs:,split=validation,limit=13")
  }

  @Test func splitsAndSeedsShareNoPicture() throws {
    var seen: Set<[UInt8]> = []
    for split in DataSplit.allCases {
      for seed: UInt64 in [1, 2] {
        let all = bytes(try Glyphs.images(split: split, count: 50, seed: seed))
        for index in 0..<50 { seen.insert(Array(all[index * 3072..<(index + 1) * 3072])) }
      }
    }
    #expect(seen.count == 300)
  }

  @Test func everyTenPicturesHoldEachClassOnce() throws {
    let labels = try Glyphs.images(split: .train, count: 200).labels
    for block in 0..<20 {
      #expect(labels[10 * block..<10 * block + 10].sorted() == Array(0..<10))
    }
    #expect(Array(labels[0..<10]) != Array(labels[10..<20]))
    #expect(Set(Glyphs.classNames).count == 10)
  }

  @Test func usualCountsAndImpossibleOnes() throws {
    #expect(DataSplit.allCases.map(Glyphs.usualCount) == [12_000, 4_000, 4_000])
    #expect(
      sentence { _ = try Glyphs.images(split: .test, count: 0) }?.hasSuffix("no images") == true)
    #expect(
      sentence {
        _ = try LabelledImages.load(
          try DataSpecification("glyphs:,limit=9223372036854775807"), defaultSplit: .test)
      }
        == "9223372036854775807 images asked for, glyphs:,split=test,limit=9223372036854775807 "
        + "holds 1000000")
  }

  @Test func coverageIsTheDistanceToTheStroke() {
    var canvas = GlyphCanvas()
    var stroke = GlyphStroke([GlyphPoint(4, 10), GlyphPoint(20, 10)])
    stroke.radii = [1, 1]
    canvas.paint([stroke], colour: GlyphColour(1, 0.5, 0, 0))
    func red(_ x: Int, _ y: Int) -> Float { canvas.pixels[y * 32 + x].x }
    #expect(
      [red(12, 8), red(12, 9), red(12, 10), red(12, 11), red(12, 12)] == [0, 0.5, 1, 0.5, 0])
    #expect([red(2, 10), red(3, 10), red(4, 10)] == [0, 0.5, 1])
    #expect([red(20, 10), red(21, 10), red(22, 10)] == [1, 0.5, 0])
    #expect(canvas.pixels[10 * 32 + 12].y == 0.5)
  }

  @Test func strokesOutsideThePictureDoNoHarm() {
    var canvas = GlyphCanvas()
    for (x, y) in [(-40, -40), (80, 5), (5, 90), (-1.2, 15), (31.9, 31.9)] as [(Float, Float)] {
      var stroke = GlyphStroke([GlyphPoint(x, y), GlyphPoint(x, y)])
      stroke.radii = [2, 2]
      canvas.paint([stroke], colour: GlyphColour(1, 1, 1, 0))
    }
    #expect(canvas.pixels.contains { $0.x > 0 })
    #expect(canvas.pixels[16 * 32 + 16].x == 0)
  }

  @Test func bellsHaveMeanZeroAndDeviationOne() {
    var random = SeededGenerator(seed: 3)
    let draws = (0..<20_000).map { _ in random.bell() }
    let mean = draws.reduce(0, +) / 20_000
    let variance = draws.reduce(0) { $0 + $1 * $1 } / 20_000
    #expect(abs(mean) < 0.03)
    #expect(abs(variance - 1) < 0.03)
  }
}
