import Tensors

/// Noise on the action whose value the critic's target takes, so that values do not follow a narrow
/// peak of the critic.
///
///     a′ = clip(μ′(s′) + clip(ε, −c, c), 0, 1)        ε normal with deviation σ
///
/// σ and c are parts of the action space's width. Source: Fujimoto et al. 2018, section 5.3.
public struct TargetNoise: Codable, Equatable, Sendable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case deviation, clip
  }

  /// The names of the fields, for messages.
  public static var fieldNames: [String] { CodingKeys.allCases.map(\.rawValue) }

  /// σ (TD3: 0.2 of −1…1).
  public var deviation: Double
  /// c, the largest change (TD3: 0.5 of −1…1).
  public var clip: Double

  /// Noise; the defaults are TD3's.
  public init(deviation: Double = 0.1, clip: Double = 0.25) {
    self.deviation = deviation
    self.clip = clip
  }

  /// Reads the fields that are there; the others keep their defaults.
  public init(from decoder: any Decoder) throws {
    self.init()
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    deviation = try fields.decodeIfPresent(Double.self, forKey: .deviation) ?? deviation
    clip = try fields.decodeIfPresent(Double.self, forKey: .clip) ?? clip
  }

  /// An action's component in 0…1 with noise, again in 0…1.
  func applied(to action: Float, using generator: inout SeededGenerator) -> Float {
    let noise = generator.normal(mean: 0, standardDeviation: deviation)
    return min(max(action + Float(min(max(noise, -clip), clip)), 0), 1)
  }
}
