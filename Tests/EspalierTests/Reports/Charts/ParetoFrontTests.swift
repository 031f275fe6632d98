import Tensors
import Testing

@testable import Espalier

@Suite struct ParetoFrontTests {
  /// What the definition says, pair by pair.
  private func bruteForce(_ costs: [Double], _ worths: [Double]) -> Set<Int> {
    Set(
      costs.indices.filter { own in
        !costs.indices.contains { other in
          let isNoWorse = costs[other] <= costs[own] && worths[other] >= worths[own]
          let isEqual = costs[other] == costs[own] && worths[other] == worths[own]
          return other != own && isNoWorse && (!isEqual || other < own)
        }
      })
  }

  @Test func theFrontIsWhatTheDefinitionSays() {
    var generator = SeededGenerator(seed: 3)
    for size in [1, 2, 5, 40, 200] {
      for _ in 0..<20 {
        // Few values, so that many are equal.
        let costs = (0..<size).map { _ in Double(generator.next() % 12) }
        let worths = (0..<size).map { _ in Double(generator.next() % 12) }
        let front = ParetoFront.positions(costs: costs, worths: worths)
        #expect(Set(front) == bruteForce(costs, worths))
        #expect(front.count == Set(front).count)
        #expect(front.map { costs[$0] } == front.map { costs[$0] }.sorted())
      }
    }
  }

  @Test func whatIsNotFiniteTakesNoPart() {
    #expect(
      ParetoFront.positions(costs: [.nan, 1, 2], worths: [9, .infinity, 3]) == [2])
    #expect(ParetoFront.positions(costs: [], worths: []).isEmpty)
  }
}
