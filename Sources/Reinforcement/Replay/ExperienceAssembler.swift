/// Turns the steps of an episode into experiences, as soon as their returns are known.
///
/// With rewards r, discount γ and n bootstrap steps, the experience of step t is
///
///     reward   = rₜ + γ rₜ₊₁ + … + γᵏ⁻¹ rₜ₊ₖ₋₁        k = min(n, steps left)
///     discount = 0 when step t+k−1 terminated, otherwise γᵏ
///
/// n = 1 is the paper's target; an n beyond every episode is the Monte-Carlo return. Truncation
/// ends a sum but not the task: the value of the last observation still counts.
struct ExperienceAssembler {
  let discount: Double
  let bootstrapSteps: Int
  let rewardAssignment: DDPGConfiguration.RewardAssignment
  private var pending: [AgentStep] = []

  init(discount: Double, bootstrapSteps: Int, rewardAssignment: DDPGConfiguration.RewardAssignment)
  {
    self.discount = discount
    self.bootstrapSteps = bootstrapSteps
    self.rewardAssignment = rewardAssignment
  }

  /// Forgets an episode that was not finished.
  mutating func begin() {
    pending.removeAll(keepingCapacity: true)
  }

  /// Takes a step and returns what is complete by it: the sum over all of an episode's rewards must
  /// be known before the final reward can be written to every step.
  mutating func append(
    _ step: AgentStep, scaledBy space: BoxSpace
  ) -> [Experience] {
    pending.append(step)
    let ended = step.terminated || step.truncated
    if rewardAssignment == .everyStep {
      guard ended else { return [] }
      let total = pending.reduce(0) { $0 + $1.reward }
      for index in pending.indices { pending[index].reward = total }
    }
    var experiences: [Experience] = []
    while !pending.isEmpty, ended || pending.count >= bootstrapSteps {
      experiences.append(experience(scaledBy: space))
      pending.removeFirst()
    }
    return experiences
  }

  /// The experience of the oldest pending step.
  private func experience(scaledBy space: BoxSpace) -> Experience {
    let segment = pending.prefix(bootstrapSteps)
    var (reward, factor, baseline) = (0.0, 1.0, 0.0)
    for step in segment {
      reward += factor * step.reward
      if rewardAssignment == .everyStep || step.terminated { baseline += factor }
      factor *= discount
    }
    let last = segment[segment.endIndex - 1]
    return Experience(
      observation: pending[0].observation.map { Float($0) },
      action: space.normalized(pending[0].executedAction),
      reward: Float(reward), discount: last.terminated ? 0 : Float(factor),
      baselineWeight: Float(baseline), nextObservation: last.nextObservation.map { Float($0) })
  }
}

extension BoxSpace {
  /// A vector of the space as numbers in −1…1; 0 where a component has one value only.
  func normalized(_ vector: [Double]) -> [Float] {
    clamped(vector).enumerated().map { component, value in
      let width = high[component] - low[component]
      return width > 0 ? Float(2 * (value - low[component]) / width - 1) : 0
    }
  }

  /// The vector of the space that numbers in −1…1 stand for.
  func denormalized(_ vector: [Double]) -> [Double] {
    clamped(
      vector.enumerated().map { component, value in
        low[component] + (high[component] - low[component]) * (value + 1) / 2
      })
  }
}
