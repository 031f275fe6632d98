import Tensors
import Testing

@testable import Reinforcement

@Suite struct SumTreeTests {
  @Test(arguments: [1, 2, 3, 7, 8, 100])
  func sumsAfterManyUpdatesAreThoseOfBruteForce(_ count: Int) throws {
    var generator = SeededGenerator(seed: UInt64(count))
    var tree = SumTree(count: count)
    var weights = [Double](repeating: 0, count: count)
    for _ in 0..<5000 {
      let position = generator.integer(below: count)
      // Eighths add up without rounding, so that the sums are equal in any order.
      let weight = Double(generator.integer(below: 800)) / 8
      tree[position] = weight
      weights[position] = weight
      #expect(tree.total == weights.reduce(0, +))
    }
    try tree.checkInvariants()
    #expect((0..<count).map { tree[$0] } == weights)
    for sum in stride(from: 0, to: tree.total, by: max(tree.total / 500, 0.125)) {
      var (expected, passed) = (0, weights[0])
      while passed <= sum {
        expected += 1
        passed += weights[expected]
      }
      #expect(tree.position(ofSum: sum) == expected)
    }
  }

  @Test func roundingDoesNotGather() throws {
    var generator = SeededGenerator(seed: 5)
    var tree = SumTree(count: 60)
    for _ in 0..<20_000 {
      tree[generator.integer(below: 60)] = pow10(generator.integer(below: 20) - 10)
    }
    try tree.checkInvariants()
    for position in 0..<60 { tree[position] = 0.5 }
    #expect(tree.total == 30)
  }

  private func pow10(_ exponent: Int) -> Double {
    (0..<abs(exponent)).reduce(1.0) { product, _ in exponent < 0 ? product / 10 : product * 10 }
  }

  @Test func whatWeighsNothingIsNeverFound() {
    var tree = SumTree(count: 6)
    tree[2] = 0.1
    tree[4] = 0.2
    // Sums beyond either end, as rounding may give them.
    for sum in [-1, 0, 0.05, tree.total, 1] {
      #expect([2, 4].contains(tree.position(ofSum: sum)), "\(sum)")
    }
    tree[2] = .nan
    tree[4] = -3
    tree[5] = .infinity
    #expect(tree.total == 0)
  }

  @Test func aBrokenTreeIsNoticed() {
    func isNoticed(_ change: (inout SumTree) -> Void) -> Bool {
      var tree = SumTree(count: 3)
      for position in 0..<3 { tree[position] = 1 }
      change(&tree)
      return (try? tree.checkInvariants()) == nil
    }
    #expect(!isNoticed { _ in })
    #expect(isNoticed { $0.nodes[1] += 1 })
    #expect(isNoticed { $0.nodes[4] = -1 })
    #expect(isNoticed { $0.nodes[7] = 1 })
  }
}
