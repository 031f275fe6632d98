import Foundation
import Tensors

/// Gymnasium's Pendulum-v1: swing a rod up and hold it there; the standard check of an agent.
///
///     θ̈ = 3g/(2l)·sin θ + 3/(ml²)·u        g = 10, m = 1, l = 1, Δt = 0.05 s
///     reward = −(θ² + 0.1·θ̇² + 0.001·u²)     θ in −π…π, 0 upright
///
/// Observation: cos θ, sin θ, θ̇ with |θ̇| ≤ 8. Action: the torque u with |u| ≤ 2. An episode is cut
/// off after 200 steps and never terminates. Random torque earns about −1226, a trained agent −150.
public final class Pendulum: Environment {
  /// cos θ, sin θ and θ̇ in rad/s.
  public let observationSpace = BoxSpace(-1...1, -1...1, -8...8)
  /// The torque in N·m.
  public let actionSpace = BoxSpace(count: 1, in: -2...2)

  private var angle = 0.0
  private var speed = 0.0
  private var stepsLeft = 0

  /// A pendulum.
  public init() {}

  /// Begins with θ uniform in −π…π and θ̇ uniform in −1…1.
  public func reset(seed: UInt64) -> EpisodeStart {
    var generator = SeededGenerator(seed: seed)
    angle = generator.uniform(in: -Double.pi...Double.pi)
    speed = generator.uniform(in: -1...1)
    stepsLeft = 200
    return EpisodeStart(observation: observation)
  }

  /// Applies a torque for 0.05 s.
  ///
  /// - Throws: `EnvironmentError` for a step after the end or an action that is none.
  public func step(_ action: [Double]) throws -> Transition {
    guard stepsLeft > 0 else { throw EnvironmentError.episodeIsOver }
    let action = try actionSpace.checked(action)
    let torque = action[0]
    let upright = angle - 2 * Double.pi * ((angle + Double.pi) / (2 * Double.pi)).rounded(.down)
    let cost = upright * upright + 0.1 * speed * speed + 0.001 * torque * torque
    speed += (15 * sin(angle) + 3 * torque) * 0.05
    speed = min(max(speed, -8), 8)
    angle += speed * 0.05
    stepsLeft -= 1
    return Transition(
      observation: observation, reward: -cost, truncated: stepsLeft == 0, executedAction: action)
  }

  private var observation: [Double] { [cos(angle), sin(angle), speed] }
}
