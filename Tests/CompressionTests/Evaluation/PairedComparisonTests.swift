import Testing

@testable import Compression

@Suite struct PairedComparisonTests {
  private func comparison(_ firstOnly: Int, _ secondOnly: Int) throws -> PairedComparison {
    let first =
      [Bool](repeating: true, count: firstOnly) + .init(repeating: false, count: secondOnly)
    return try PairedComparison(first + [true, false], first.map { !$0 } + [true, false])
  }

  @Test func onlyImagesThatTellThemApartCount() throws {
    let comparison = try comparison(3, 1)
    #expect(comparison.firstOnly == 3 && comparison.secondOnly == 1)
  }

  /// Sums of binomial coefficients by hand: (0, 5): 2 · 1/32; (1, 9): 2 · 11/1024; (3, 7): 2 · 176/1024.
  @Test(arguments: [
    (0, 5, 0.0625), (9, 1, 22.0 / 1024), (3, 7, 352.0 / 1024), (4, 4, 1.0), (0, 0, 1.0),
  ])
  func theProbabilityIsTheSignTests(_ a: Int, _ b: Int, _ expected: Double) throws {
    #expect(abs(try comparison(a, b).pValue - expected) < 1e-12)
  }

  @Test func manyImagesStayWithinTheRangeOfNumbers() throws {
    let value = try comparison(2100, 1900).pValue
    // Normal approximation with continuity: 2 · Φ(−(200 − 1) / √4000).
    #expect(abs(value - 0.001652) < 2e-5)
  }

  @Test func otherImagesAreRefused() {
    #expect(throws: CompressionError.data(expected: "1 images for both networks", found: "2")) {
      try PairedComparison([true], [true, false])
    }
  }
}
