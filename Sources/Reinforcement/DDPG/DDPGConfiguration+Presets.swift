extension DDPGConfiguration {
  /// The AMC paper's settings.
  public static var amcPaper: DDPGConfiguration {
    var paper = DDPGConfiguration()
    paper.hiddenLayers = [300, 300]
    paper.actionEntry = .secondLayer
    paper.stepInputs = 0
    paper.criticActionHistory = 0
    paper.actorLearningRate = 1e-4
    paper.criticLearningRate = 1e-3
    paper.actorLogitPenalty = 0
    paper.targetUpdateRate = 0.01
    paper.batchSize = 64
    paper.replayCapacity = 2000
    paper.returnTarget = .bootstrap
    paper.bootstrapSteps = 1
    paper.twinCritics = false
    paper.rewardAssignment = .everyStep
    paper.returnNormalization = .movingAverage
    paper.updatesPerStep = 1
    paper.warmupEpisodes = 100
    paper.warmupExploration = .noise
    paper.noise = .amcPaper
    return paper
  }

  /// TD3 as published, for episodes with an end: γ = 1, the warm-up counted in episodes, and returns
  /// normalised as ours are.
  ///
  /// The three changes are `twinCritics`, `policyDelay` and `targetNoise`. Deviations here are in parts
  /// of the action space's width, half of those in the paper, whose actions lie in −1…1.
  ///
  /// Source: Fujimoto et al. 2018, arXiv 1802.09477, algorithm 1, section 6.1 and appendix C.
  public static var td3: DDPGConfiguration {
    var paper = DDPGConfiguration()
    paper.hiddenLayers = [400, 300]
    paper.actionEntry = .input
    paper.stepInputs = 0
    paper.criticActionHistory = 0
    paper.actorLearningRate = 1e-3
    paper.criticLearningRate = 1e-3
    paper.actorLogitPenalty = 0
    paper.targetUpdateRate = 0.005
    paper.batchSize = 100
    paper.replayCapacity = 1_000_000
    paper.returnTarget = .bootstrap
    paper.bootstrapSteps = 1
    paper.twinCritics = true
    paper.policyDelay = 2
    paper.targetNoise = TargetNoise(deviation: 0.1, clip: 0.25)
    paper.updateTiming = .step
    paper.updatesPerStep = 1
    paper.warmupExploration = .uniform
    paper.noise = ExplorationNoise(
      shape: .gaussian, schedule: .constant, standardDeviation: 0.05)
    return paper
  }

  /// Settings for long episodes with a reward at every step, such as Pendulum-v1.
  ///
  /// Source: RL Baselines3 Zoo, `hyperparams/ddpg.yml`, with 1,000 random steps for 10,000.
  public static var control: DDPGConfiguration {
    var settings = DDPGConfiguration.td3
    settings.twinCritics = false
    settings.policyDelay = 1
    settings.targetNoise = nil
    settings.discount = 0.98
    settings.batchSize = 256
    settings.replayCapacity = 200_000
    settings.returnNormalization = .none
    settings.rewardAssignment = .asGiven
    settings.warmupEpisodes = 0
    settings.warmupSteps = 1000
    // In units of the action space's width: a tenth of the bound of actions in −b…b.
    settings.noise = ExplorationNoise(
      shape: .gaussian, schedule: .constant, standardDeviation: 0.05)
    return settings
  }
}
