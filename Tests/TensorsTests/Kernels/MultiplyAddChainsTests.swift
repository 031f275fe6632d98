import Tensors
import Testing

struct MultiplyAddChainsTests {
  @Test("Every lane took the steps that are counted", arguments: [0, 1, 3, 60])
  func sum(rounds: Int) {
    // One round is 12 multiply-adds of L lanes.
    let lanes = Kernels.multiplyAddChains(rounds: 1).operations / 24
    #expect([4, 8, 16].contains(lanes))
    let (operations, sum) = Kernels.multiplyAddChains(rounds: rounds)
    #expect(operations == 24 * lanes * Double(rounds))
    // Exact: 42 / 2³ needs three binary places; after 60 rounds every lane is 2.
    let rest = rounds < 60 ? 42 / Double(1 << rounds) : 0
    #expect(Double(sum) == lanes * (24 + rest))
  }
}
