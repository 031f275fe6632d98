import Foundation
public import Reinforcement
import Tensors

/// An inverted pendulum: keep a rod upright that begins near the top and falls if nobody pushes.
///
///     θ̈ = (g/l)·sin θ + u/(m·l²)        g = 9.81, l = 0.5 m, m = 0.2 kg, Δt = 0.02 s
///     reward = 1 − (θ/0.5)²             θ = 0 upright
///
/// An episode terminates when |θ| > 0.5 rad and is cut off after `seconds`: an option of its file.
public final class InvertedPendulum: Environment {
  /// θ in rad and θ̇ in rad/s.
  public let observationSpace = BoxSpace(-1...1, -20...20)
  /// The torque u in N·m.
  public let actionSpace = BoxSpace(count: 1, in: -0.5...0.5)

  private let longest: Int
  private var angle = 0.0
  private var speed = 0.0
  private var stepsLeft = 0

  /// A pendulum whose episodes last at most `seconds`.
  public init(seconds: Double = 4) {
    longest = Int(min(max(seconds, 0.02), 1000) / 0.02)
  }

  /// Begins with θ uniform in −0.2…0.2, at rest.
  public func reset(seed: UInt64) -> EpisodeStart {
    var generator = SeededGenerator(seed: seed)
    angle = generator.uniform(in: -0.2...0.2)
    speed = 0
    stepsLeft = longest
    return EpisodeStart(observation: [angle, speed])
  }

  /// Applies a torque for 0.02 s.
  ///
  /// - Throws: `EnvironmentError` for a step after the end or an action that is none.
  public func step(_ action: [Double]) throws -> Transition {
    guard stepsLeft > 0 else { throw EnvironmentError.episodeIsOver }
    let action = try actionSpace.checked(action)
    speed += (9.81 / 0.5 * sin(angle) + action[0] / (0.2 * 0.25)) * 0.02
    speed = min(max(speed, -20), 20)
    angle = min(max(angle + speed * 0.02, -1), 1)
    let hasFallen = abs(angle) > 0.5
    stepsLeft = hasFallen ? 0 : stepsLeft - 1
    let reward = hasFallen ? 0 : 1 - angle * angle / 0.25
    return Transition(
      observation: [angle, speed], reward: reward, terminated: hasFallen,
      truncated: !hasFallen && stepsLeft == 0, executedAction: action)
  }
}
