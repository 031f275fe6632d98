import Hardware
import Reinforcement

/// What a check found out about one rule of a contract.
public struct RuleOutcome: Equatable, Sendable {
  /// The rule, as a sentence.
  public let rule: String
  /// What became of it.
  public let state: State

  /// What may become of a rule.
  public enum State: Equatable, Sendable {
    /// It was tried and nothing was found against it.
    case holds
    /// It does not hold: the rule with what was found, as a sentence.
    case broken(String)
    /// Nobody knows: why it was not tried.
    case untried(String)
  }

  /// The rules of environments.
  static func all(_ report: EnvironmentContract.Report) -> [RuleOutcome] {
    EnvironmentContract.Rule.allCases.map { rule in
      RuleOutcome(
        rule: rule.rawValue,
        broken: report.violations.first { $0.rule == rule }?.description,
        untried: report.untried[rule])
    }
  }

  /// The rules of evaluators.
  static func all(_ report: EvaluatorContract.Report) -> [RuleOutcome] {
    EvaluatorContract.Rule.allCases.map { rule in
      RuleOutcome(
        rule: rule.rawValue,
        broken: report.violations.first { $0.rule == rule }?.description,
        untried: report.tried.contains(rule) ? nil : "the evaluator failed before")
    }
  }

  /// The rules of cost models.
  static func all(_ report: CostModelCheck.Report) -> [RuleOutcome] {
    CostModelViolation.Rule.allCases.map { rule in
      let violation = report.violations.first { $0.rule == rule }
      return RuleOutcome(
        rule: rule.sentence,
        broken: violation.map { violation in
          "not so: \(rule.sentence) (\(violation.workload.operation.rawValue) "
            + "\(violation.workload.inputChannels) → \(violation.workload.outputChannels) channels at "
            + "\(violation.bits) bits: \(violation.found))"
        }, untried: report.untried[rule])
    }
  }

  private init(rule: String, broken: String?, untried: String?) {
    self.rule = rule
    state = broken.map { .broken($0) } ?? untried.map { .untried($0) } ?? .holds
  }
}

extension [RuleOutcome] {
  /// The rules that were tried.
  var tried: [String] {
    compactMap { outcome in
      if case .untried = outcome.state { return nil }
      return outcome.rule
    }
  }

  /// The sentences of those that are broken.
  var violations: [String] {
    compactMap { outcome in
      guard case .broken(let sentence) = outcome.state else { return nil }
      return sentence
    }
  }
}
