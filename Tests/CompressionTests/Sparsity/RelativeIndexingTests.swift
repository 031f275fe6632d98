import Tensors
import Testing

@testable import Compression

@Suite struct RelativeIndexingTests {
  private func mask(_ count: Int, _ kept: [Int]) -> [Bool] {
    (0..<count).map(kept.contains)
  }

  @Test func theExampleOfThePaperNeedsOneFiller() {
    // Figure 2: weights at 1, 4 and 15; with 3 bits a filler at 12.
    let weights = mask(16, [1, 4, 15])
    #expect(RelativeIndexing.entries(weights).entries[2] == 4)
    // Gaps 1, 2, 10. Bits 1: 3 + 0 + 1 + 5, 2: 3 + 2, 3: 3 + 1, 4: 3.
    #expect(Array(RelativeIndexing.entries(weights).entries.prefix(5)) == [9, 5, 4, 3, 3])
    // 9 · 33, 5 · 34, 4 · 35, 3 · 36 = 108, 3 · 37
    let layout = RelativeIndexing.layout(weights)
    #expect(layout == RelativeIndexing.Layout(indexBits: 4, entries: 3, bits: 108))
    #expect(layout.bytes == 14)
  }

  @Test func aGapThatTheIndexCanTellNeedsNoFiller() {
    for bits in 1...16 {
      let reach = (1 << bits) - 1
      func entries(_ gap: Int) -> Int {
        RelativeIndexing.entries(mask(0, []) + [Bool](repeating: false, count: gap) + [true])
          .entries[bits - 1]
      }
      #expect(entries(reach) == 1 && entries(reach + 1) == 2)
      #expect(entries(2 * reach + 1) == 2 && entries(2 * reach + 2) == 3)
    }
  }

  @Test func aFullLayerIsStoredDenseAndAnEmptyOneNotAtAll() {
    let full = RelativeIndexing.layout([Bool](repeating: true, count: 10))
    #expect(full == RelativeIndexing.Layout(indexBits: nil, entries: 10, bits: 320))
    let empty = RelativeIndexing.layout([Bool](repeating: false, count: 10))
    #expect(empty.bits == 0 && empty.bytes == 0)
    #expect(RelativeIndexing.layout([Bool]()).bytes == 0)
    // 33 weights at 32 bits are no more than 32 at 33.
    let almost = mask(33, Array(0..<32))
    #expect(RelativeIndexing.layout(almost).indexBits == nil)
    #expect(RelativeIndexing.layout(almost).bits == 33 * 32)
    let fewer = RelativeIndexing.layout(mask(33, Array(0..<31)))
    #expect(fewer == RelativeIndexing.Layout(indexBits: 1, entries: 31, bits: 31 * 33))
  }

  @Test func zerosBehindTheLastWeightAreNotStored() {
    let layout = RelativeIndexing.layout([true] + [Bool](repeating: false, count: 1_000_000))
    #expect(layout == RelativeIndexing.Layout(indexBits: 1, entries: 1, bits: 33))
  }

  /// Writes the entries one by one, as a coder would, and reads them back.
  private func entries(_ mask: [Bool], bits: Int) -> (skips: [Int], values: [Bool]) {
    var (skips, values, skip): ([Int], [Bool], Int) = ([], [], 0)
    for isKept in mask {
      if isKept || skip == (1 << bits) - 1 {
        skips.append(skip)
        values.append(isKept)
        skip = 0
      } else {
        skip += 1
      }
    }
    // Fillers behind the last weight serve nothing.
    while values.last == false {
      values.removeLast()
      skips.removeLast()
    }
    return (skips, values)
  }

  @Test func countsAreThoseOfACoderThatWritesEveryEntry() {
    var generator = SeededGenerator(seed: 4)
    for oneIn in [1, 2, 3, 7, 30, 200, 3000] {
      let mask = (0..<5000).map { _ in generator.integer(below: oneIn) == 0 }
      let (count, counted) = RelativeIndexing.entries(mask)
      #expect(count == 5000)
      var smallest = 5000 * 32
      for bits in RelativeIndexing.indexBits {
        let written = entries(mask, bits: bits)
        #expect(counted[bits - 1] == written.skips.count)
        #expect(written.skips.allSatisfy { $0 < 1 << bits })
        var position = -1
        var read = [Bool](repeating: false, count: 5000)
        for (skip, isKept) in zip(written.skips, written.values) {
          position += skip + 1
          read[position] = isKept
        }
        #expect(read == mask)
        smallest = min(smallest, written.skips.count * (32 + bits))
      }
      #expect(RelativeIndexing.layout(mask).bits == smallest)
    }
  }
}
