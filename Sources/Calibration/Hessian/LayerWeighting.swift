import Foundation

/// How much each layer's error counts in the loss.
public enum LayerWeighting: String, Hashable, Sendable, CaseIterable {
  /// By the order of magnitude of the trace, w ∝ 1 + log₁₀(T / T_min): a layer ten times as sensitive
  /// counts once more.
  ///
  /// Source: EPTQ (arXiv 2309.11531, first version), which takes log₁₀(T / T_min); that leaves the least
  /// sensitive layer without any weight.
  case logarithmic
  /// By the trace, w ∝ T: the second-order estimate of what the output loses.
  case proportional
  /// By the trace of each image: w ∝ T as `proportional`, and each image counts at each layer by its own
  /// trace against the mean of all.
  ///
  /// Source: EPTQ's second version, "sample-layer attention", with the squared norm over the whole value
  /// instead of the largest channel's.
  case samples
  /// All the same.
  case uniform

  /// Weights that add up to 1.
  ///
  /// - Parameter traces: estimated traces, none negative; a trace of 0 counts as the smallest positive one.
  public func weights(_ traces: [Double]) -> [Double] {
    let least = traces.filter { $0 > 0 && $0.isFinite }.min() ?? 1
    let raw = traces.map { trace -> Double in
      let trace = trace.isFinite ? max(trace, least) : least
      switch self {
      case .logarithmic: return 1 + log10(trace / least)
      case .proportional, .samples: return trace
      case .uniform: return 1
      }
    }
    let sum = raw.reduce(0, +)
    return raw.map { $0 / sum }
  }
}
