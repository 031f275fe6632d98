/// What a check has found so far: rules that were tried, broken, or could not be tried.
struct ContractFindings {
  typealias Rule = EnvironmentContract.Rule

  private var violations: [EnvironmentContract.Violation] = []
  private var tried: Set<Rule> = []
  private var reasons: [Rule: String] = [:]

  /// A rule is held against something that was done.
  mutating func trying(_ rule: Rule) { tried.insert(rule) }

  /// A rule does not hold; only the first finding is kept.
  mutating func broken(_ rule: Rule, _ found: String) {
    tried.insert(rule)
    guard !violations.contains(where: { $0.rule == rule }) else { return }
    violations.append(EnvironmentContract.Violation(rule: rule, found: found))
  }

  /// A rule could not be tried; it may be later.
  mutating func untried(_ rule: Rule, _ reason: String) {
    if reasons[rule] == nil { reasons[rule] = reason }
  }

  /// The check is over: what nobody came to has this reason.
  mutating func skip(_ reason: String) {
    for rule in Rule.allCases { untried(rule, reason) }
  }

  /// All of it.
  var report: EnvironmentContract.Report {
    EnvironmentContract.Report(
      violations: violations, untried: reasons.filter { !tried.contains($0.key) })
  }
}
