import Foundation
public import Tensors

/// Noise around an actor's action, smaller from episode to episode.
///
///     exponential   σ(e) = max(σ₀ · decayᵉ, σ_final)                 e = episodes since the warm-up
///     linear        σ(e) = σ₀ + (σ_final − σ₀) · min(e/n, 1)         n = decayEpisodes
///     constant      σ(e) = σ₀
///
/// All in units of the action space's width, so that the AMC paper's σ₀ is 0.5.
public struct ExplorationNoise: Codable, Equatable, Sendable {
  /// How the noise is kept within the action space.
  public enum Shape: String, Codable, Sendable, CaseIterable {
    /// Drawn again until it falls inside: the AMC paper's.
    case truncatedNormal
    /// Moved to the nearest bound: TD3's.
    case gaussian
    /// Correlated from step to step, then moved to the nearest bound: the DDPG paper's, for tasks in which a
    /// push must last before anything comes of it.
    ///
    ///     xₜ = xₜ₋₁ − θ·xₜ₋₁ + σ·N(0, 1)        x₀ = 0 at the beginning of each episode
    ///
    /// Source: Uhlenbeck & Ornstein 1930; Lillicrap et al. 2016, arXiv 1509.02971, section 3 and appendix 7
    /// (θ = 0.15).
    case ornsteinUhlenbeck
  }

  /// How the noise changes from episode to episode; a schedule reads the fields of its equation alone.
  public enum Schedule: String, Codable, Sendable, CaseIterable {
    /// By a factor, down to a floor.
    case exponential
    /// By equal amounts, to its last value.
    case linear
    /// Not at all: TD3's.
    case constant
  }

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case shape, schedule, standardDeviation, decay, decayEpisodes, finalStandardDeviation
    case reversion
  }

  /// The names of the fields, for messages.
  public static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }

  /// How the noise is kept within the action space.
  public var shape: Shape
  /// How the noise changes from episode to episode.
  public var schedule: Schedule
  /// σ₀, of the first episode after the warm-up and, where the warm-up uses noise, during it.
  public var standardDeviation: Double
  /// What σ is multiplied by after each episode; of `exponential` alone.
  public var decay: Double
  /// n, the episodes until σ has its last value; of `linear` alone.
  public var decayEpisodes: Int
  /// σ_final, below which σ does not fall.
  public var finalStandardDeviation: Double
  /// θ, the part of the noise that is forgotten at each step; of `ornsteinUhlenbeck` alone, 0.15 where nil.
  public var reversion: Double?

  /// The AMC paper's noise: its σ is 0.04 after 50 episodes.
  public static let amcPaper = ExplorationNoise(
    standardDeviation: 0.5, decay: 0.95, finalStandardDeviation: 0)

  /// Noise; the defaults are for a few hundred episodes.
  public init(
    shape: Shape = .truncatedNormal, schedule: Schedule = .exponential,
    standardDeviation: Double = 0.3, decay: Double = 0.98, decayEpisodes: Int = 200,
    finalStandardDeviation: Double = 0.06, reversion: Double? = nil
  ) {
    self.reversion = reversion
    self.shape = shape
    self.schedule = schedule
    self.decayEpisodes = decayEpisodes
    self.standardDeviation = standardDeviation
    self.decay = decay
    self.finalStandardDeviation = finalStandardDeviation
  }

  /// Reads the fields that are there; the others keep their defaults.
  public init(from decoder: any Decoder) throws {
    self.init()
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    shape = try fields.decodeIfPresent(Shape.self, forKey: .shape) ?? shape
    schedule = try fields.decodeIfPresent(Schedule.self, forKey: .schedule) ?? schedule
    decayEpisodes = try fields.decodeIfPresent(Int.self, forKey: .decayEpisodes) ?? decayEpisodes
    standardDeviation =
      try fields.decodeIfPresent(Double.self, forKey: .standardDeviation) ?? standardDeviation
    decay = try fields.decodeIfPresent(Double.self, forKey: .decay) ?? decay
    finalStandardDeviation =
      try fields.decodeIfPresent(Double.self, forKey: .finalStandardDeviation)
      ?? finalStandardDeviation
    reversion = try fields.decodeIfPresent(Double.self, forKey: .reversion)
  }

  /// σ of the episode that lies `episodes` after the warm-up; a negative number counts as 0.
  public func standardDeviation(afterWarmup episodes: Int) -> Double {
    let episodes = Double(max(episodes, 0))
    switch schedule {
    case .exponential:
      return max(standardDeviation * pow(decay, episodes), finalStandardDeviation)
    case .linear:
      let part = min(episodes / Double(max(decayEpisodes, 1)), 1)
      return standardDeviation + (finalStandardDeviation - standardDeviation) * part
    case .constant:
      return standardDeviation
    }
  }

  /// An action in 0…1 with noise, again in 0…1.
  ///
  /// - Parameter drift: what `ornsteinUhlenbeck` remembers of the episode's earlier steps; empty at its
  ///   beginning, and never touched by the other shapes.
  public func applied(
    to action: [Double], standardDeviation: Double, drift: inout [Double],
    using generator: inout SeededGenerator
  ) -> [Double] {
    guard shape == .ornsteinUhlenbeck else {
      return applied(to: action, standardDeviation: standardDeviation, using: &generator)
    }
    if drift.count != action.count { drift = [Double](repeating: 0, count: action.count) }
    for component in drift.indices {
      drift[component] +=
        generator.normal(mean: 0, standardDeviation: standardDeviation)
        - (reversion ?? 0.15) * drift[component]
    }
    return zip(action, drift).map { min(max($0 + $1, 0), 1) }
  }

  /// An action in 0…1 with noise that owes nothing to earlier steps, again in 0…1.
  public func applied(
    to action: [Double], standardDeviation: Double, using generator: inout SeededGenerator
  ) -> [Double] {
    action.map { mean in
      switch shape {
      case .truncatedNormal:
        generator.truncatedNormal(
          mean: mean, standardDeviation: standardDeviation, in: 0...1)
      case .gaussian, .ornsteinUhlenbeck:
        min(max(generator.normal(mean: mean, standardDeviation: standardDeviation), 0), 1)
      }
    }
  }
}
