import Testing

@testable import Reinforcement

@Suite struct ExperienceAssemblerTests {
  private let space = BoxSpace(0...4)

  private func steps(_ rewards: [Double], terminated: Bool = true) -> [AgentStep] {
    rewards.enumerated().map { index, reward in
      let last = index == rewards.count - 1
      return AgentStep(
        observation: [Double(index)], requestedAction: [4], executedAction: [1], reward: reward,
        nextObservation: [Double(index + 1)], terminated: last && terminated,
        truncated: last && !terminated)
    }
  }

  private func assemble(
    _ steps: [AgentStep], discount: Double, bootstrapSteps: Int,
    _ assignment: DDPGConfiguration.RewardAssignment = .asGiven
  ) -> [[Experience]] {
    var assembler = ExperienceAssembler(
      discount: discount, bootstrapSteps: bootstrapSteps, rewardAssignment: assignment)
    return steps.map { assembler.append($0, scaledBy: space) }
  }

  @Test func oneStepExperiencesComeAtOnceAndHoldTheExecutedAction() {
    let experiences = assemble(steps([1, 2, 3]), discount: 0.5, bootstrapSteps: 1)
    #expect(experiences.map(\.count) == [1, 1, 1])
    let all = experiences.flatMap { $0 }
    #expect(all.map(\.action) == [[-0.5], [-0.5], [-0.5]])
    #expect(all.map(\.reward) == [1, 2, 3])
    #expect(all.map(\.discount) == [0.5, 0.5, 0])
    #expect(all.map(\.baselineWeight) == [0, 0, 1])
    #expect(all.map(\.nextObservation) == [[1], [2], [3]])
  }

  @Test func twoStepSumsEndWithTheEpisode() {
    let experiences = assemble(steps([1, 2, 4]), discount: 0.5, bootstrapSteps: 2)
    #expect(experiences.map(\.count) == [0, 1, 2])
    let all = experiences.flatMap { $0 }
    #expect(all.map(\.reward) == [2, 4, 4])
    #expect(all.map(\.discount) == [0.25, 0, 0])
    #expect(all.map(\.baselineWeight) == [0, 0.5, 1])
  }

  @Test func monteCarloGivesTheReturnOfEveryStepAtTheEnd() {
    let experiences = assemble(steps([0, 0, 0, 8]), discount: 1, bootstrapSteps: Int.max)
    #expect(experiences.map(\.count) == [0, 0, 0, 4])
    #expect(experiences[3].map(\.reward) == [8, 8, 8, 8])
    #expect(experiences[3].map(\.discount) == [0, 0, 0, 0])
    #expect(experiences[3].map(\.baselineWeight) == [1, 1, 1, 1])
  }

  @Test func truncationIsNotTheEndOfTheTask() {
    let all = assemble(steps([1, 2, 3], terminated: false), discount: 0.5, bootstrapSteps: 1)
      .flatMap { $0 }
    #expect(all.map(\.discount) == [0.5, 0.5, 0.5])
    #expect(all.map(\.baselineWeight) == [0, 0, 0])
  }

  @Test func theFinalRewardCanStandAtEveryStep() {
    let all = assemble(steps([0, 0, 6]), discount: 1, bootstrapSteps: 1, .everyStep)
      .flatMap { $0 }
    #expect(all.map(\.reward) == [6, 6, 6])
    #expect(all.map(\.discount) == [1, 1, 0])
    #expect(all.map(\.baselineWeight) == [1, 1, 1])
  }
}
