import Testing

@testable import CompressionEnvironments

@Suite struct BitActionTests {
  private static let sets = [
    [2, 4, 8], Array(2...8), Array(1...8), [1], [3, 5], [1, 2, 3, 4, 6],
  ]

  @Test(arguments: sets)
  func theEndsAreExactAndBinsAreEquallyWide(_ bits: [Int]) {
    let choices = Choices.listed(bits)
    #expect(BitAction.equalBins.choice(of: 0, among: choices, 0) == bits.first)
    #expect(BitAction.equalBins.choice(of: 1, among: choices, 0) == bits.last)
    #expect(BitAction.equalBins.choice(of: -3, among: choices, 0) == bits.first)
    #expect(BitAction.equalBins.choice(of: 7, among: choices, 0) == bits.last)
    // 840 is a multiple of every count of bits here: each bin gets as many points of a fine grid.
    var counts: [Int: Int] = [:]
    for point in 0..<840 {
      let action = (Double(point) + 0.5) / 840
      counts[BitAction.equalBins.choice(of: action, among: choices, 0), default: 0] += 1
    }
    #expect(counts == Dictionary(uniqueKeysWithValues: bits.map { ($0, 840 / bits.count) }))
  }

  @Test(arguments: sets)
  func theMiddleOfABinGivesItsBits(_ bits: [Int]) {
    let choices = Choices.listed(bits)
    for one in bits {
      let action = BitAction.equalBins.action(of: one, among: choices, 0)
      #expect((0...1).contains(action))
      #expect(BitAction.equalBins.choice(of: action, among: choices, 0) == one)
    }
  }

  @Test(arguments: sets)
  func aroundASuggestionTheMiddleIsSuggestedAndTheEndsAreExact(_ bits: [Int]) {
    let choices = Choices.listed(bits)
    for suggested in bits {
      let map = BitAction.around([suggested])
      #expect(map.choice(of: 0.5, among: choices, 0) == suggested)
      #expect(map.choice(of: 0, among: choices, 0) == bits.first)
      #expect(map.choice(of: 1, among: choices, 0) == bits.last)
      for one in bits {
        let action = map.action(of: one, among: choices, 0)
        #expect((0...1).contains(action))
        #expect(map.choice(of: action, among: choices, 0) == one)
      }
      let rising = (0...100).map { map.choice(of: Double($0) / 100, among: choices, 0) }
      #expect(rising == rising.sorted())
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
        let bits = BitAction.equalBins.choice(of: action, among: .listed(Array(low...high)), 0)
        #expect(bits == Int(published.rounded()))
      }
    }
  }
}
