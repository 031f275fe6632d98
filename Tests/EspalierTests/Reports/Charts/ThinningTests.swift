import Tensors
import Testing

@testable import Espalier

@Suite struct ThinningTests {
  private func noise(_ count: Int) -> [Double] {
    var generator = SeededGenerator(seed: 7)
    return (0..<count).map { _ in Double(generator.next() >> 40) }
  }

  @Test func aLineKeepsItsEndsAndItsExtremes() throws {
    var values = noise(50_000)
    values[31_415] = 1e12
    values[27_182] = -1e12
    let kept = Thinning.line(values, limit: 800)
    #expect(kept.count <= 800)
    #expect(zip(kept, kept.dropFirst()).allSatisfy(<))
    #expect(kept.first == 0 && kept.last == values.count - 1)
    #expect(kept.contains(31_415) && kept.contains(27_182))
    // Every slice keeps its own highest: the outline of the line is the same.
    for slice in 0..<200 {
      let range = (slice * 250)..<((slice + 1) * 250)
      let highest = try #require(range.max { values[$0] < values[$1] })
      #expect(kept.contains(highest))
    }
    #expect(Thinning.line([3, 1, 2], limit: 800) == [0, 1, 2])
    #expect(Thinning.line([], limit: 8).isEmpty)
  }

  @Test func aLineOfFewChangesKeepsThem() {
    #expect(Thinning.changes([1, 1, 1, 2, 2, 3, 3]) == [0, 3, 5, 6])
    #expect(Thinning.changes([]).isEmpty)
  }

  @Test func dotsKeepTheOutermostAndOneOfEveryCell() {
    let (x, y) = (noise(20_000), noise(20_000).reversed().map { $0 })
    let kept = Thinning.dots(x, y, columns: 50, rows: 40)
    #expect(kept.count <= 50 * 40 + 4 && kept.count > 1500)
    for values in [x, y] {
      #expect(kept.contains { values[$0] == values.max() })
      #expect(kept.contains { values[$0] == values.min() })
    }
    #expect(Thinning.dots([.nan, 1, 2], [1, .infinity, 2], columns: 50, rows: 40) == [2])
    #expect(Thinning.dots([1, 2], [1, 2], columns: 50, rows: 40) == [0, 1])
  }
}
