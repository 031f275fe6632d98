/// What acts in an environment and may learn from it.
///
/// The control loop, which `EpisodeLoop` runs:
///
///     agent.beginEpisode(index, exploring: true)
///     repeat { action = agent.act(observation); agent.observe(step) } until the episode has ended
///     agent.endEpisode(return: sum of rewards)
///
/// With `exploring` false an agent acts as well as it can and neither learns nor changes: what it
/// does afterwards is what it would have done.
public protocol Agent: AnyObject {
  /// A short name for reports.
  var name: String { get }

  /// Tells that an episode begins.
  func beginEpisode(_ index: Int, exploring: Bool) throws

  /// Chooses an action, which lies in the action space.
  func act(_ observation: [Double]) throws -> [Double]

  /// Tells what came of the action.
  func observe(_ step: AgentStep) throws

  /// Tells that the episode has ended, with the sum of its rewards.
  func endEpisode(return: Double) throws
}

/// One step as an agent sees it.
public struct AgentStep: Equatable, Sendable {
  /// What was seen before the action.
  public var observation: [Double]
  /// What the agent asked for.
  public var requestedAction: [Double]
  /// What was carried out: the action to learn from.
  public var executedAction: [Double]
  /// The reward.
  public var reward: Double
  /// What was seen after the action.
  public var nextObservation: [Double]
  /// Whether the task ended here.
  public var terminated: Bool
  /// Whether the episode was cut off here.
  public var truncated: Bool

  /// A step.
  public init(
    observation: [Double], requestedAction: [Double], executedAction: [Double], reward: Double,
    nextObservation: [Double], terminated: Bool, truncated: Bool
  ) {
    self.observation = observation
    self.requestedAction = requestedAction
    self.executedAction = executedAction
    self.reward = reward
    self.nextObservation = nextObservation
    self.terminated = terminated
    self.truncated = truncated
  }
}
