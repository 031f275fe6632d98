import Testing

@testable import CompressionEnvironments

@Suite struct BitActionTests {
  private static let sets = [
    [2, 4, 8], Array(2...8), Array(1...8), [1], [3, 5], [1, 2, 3, 4, 6],
  ]

  @Test(arguments: sets)
  func theEndsAreExactAndBinsAreEquallyWide(_ bits: [Int]) {
    let choices = Choices.listed(bits)
    #expect(BitAction.bits(of: 0, among: choices) == bits.first)
    #expect(BitAction.bits(of: 1, among: choices) == bits.last)
    #expect(BitAction.bits(of: -3, among: choices) == bits.first)
    #expect(BitAction.bits(of: 7, among: choices) == bits.last)
    // 840 is a multiple of every count of bits here: each bin gets as many points of a fine grid.
    var counts: [Int: Int] = [:]
    for point in 0..<840 {
      counts[BitAction.bits(of: (Double(point) + 0.5) / 840, among: choices), default: 0] += 1
    }
    #expect(counts == Dictionary(uniqueKeysWithValues: bits.map { ($0, 840 / bits.count) }))
  }

  @Test(arguments: sets)
  func theMiddleOfABinGivesItsBits(_ bits: [Int]) {
    let choices = Choices.listed(bits)
    for one in bits {
      let action = BitAction.action(of: one, among: choices)
      #expect((0...1).contains(action))
      #expect(BitAction.bits(of: action, among: choices) == one)
    }
  }

  /// HAQ's equation 3, round(b_min − ½ + a·(b_max − b_min + 1)), away from the edges of its bins.
  @Test func itIsThePublishedEquationWhereAllBitsFollowEachOther() {
    for (low, high) in [(2, 8), (1, 8), (3, 7)] {
      for point in 1..<1000 {
        let action = Double(point) / 1000
        let published = Double(low) - 0.5 + action * Double(high - low + 1)
        let isEdge = abs(published - published.rounded(.down) - 0.5) < 1e-9
        guard !isEdge else { continue }
        let bits = BitAction.bits(of: action, among: .listed(Array(low...high)))
        #expect(bits == Int(published.rounded()))
      }
    }
  }
}
