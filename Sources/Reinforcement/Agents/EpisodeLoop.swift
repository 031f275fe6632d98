public import Tensors

/// Connects an environment and an agent, episode by episode.
///
/// The seed of an episode depends on the run's seed and the episode's number alone, so that a run
/// can be taken up at any episode.
public struct EpisodeLoop {
  /// What is acted in.
  public let environment: any Environment
  /// What acts.
  public let agent: any Agent
  /// Where the seeds of the episodes come from.
  public let streams: RandomStreams
  /// The number of steps after which an episode is cut off; nil leaves that to the environment.
  public let stepLimit: Int?

  /// A loop.
  public init(
    environment: any Environment, agent: any Agent, streams: RandomStreams, stepLimit: Int? = nil
  ) {
    self.environment = environment
    self.agent = agent
    self.streams = streams
    self.stepLimit = stepLimit
  }

  /// The seed of an episode: below 2⁵³, so that any JSON reader keeps it.
  public func seed(ofEpisode index: Int, exploring: Bool = true) -> UInt64 {
    var stream = streams.stream("\(exploring ? "episode" : "evaluation")/\(index)")
    return stream.next() >> 11
  }

  /// Runs one episode to its end.
  ///
  /// - Throws: what environment and agent throw, and `EnvironmentError.contract` when a reward is
  ///   not finite or an observation or executed action has the wrong length.
  public func runEpisode(_ index: Int, exploring: Bool = true) throws -> EpisodeRecord {
    let seed = seed(ofEpisode: index, exploring: exploring)
    try agent.beginEpisode(index, exploring: exploring)
    let start = try environment.reset(seed: seed)
    try check(observation: start.observation, episode: index, step: 0)
    var record = EpisodeRecord(
      episode: index, seed: seed, exploring: exploring, startInfo: start.info, steps: [],
      terminated: false)
    var observation = start.observation
    var untold: [AgentStep] = []
    while true {
      let action = try agent.act(observation)
      guard action.allSatisfy(\.isFinite) else {
        throw EnvironmentError.diverged(
          episode: index, step: record.steps.count + 1, action: action)
      }
      var transition = try environment.step(action)
      record.steps.append(
        EpisodeRecord.Step(
          requestedAction: action, executedAction: transition.executedAction,
          reward: transition.reward, info: transition.info))
      try check(transition, episode: index, step: record.steps.count)
      if let stepLimit, record.steps.count >= stepLimit, !transition.terminated {
        transition.truncated = true
      }
      let step = AgentStep(
        observation: observation, requestedAction: action,
        executedAction: transition.executedAction, reward: transition.reward,
        nextObservation: transition.observation, terminated: transition.terminated,
        truncated: transition.truncated)
      if environment.settlesAtEnd { untold.append(step) } else { try agent.observe(step) }
      observation = transition.observation
      guard transition.ended else { continue }
      if environment.settlesAtEnd {
        let steps = try settled(untold, as: transition.settled, episode: index)
        for step in steps { try agent.observe(step) }
        for position in steps.indices {
          record.steps[position].executedAction = steps[position].executedAction
        }
      }
      record.terminated = transition.terminated
      try agent.endEpisode(return: record.return)
      return record
    }
  }

  /// Runs episodes in order and hands each record to a callback.
  ///
  /// - Parameters:
  ///   - episodes: their numbers; a resumed run begins where it stopped.
  ///   - exploring: whether the agent explores and learns.
  ///   - onEpisode: called after each episode; returns whether to go on.
  /// - Throws: what `runEpisode` and the callback throw.
  public func run(
    episodes: Range<Int>, exploring: Bool = true,
    onEpisode: (EpisodeRecord) throws -> Bool
  ) throws {
    for index in episodes {
      guard try onEpisode(runEpisode(index, exploring: exploring)) else { return }
    }
  }

  /// The steps with the observations and actions that the episode came to in the end.
  private func settled(
    _ steps: [AgentStep], as settled: SettledEpisode?, episode: Int
  ) throws -> [AgentStep] {
    guard let settled else { return steps }
    guard settled.steps.count == steps.count else {
      throw EnvironmentError.contract(
        episode: episode, step: steps.count, expected: "a settled episode of as many steps",
        found: "\(settled.steps.count)")
    }
    var steps = steps
    for position in steps.indices {
      let own = settled.steps[position]
      try check(settled: own, episode: episode, step: position + 1)
      steps[position].observation = own.observation
      steps[position].executedAction = try environment.actionSpace.checked(own.action)
      if position > 0 { steps[position - 1].nextObservation = own.observation }
    }
    return steps
  }

  /// Refuses a settled step that could not have been seen or done; rounding is let through.
  private func check(settled step: SettledEpisode.Step, episode: Int, step number: Int) throws {
    let parts = [
      ("observation", environment.observationSpace, step.observation),
      ("action", environment.actionSpace, step.action),
    ]
    for (name, space, vector) in parts {
      guard let found = space.stray(vector, tolerance: 1e-6) else { continue }
      throw EnvironmentError.contract(
        episode: episode, step: number, expected: "a settled \(name) in its space", found: found)
    }
  }

  private func check(_ transition: Transition, episode: Int, step: Int) throws {
    try check(observation: transition.observation, episode: episode, step: step)
    guard transition.reward.isFinite else {
      throw EnvironmentError.contract(
        episode: episode, step: step, expected: "a finite reward", found: "\(transition.reward)")
    }
    guard transition.executedAction.count == environment.actionSpace.count,
      transition.executedAction.allSatisfy(\.isFinite)
    else {
      throw EnvironmentError.contract(
        episode: episode, step: step,
        expected: "an executed action of \(environment.actionSpace.count) finite components",
        found: "\(transition.executedAction)")
    }
  }

  private func check(observation: [Double], episode: Int, step: Int) throws {
    guard observation.count == environment.observationSpace.count,
      observation.allSatisfy(\.isFinite)
    else {
      throw EnvironmentError.contract(
        episode: episode, step: step,
        expected: "an observation of \(environment.observationSpace.count) finite components",
        found: "\(observation)")
    }
  }
}
