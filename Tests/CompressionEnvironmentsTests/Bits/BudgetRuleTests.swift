import Compression
import Hardware
import Testing

@testable import CompressionEnvironments

@Suite struct BudgetRuleTests {
  private static let rules = BitRules(weightBits: [2, 4, 8], activationBits: [2, 4, 8])

  private func rules(_ space: BitSpace) -> [BudgetRule] {
    [.sequential, .sensitivity(losses: SmallBits.losses(space))]
  }

  /// Every candidate under every limit that is some candidate's cost: 81 of each.
  @Test(arguments: [RuledDevice.Rule.product, .larger, .weights])
  func whatComesBackMeetsTheBudgetAndComesBackAgain(_ rule: RuledDevice.Rule) throws {
    let space = try SmallBits.space(Self.rules, RuledDevice(rule: rule))
    let all = SmallBits.all(space)
    let limits = Set(all.map { space.cost($0, in: .latency) }).sorted()
    let fewest = try #require(limits.first)
    #expect(all.count == 81 && fewest == space.cost([2, 2, 2, 2], in: .latency))
    for most in limits {
      let problem = try SmallBits.problem(space, .latency, most: most)
      for budgetRule in rules(space) {
        for asked in all {
          let bits = budgetRule.fitted(asked, to: problem)
          #expect(problem.allows(bits), "\(asked) became \(bits)")
          #expect(budgetRule.fitted(bits, to: problem) == bits)
        }
      }
    }
  }

  @Test func severalLimitsAreMetAtOnce() throws {
    let space = try SmallBits.space(Self.rules, RuledDevice())
    let four = space.cost(space.uniform(4))
    let problem = try SearchProblem(
      space,
      limits: { _ in
        [
          CostLimit(.latency, most: four.latency ?? 0),
          CostLimit(.weightBytes, most: four.weightBytes - 50),
        ]
      }, evaluator: ReadingEvaluator())
    for budgetRule in rules(space) {
      for asked in SmallBits.all(space) {
        #expect(problem.allows(budgetRule.fitted(asked, to: problem)))
      }
    }
  }

  /// mit-han-lab/haq, `_final_action_wall`: from the last layer, activations before weights, by one.
  @Test func sequentialLowersInThePublishedOrder() throws {
    let space = try SmallBits.space()
    let order = [
      [8, 8, 8, 8], [8, 8, 8, 7], [8, 8, 7, 7], [8, 7, 7, 7], [7, 7, 7, 7], [7, 7, 7, 6],
      [7, 7, 6, 6],
    ]
    for bits in order {
      let problem = try SmallBits.problem(space, most: space.cost(bits, in: .bitOps))
      #expect(BudgetRule.sequential.fitted([8, 8, 8, 8], to: problem) == bits)
    }
    // What is at its end already is passed over.
    let problem = try SmallBits.problem(space, most: space.cost([8, 7, 2, 2], in: .bitOps))
    #expect(BudgetRule.sequential.fitted([8, 8, 2, 2], to: problem) == [8, 7, 2, 2])
  }

  @Test func withinTheBudgetSequentialChangesNothing() throws {
    let space = try SmallBits.space()
    let problem = try SmallBits.problem(space, most: space.cost([8, 8, 8, 8], in: .bitOps))
    #expect(BudgetRule.sequential.fitted([2, 7, 3, 4], to: problem) == [2, 7, 3, 4])
  }

  @Test func bitsThatCostNothingAreTaken() throws {
    let space = try SmallBits.space(BitRules(), RuledDevice(rule: .weights))
    let rule = BudgetRule.sensitivity(losses: SmallBits.losses(space))
    let most = space.cost([2, 2, 2, 2], in: .latency)
    let problem = try SmallBits.problem(space, .latency, most: most)
    for asked in [[2, 2, 2, 2], [8, 2, 3, 8], [8, 8, 8, 8]] {
      #expect(rule.fitted(asked, to: problem) == [2, 8, 2, 8])
    }
  }

  @Test func whatMattersLeastIsCutFirst() throws {
    let space = try SmallBits.space(BitRules(weightBits: [4, 8], activationBits: [8]))
    // b and c at four bits save 3456·32 and 5184·32; either alone is enough.
    let most = space.cost([4, 8, 8, 8], in: .bitOps)
    let problem = try SmallBits.problem(space, most: most)
    func fitted(_ lossOfB: Double, _ lossOfC: Double) -> [Int] {
      BudgetRule.sensitivity(
        losses: [[4: lossOfB, 8: 0], [8: 0], [4: lossOfC, 8: 0], [8: 0]]
      ).fitted([8, 8, 8, 8], to: problem)
    }
    #expect(fitted(0.1, 0.5) == [4, 8, 8, 8])
    #expect(fitted(0.5, 0.1) == [8, 8, 4, 8])
  }

  @Test func aBudgetOutOfReachIsRefusedWithTheSmallest() throws {
    let space = try SmallBits.space(Self.rules)
    let smallest = space.cost([2, 2, 2, 2], in: .bitOps)
    _ = try SmallBits.problem(space, most: smallest)
    #expect(
      throws: CompressionError.unreachableBudget(
        quantity: "bitOps", asked: Double(smallest - 1), smallest: Double(smallest),
        original: Double(space.cost([8, 8, 8, 8], in: .bitOps)))
    ) { try SmallBits.problem(space, most: smallest - 1) }
    // No device was asked: there is no time to limit.
    #expect(throws: CompressionError.self) {
      try SmallBits.problem(space, .latency, most: 1_000_000_000)
    }
  }
}
