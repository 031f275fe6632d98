import Compression
import Tensors
import Testing

@testable import CompressionEnvironments

@Suite struct BitSensitivityTests {
  private func losses(threads: Int, _ rules: BitRules = BitRules()) throws -> [[Int: Double]] {
    let space = try SmallBits.space(rules)
    return try BitSensitivity(
      space,
      against: OutputDivergence(
        from: SmallBits.candidates().graph, images: SmallBits.images(),
        pool: WorkerPool(threads: threads))
    ).losses
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    #expect(try losses(threads: 1) == losses(threads: 3))
  }

  @Test func fewerBitsAreNeverBetterAndEightCostNothing() throws {
    let losses = try losses(threads: 1)
    #expect(losses.count == 4)
    for own in losses {
      #expect(own.keys.sorted() == Array(2...8))
      #expect(own[8] == 0)
      let rising = own.keys.sorted().map { own[$0] ?? -1 }
      #expect(zip(rising, rising.dropFirst()).allSatisfy { $0 >= $1 && $1 >= 0 })
      #expect(rising[0] > 1e-6, "\(losses)")
    }
  }

  @Test func aLossIsTheDivergenceOfThatOneChange() throws {
    let space = try SmallBits.space()
    let graph = try SmallBits.candidates().graph
    let pool = WorkerPool(threads: 1)
    let divergence = try OutputDivergence(from: graph, images: SmallBits.images(), pool: pool)
    let own = try losses(threads: 1)
    var candidates = try SmallBits.candidates()
    let changed = try candidates.network([
      LayerQuantization(layer: "c", weightBits: 2)
    ])
    #expect(try own[2][2] == divergence.measure(changed))
    candidates = try SmallBits.candidates()
    let read = try candidates.network([
      LayerQuantization(layer: "b", weightBits: 32, activationBits: 2)
    ])
    #expect(try own[1][2] == divergence.measure(read))
    #expect(space.operands[1] == .activations)
  }

  @Test func theMostBitsAreMeasuredTooWhereTheyAreFewerThanEight() throws {
    let few = try losses(threads: 1, BitRules(weightBits: [2, 4], activationBits: [3]))
    let all = try losses(threads: 1)
    #expect(few[0] == [2: all[0][2] ?? -1, 4: all[0][4] ?? -1])
    #expect(few[1] == [3: all[1][3] ?? -1])
  }

  @Test func aroundACandidateOneDecisionChangesAndTheOthersStay() throws {
    let rules = BitRules(weightBits: [2, 3, 4, 5, 6], activationBits: [2, 3, 4, 5, 6])
    let space = try SmallBits.space(rules)
    let divergence = try OutputDivergence(
      from: SmallBits.candidates().graph, images: SmallBits.images(), pool: WorkerPool(threads: 1))
    let alone = try BitSensitivity(space, against: divergence)
    let candidate = space.decisions.map { _ in 4 }
    let refined = try alone.refined(
      around: candidate, space, divergence: divergence,
      center: divergence.measure(space.network(candidate)))
    for (decision, described) in space.decisions.enumerated() {
      let measured = try (2...6).map { bits in
        var changed = candidate
        changed[decision] = bits
        return (choice: bits, loss: try divergence.measure(space.network(changed)))
      }
      #expect(
        refined.losses[decision] == BitSensitivity.filled(measured, for: described.choices))
    }
    #expect(refined.losses != alone.losses)
  }

  @Test func furtherAwayTheLossesGoOnAsTheyDid() throws {
    let space = try SmallBits.space()
    let divergence = try OutputDivergence(
      from: SmallBits.candidates().graph, images: SmallBits.images(), pool: WorkerPool(threads: 1))
    let alone = try BitSensitivity(space, against: divergence)
    let candidate = space.decisions.map { _ in 3 }
    let refined = try alone.refined(
      around: candidate, space, divergence: divergence,
      center: divergence.measure(space.network(candidate)))
    for (before, after) in zip(alone.losses, refined.losses) {
      let step = (before[7] ?? 0) - (before[6] ?? 0)
      #expect(abs((after[7] ?? 0) - (after[6] ?? 0) - step) < 1e-12 || after[7] == after[6])
    }
  }

  @Test func whatWasNotMeasuredLiesOnLines() {
    let filled = BitSensitivity.filled(
      [(2, 4.0), (4, 5.0), (8, 0.0)], for: .listed([1, 2, 3, 4, 6, 8]))
    #expect(filled == [1: 4, 2: 4, 3: 4, 4: 4, 6: 2, 8: 0])
  }
}
