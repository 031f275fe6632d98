/// Every setting of the DDPG agent; each says what the AMC paper uses where ours differs.
///
/// `DDPGConfiguration()` is tuned for short episodes (10 to 20 steps) with one reward at the end and
/// a few hundred episodes in all; `amcPaper` and `td3` hold published settings. Read from JSON, a field
/// that is left out has its default.
public struct DDPGConfiguration: Codable, Equatable, Sendable {
  /// Where the action enters the critic.
  public enum ActionEntry: String, Codable, Sendable, CaseIterable {
    /// Beside the first hidden layer's output: the DDPG and AMC papers.
    case secondLayer
    /// Beside the observation: TD3 and its successors.
    case input
  }

  /// What the critic's target is made of.
  public enum ReturnTarget: String, Codable, Sendable, CaseIterable {
    /// The rewards of `bootstrapSteps` steps and the target networks' value of what follows.
    case bootstrap
    /// The episode's own rewards to its end; for episodes with few steps and one final reward.
    case monteCarlo
  }

  /// Which rewards the steps of an episode are taken to have.
  public enum RewardAssignment: String, Codable, Sendable, CaseIterable {
    /// Those that the environment gave.
    case asGiven
    /// The episode's return at every step: the AMC paper's. With γ = 1 values grow with the number
    /// of steps left.
    case everyStep
  }

  /// What is subtracted from an episode's return and what it is divided by.
  public enum ReturnNormalization: String, Codable, Sendable, CaseIterable {
    /// Nothing.
    case none
    /// A moving average b of the returns is subtracted: the AMC paper's.
    case movingAverage
    /// Mean and standard deviation of the warm-up's returns, fixed afterwards.
    case warmupStatistics
  }

  /// When the networks are updated.
  public enum UpdateTiming: String, Codable, Sendable, CaseIterable {
    /// After every step.
    case step
    /// After every episode, for all of its steps.
    case episode
  }

  /// What is done before the warm-up is over.
  public enum WarmupExploration: String, Codable, Sendable, CaseIterable {
    /// Uniform random actions.
    case uniform
    /// The actor with the initial noise: the AMC paper's. Where the environment suggests episodes, they come
    /// first, each as it is.
    case noise
    /// What the environment suggests, each episode as it is and then the first with noise that grows to its
    /// initial deviation; as `uniform` where nothing is suggested.
    case suggestion
  }

  /// How experiences are drawn from the replay.
  public enum ReplaySampling: String, Codable, Sendable, CaseIterable {
    /// Each with the same chance.
    case uniform
    /// In proportion to a power of the critic's last error on it: Schaul et al. 2016.
    case prioritised
  }

  // MARK: Networks

  /// Widths of the hidden layers of actor and critic; at least one (AMC: 300, 300).
  public var hiddenLayers = [64, 64]
  /// Where the action enters the critic.
  public var actionEntry = ActionEntry.secondLayer
  /// How many steps of an episode actor and critic tell apart by an input of their own (AMC: none).
  ///
  /// nil stands for as many as an episode has, 0 for none. One input for each step, 1 at that step and 0 otherwise; steps beyond share the last.
  /// Neighbouring steps look alike in an observation, and yet may need quite different actions.
  public var stepInputs: Int?
  /// How many of the episode's first actions the critic sees beside the observation (AMC: none).
  ///
  /// nil stands for as many as an episode has, 0 for none. An observation that tells little of earlier decisions makes a final reward look like noise.
  /// With all earlier actions at hand the critic can tell what it owes to which; the actor does not
  /// need them and does not get them.
  public var criticActionHistory: Int?
  /// Bound of the uniform initial weights of the output layers (DDPG paper: 3·10⁻³).
  public var outputLayerBound = 3e-3

  // MARK: Learning

  /// Adam's rate for the actor (AMC: 10⁻⁴).
  public var actorLearningRate = 1e-3
  /// Adam's rate for the critic (AMC: 10⁻³).
  public var criticLearningRate = 1e-3
  /// λ of the term λ·mean(logits²) in the actor's loss (AMC: none).
  ///
  /// Keeps the logistic output from the flat ends of its curve, from where no gradient leads back.
  public var actorLogitPenalty = 0.01
  /// Decoupled weight decay of the critic (DDPG paper: an L2 term of 10⁻²; AMC: none).
  public var criticWeightDecay = 0.0
  /// τ, the part by which target networks move at each update (AMC: 0.01).
  public var targetUpdateRate = 0.02
  /// γ, what a reward one step later counts for.
  public var discount = 1.0
  /// Experiences in a batch.
  public var batchSize = 64
  /// Experiences that the replay holds.
  public var replayCapacity = 2000
  /// What the critic's target is made of (AMC: `bootstrap`).
  ///
  /// Every experience of a short episode then teaches about the reward itself, and no error of the
  /// critic feeds another; one-step bootstrapping learned faster on some tasks and fell apart on
  /// others.
  public var returnTarget = ReturnTarget.monteCarlo
  /// n of an n-step target; used by `bootstrap` alone (AMC: 1).
  public var bootstrapSteps = 1
  /// Whether the target takes the smaller value of two critics, as in TD3 (AMC: no).
  ///
  /// A `monteCarlo` target takes no critic's value: there the second critic learns and changes nothing.
  public var twinCritics = false
  /// d: actor and targets move at every d-th update of the critic (TD3: 2; AMC: 1).
  public var policyDelay = 1
  /// Noise on the target's action, TD3's target policy smoothing (AMC: none).
  ///
  /// For `bootstrap` alone, since a `monteCarlo` target asks no critic: together they are an error.
  public var targetNoise: TargetNoise?
  /// How experiences are drawn from the replay (AMC: `uniform`).
  public var replay = ReplaySampling.uniform
  /// α of P(i) ∝ (|δᵢ| + ε)^α, 0 for equal chances; used by `prioritised` alone (Schaul: 0.6).
  public var priorityExponent = 0.6
  /// β₀ of the importance weights (N·P(i))^−β at first; used by `prioritised` alone (Schaul: 0.4).
  public var importanceExponent = 0.4
  /// Episodes after the warm-up in which β rises linearly from β₀ to 1; 0 leaves it at β₀.
  public var importanceAnnealingEpisodes = 300
  /// Which rewards the steps are taken to have (AMC: `everyStep`).
  public var rewardAssignment = RewardAssignment.asGiven
  /// How returns are normalised (AMC: `movingAverage`).
  public var returnNormalization = ReturnNormalization.warmupStatistics
  /// How fast the moving average follows: b ← b + rate·(R − b) (AMC's code: 0.5, per batch).
  public var baselineRate = 0.05
  /// When the networks are updated.
  public var updateTiming = UpdateTiming.episode
  /// Updates for each step of experience (AMC: 1).
  public var updatesPerStep = 8

  // MARK: Exploration

  /// Episodes without learning (AMC: 100).
  public var warmupEpisodes = 100
  /// Steps without learning; the warm-up ends when both numbers are reached.
  public var warmupSteps = 0
  /// What is done meanwhile (AMC's paper: `noise`; AMC's code: `uniform`).
  public var warmupExploration = WarmupExploration.uniform
  /// Episodes without learning of an agent that begins with a saved one's networks; in place of the
  /// warm-up, and always with the actor and its first noise.
  public var transferWarmupEpisodes = 10
  /// The noise around the actor (AMC: truncated normal, σ₀ = 0.5, decay 0.95, to 0).
  ///
  /// Without noise to the end the critic forgets what lies beside the actor's way.
  public var noise = ExplorationNoise()

  /// Our settings for short episodes.
  public init() {}

  /// β of the importance weights in the episode that lies `episodes` after the warm-up.
  public func importanceExponent(afterWarmup episodes: Int) -> Double {
    guard importanceAnnealingEpisodes > 0 else { return importanceExponent }
    let part = Double(max(episodes, 0)) / Double(importanceAnnealingEpisodes)
    return importanceExponent + (1 - importanceExponent) * min(part, 1)
  }

  /// The settings with what depends on the number of steps in an episode filled in, where it was open.
  public func resolved(steps: Int) -> DDPGConfiguration {
    var resolved = self
    resolved.stepInputs = stepInputs ?? steps
    resolved.criticActionHistory = criticActionHistory ?? steps
    return resolved
  }
}
