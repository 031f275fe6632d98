public import Compression
public import Networks

/// The rules that every evaluator keeps, each as a sentence, and a check of them.
public enum EvaluatorContract {
  /// A rule.
  public enum Rule: String, CaseIterable, Codable, Sendable {
    case nothingThrows = "a network that can be run is measured without an error"
    case qualityIsFinite = "every quality is a finite number"
    case deterministic = "measured again, a network has the same quality"
    case thresholdIsKept =
      "a measurement that may stop early is exact, or below the threshold like the exact one"
  }

  /// A rule that was broken, and how.
  public struct Violation: Error, Equatable, Sendable, CustomStringConvertible {
    /// The rule.
    public let rule: Rule
    /// What was found.
    public let found: String

    /// The rule and what was found instead.
    public var description: String { "not so: \(rule.rawValue) (\(found))" }
  }

  /// Measures a network four times and reports every broken rule.
  public static func check(_ evaluator: any Evaluator, on graph: Graph) -> [Violation] {
    var violations: [Violation] = []
    do {
      let quality = try evaluator.evaluate(graph)
      guard quality.isFinite else {
        return [Violation(rule: .qualityIsFinite, found: "\(quality)")]
      }
      let again = try evaluator.evaluate(graph)
      if again != quality {
        violations.append(Violation(rule: .deterministic, found: "\(quality), then \(again)"))
      }
      for threshold in [quality - 1, quality + 1] {
        let early = try evaluator.evaluate(graph, unlessBelow: threshold)
        guard early != quality, !(early < threshold && quality < threshold) else { continue }
        violations.append(
          Violation(
            rule: .thresholdIsKept,
            found: "\(quality), and \(early) with the threshold \(threshold)"))
        break
      }
    } catch {
      violations.append(Violation(rule: .nothingThrows, found: "\(error)"))
    }
    return violations
  }
}
