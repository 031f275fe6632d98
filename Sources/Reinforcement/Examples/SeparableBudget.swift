import Foundation
import Tensors

/// A task with a known optimum: keep ratios k of layers under a linear budget that is met exactly.
///
///     maximise  0.9 − Σ sₜ·(1 − kₜ)^pₜ     subject to  Σ cₜ·kₜ = 0.5·Σ cₜ,  0.1 ≤ kₜ ≤ 1
///
/// Costs c and sensitivities s, p > 1 are drawn from a seed, so that the sum is concave and keeping
/// half of everything loses 0.3. One layer is decided after another; each ratio is moved to where
/// the layers left can still meet the budget, so that the last one has no choice. Only the last
/// step is rewarded. An observation has the layer's position and features, what is left, and the
/// last action, but not the sensitivities.
public final class SeparableBudget: Environment {
  /// Nine components in 0…1.
  public let observationSpace: BoxSpace
  /// One keep ratio.
  public let actionSpace = BoxSpace(0.1...1)
  /// c by layer.
  public let costs: [Double]
  /// s by layer.
  public let sensitivities: [Double]
  /// p by layer.
  public let powers: [Double]
  private let features: [[Double]]
  private var kept: [Double]?

  /// A task; it has at least two layers.
  public init(layers: Int, seed: UInt64) {
    let layers = max(layers, 2)
    var stream = RandomStreams(seed: seed).stream("separable budget")
    costs = (0..<layers).map { _ in stream.uniform(in: 0.3...1) }
    powers = (0..<layers).map { _ in stream.uniform(in: 1.5...3) }
    let raw = (0..<layers).map { _ in exp(stream.normal(standardDeviation: 1)) }
    let uniformLoss = zip(raw, powers).reduce(0) { $0 + $1.0 * pow(0.5, $1.1) }
    sensitivities = raw.map { 0.3 * $0 / uniformLoss }
    features = (0..<layers).map { _ in (0..<4).map { _ in stream.uniform() } }
    observationSpace = BoxSpace(count: 9, in: 0...1)
  }

  /// What the kept parts cost in all.
  public var budget: Double { 0.5 * costs.reduce(0, +) }

  /// Begins with nothing decided; the seed changes nothing.
  public func reset(seed: UInt64) -> EpisodeStart {
    kept = []
    return EpisodeStart(observation: observation([]))
  }

  /// Decides one layer.
  ///
  /// - Throws: `EnvironmentError` for a step after the end or an action that is none.
  public func step(_ action: [Double]) throws -> Transition {
    guard var kept, kept.count < costs.count else { throw EnvironmentError.episodeIsOver }
    let ratio = bounded(try actionSpace.checked(action)[0], after: kept)
    kept.append(ratio)
    self.kept = kept
    let ended = kept.count == costs.count
    return Transition(
      observation: observation(kept), reward: ended ? reward(kept) : 0, terminated: ended,
      info: ended ? ["cost": .number(cost(kept))] : [:], executedAction: [ratio])
  }

  /// The reward of ratios for all layers.
  public func reward(_ kept: [Double]) -> Double {
    0.9 - kept.indices.reduce(0) { $0 + sensitivities[$1] * pow(1 - kept[$1], powers[$1]) }
  }

  /// Σ c·k of ratios for the first layers or all.
  public func cost(_ kept: [Double]) -> Double { zip(kept, costs).reduce(0) { $0 + $1.0 * $1.1 } }

  private func bounded(_ ratio: Double, after kept: [Double]) -> Double {
    let layer = kept.count
    let rest = costs[(layer + 1)...].reduce(0, +)
    let left = budget - cost(kept)
    let least = max((left - rest) / costs[layer], 0.1)
    let most = min((left - 0.1 * rest) / costs[layer], 1)
    return min(max(min(max(ratio, least), most), 0.1), 1)
  }

  private func observation(_ kept: [Double]) -> [Double] {
    let layer = min(kept.count, costs.count - 1)
    let total = costs.reduce(0, +)
    let passed = zip(kept, costs).reduce(0) { $0 + (1 - $1.0) * $1.1 }
    let rest = costs[min(kept.count + 1, costs.count)...].reduce(0, +)
    return [Double(layer) / Double(costs.count - 1), costs[layer]] + features[layer].prefix(4)
      + [passed / total, rest / total, kept.last ?? 1]
  }

  /// The best reward: where marginal losses per cost are equal (water filling), by bisection.
  ///
  ///     sₜ·pₜ·(1 − kₜ)^(pₜ−1) = λ·cₜ
  public var optimum: Double {
    func ratios(_ price: Double) -> [Double] {
      costs.indices.map { layer in
        let p = powers[layer]
        let removed = pow(price * costs[layer] / (sensitivities[layer] * p), 1 / (p - 1))
        return min(max(1 - removed, 0.1), 1)
      }
    }
    var (low, high) = (0.0, 1e3)
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if cost(ratios(middle)) > budget { low = middle } else { high = middle }
    }
    return reward(ratios(high))
  }
}
