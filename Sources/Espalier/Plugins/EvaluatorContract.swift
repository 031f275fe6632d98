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

  /// What became of every rule: broken, never tried, or else it holds.
  public struct Report: Equatable, Sendable {
    /// The broken rules.
    public fileprivate(set) var violations: [Violation] = []
    /// The rules that were held against a measurement.
    public fileprivate(set) var tried: Set<Rule> = []

    fileprivate mutating func broken(_ rule: Rule, _ found: String) {
      violations.append(Violation(rule: rule, found: found))
    }
  }

  /// Measures a network four times and reports every broken rule.
  public static func check(_ evaluator: any Evaluator, on graph: Graph) -> [Violation] {
    report(on: evaluator, measuring: graph).violations
  }

  /// Measures a network four times and tells of every rule.
  public static func report(on evaluator: any Evaluator, measuring graph: Graph) -> Report {
    var report = Report()
    report.tried.insert(.nothingThrows)
    do {
      let quality = try evaluator.evaluate(graph)
      report.tried.insert(.qualityIsFinite)
      guard quality.isFinite else {
        report.broken(.qualityIsFinite, "\(quality)")
        return report
      }
      let again = try evaluator.evaluate(graph)
      report.tried.insert(.deterministic)
      if again != quality { report.broken(.deterministic, "\(quality), then \(again)") }
      for threshold in [quality - 1, quality + 1] {
        let early = try evaluator.evaluate(graph, unlessBelow: threshold)
        report.tried.insert(.thresholdIsKept)
        guard early != quality, !(early < threshold && quality < threshold) else { continue }
        report.broken(.thresholdIsKept, "\(quality), and \(early) with the threshold \(threshold)")
        break
      }
    } catch {
      report.broken(.nothingThrows, "\(error)")
    }
    return report
  }
}
