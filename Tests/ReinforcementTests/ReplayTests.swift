import Tensors
import Testing

@testable import Reinforcement

@Suite struct ReplayTests {
  private func experience(_ number: Int) -> Experience {
    Experience(
      observation: [Float(number), 0, 1], action: [0.25, -0.5], reward: Float(number),
      discount: number % 5 == 4 ? 0 : 1, baselineWeight: 0, nextObservation: [1, 2, Float(number)])
  }

  @Test func theNewestTakesThePlaceOfTheOldest() throws {
    var replay = ReplayBuffer(capacity: 7, observationCount: 3, actionCount: 2)
    for number in 0..<17 {
      replay.append(experience(number))
      try replay.checkInvariants()
      #expect(replay.count == min(number + 1, 7))
    }
    let kept = (0..<7).map { replay[$0].reward }
    #expect(Set(kept) == Set((10..<17).map { Float($0) }))
    for index in 0..<7 { #expect(replay[index] == experience(Int(kept[index]))) }
  }

  @Test func firstAndTerminalStepsAreDrawnLikeAllOthers() {
    var replay = ReplayBuffer(capacity: 15, observationCount: 3, actionCount: 2)
    for number in 0..<15 { replay.append(experience(number)) }
    var generator = SeededGenerator(seed: 8)
    var counts = [Int](repeating: 0, count: 15)
    for index in replay.sample(150_000, using: &generator) { counts[index] += 1 }
    // 10,000 expected each; six standard deviations are 580.
    #expect(counts.allSatisfy { abs($0 - 10_000) < 580 })
  }

  @Test func anEmptyReplayGivesNothing() {
    var generator = SeededGenerator(seed: 1)
    let replay = ReplayBuffer(capacity: 2, observationCount: 1, actionCount: 1)
    #expect(replay.sample(3, using: &generator).isEmpty)
  }

  @Test func aBrokenReplayIsNoticed() throws {
    var replay = ReplayBuffer(capacity: 4, observationCount: 3, actionCount: 2)
    replay.append(experience(1))
    replay.rewards.append(3)
    #expect(throws: EnvironmentError.self) { try replay.checkInvariants() }
  }
}
