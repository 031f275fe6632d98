import Tensors
import Testing

@testable import Calibration

struct KnapsackTests {
  typealias Choice = MultipleChoiceKnapsack.Choice

  /// The least loss over all selections, looked at one by one; nil where none is within the limits.
  private static func least(_ knapsack: MultipleChoiceKnapsack) -> Double? {
    var best: Double?
    func go(_ group: Int, _ loss: Double, _ costs: [Int]) {
      guard group < knapsack.groups.count else {
        if zip(costs, knapsack.limits).allSatisfy({ $0 <= $1 }) {
          best = min(best ?? loss, loss)
        }
        return
      }
      for choice in knapsack.groups[group] {
        go(group + 1, loss + choice.loss, zip(costs, choice.costs).map { $0 + $1 })
      }
    }
    go(0, 0, knapsack.limits.map { _ in 0 })
    return best
  }

  /// A few groups; coarse ones have many ties, equal costs and negative losses.
  private static func draw(
    _ stream: inout SeededGenerator, resources: Int, isCoarse: Bool
  ) throws -> MultipleChoiceKnapsack {
    let groups = (0..<stream.integer(in: 1...6)).map { _ in
      (0..<stream.integer(in: 1...5)).map { _ in
        Choice(
          loss: isCoarse ? Double(stream.integer(in: -2...4)) : stream.uniform(),
          costs: (0..<resources).map { _ in stream.integer(in: 0...(isCoarse ? 3 : 1000)) })
      }
    }
    let limits = (0..<resources).map { _ in
      stream.integer(in: (isCoarse ? 1 : 300) * groups.count...(isCoarse ? 3 : 900) * groups.count)
    }
    return try MultipleChoiceKnapsack(groups: groups, limits: limits)
  }

  @Test("Solutions are as good as the best of all selections", arguments: 1...3)
  func exact(_ resources: Int) throws {
    var stream = SeededGenerator(seed: UInt64(resources))
    var solved = 0
    for trial in 0..<400 {
      let knapsack = try Self.draw(&stream, resources: resources, isCoarse: trial % 2 == 0)
      let least = Self.least(knapsack)
      do {
        let solution = try knapsack.solve()
        let picked = solution.choices.enumerated().map { knapsack.groups[$0][$1] }
        #expect(solution.loss == picked.reduce(0) { $0 + $1.loss })
        #expect(
          (0..<resources).allSatisfy { resource in
            solution.costs[resource] == picked.reduce(0) { $0 + $1.costs[resource] }
              && solution.costs[resource] <= knapsack.limits[resource]
          })
        #expect(abs(solution.loss - (try #require(least, "trial \(trial)"))) < 1e-12)
        solved += 1
      } catch let error as KnapsackError {
        #expect(least == nil, "trial \(trial): \(error)")
      }
    }
    #expect(solved > 200)
  }

  @Test("Sixty layers of forty-nine choices take seconds at most")
  func large() throws {
    var stream = SeededGenerator(seed: 5)
    var groups: [[Choice]] = []
    for _ in 0..<60 {
      let (weights, macs) = (stream.integer(in: 1000...300_000), stream.integer(in: 1...9_000_000))
      let sensitivity = stream.uniform(in: 0.01...1)
      groups.append(
        (0..<49).map { number in
          let (w, a) = (2 + number / 7, 2 + number % 7)
          let loss = stream.uniform(in: 0.7...1.3) / Double(1 << (2 * w)) + 2 / Double(1 << (2 * a))
          return Choice(loss: sensitivity * loss, costs: [weights * w / 8, macs * w * a])
        })
    }
    let most = [0, 1].map { resource in
      groups.reduce(0) { sum, group in sum + (group.map { $0.costs[resource] }.max() ?? 0) }
    }
    for resources in 1...2 {
      let knapsack = try MultipleChoiceKnapsack(
        groups: groups.map { group in
          group.map { Choice(loss: $0.loss, costs: Array($0.costs.prefix(resources))) }
        },
        limits: most.prefix(resources).map { $0 * 2 / 5 })
      let clock = ContinuousClock()
      let begin = clock.now
      let solution = try knapsack.solve()
      #expect(clock.now - begin < .seconds(60))
      // No exchange of one choice for another improves an optimum.
      for (number, group) in groups.enumerated() {
        for choice in group {
          let present = group[solution.choices[number]]
          let fits = (0..<resources).allSatisfy {
            solution.costs[$0] - present.costs[$0] + choice.costs[$0] <= knapsack.limits[$0]
          }
          #expect(!fits || choice.loss >= present.loss)
        }
      }
    }
  }

  @Test("Limits that cannot be met name the smallest reachable cost")
  func unreachable() throws {
    let groups = [
      [Choice(loss: 0, costs: [5, 1]), Choice(loss: 1, costs: [3, 4])],
      [Choice(loss: 0, costs: [7, 2]), Choice(loss: 1, costs: [4, 9])],
    ]
    #expect(throws: KnapsackError.unreachable(resource: 0, limit: 6, smallest: 7)) {
      try MultipleChoiceKnapsack(groups: groups, limits: [6, 100]).solve()
    }
    #expect(throws: KnapsackError.unreachableTogether) {
      try MultipleChoiceKnapsack(groups: groups, limits: [7, 3]).solve()
    }
    #expect(try MultipleChoiceKnapsack(groups: groups, limits: [7, 13]).solve().choices == [1, 1])
    #expect(try MultipleChoiceKnapsack(groups: [], limits: [0]).solve().choices == [])
  }

  @Test("What makes no sense is refused by name")
  func refused() {
    #expect(throws: KnapsackError.noChoice(group: 1)) {
      try MultipleChoiceKnapsack(groups: [[Choice(loss: 0, costs: [])], []], limits: [])
    }
    #expect(throws: KnapsackError.malformed(group: 0, expected: 2, found: 1)) {
      try MultipleChoiceKnapsack(groups: [[Choice(loss: 0, costs: [1])]], limits: [1, 1])
    }
    #expect(throws: KnapsackError.notFinite(group: 0, choice: 0)) {
      try MultipleChoiceKnapsack(groups: [[Choice(loss: .nan, costs: [1])]], limits: [1])
    }
    #expect(throws: KnapsackError.outOfRange(group: 0, resource: 0, found: .max)) {
      try MultipleChoiceKnapsack(groups: [[Choice(loss: 0, costs: [.max])]], limits: [1])
    }
    #expect(throws: KnapsackError.self) {
      let group = [Choice(loss: 0, costs: [1 << 60])]
      return try MultipleChoiceKnapsack(groups: [group, group], limits: [1 << 60]).solve()
    }
  }
}

extension SeededGenerator {
  fileprivate mutating func integer(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + integer(below: range.count)
  }
}
