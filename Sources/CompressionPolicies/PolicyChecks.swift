/// Collects the rules that a policy breaks; a field that is nil breaks none.
struct PolicyChecks {
  private(set) var violations: [PolicyError] = []

  /// Notes a rule as broken unless it holds.
  mutating func require(
    _ holds: Bool, _ rule: PolicyRule, _ path: JSONPath, found: @autoclosure () -> String
  ) {
    if !holds { violations.append(.broken(rule, path: path, found: found())) }
  }

  mutating func name(_ name: String?, _ path: JSONPath) {
    guard let name else { return }
    require(!name.isEmpty, .namesAreNotEmpty, path, found: "\"\"")
  }

  mutating func baseName(_ name: String?, _ path: JSONPath) {
    guard let name else { return }
    self.name(name, path)
    let isPath = name == "." || name == ".." || name.contains { $0 == "/" || $0 == "\\" }
    require(!isPath, .namesHoldNoPath, path, found: "\"\(name)\"")
  }

  mutating func count(_ count: Int, _ path: JSONPath) {
    require(count >= 0, .countsAreNotNegative, path, found: "\(count)")
  }

  mutating func extent(_ extent: Int?, _ path: JSONPath) {
    guard let extent else { return }
    require(extent >= 1, .extentsArePositive, path, found: "\(extent)")
  }

  mutating func finite(_ value: Double?, _ path: JSONPath) {
    guard let value else { return }
    require(value.isFinite, .measurementsAreFinite, path, found: "\(value)")
  }

  mutating func cost(_ value: Double?, _ path: JSONPath) {
    guard let value else { return }
    finite(value, path)
    require(!(value < 0), .measurementsAreNotNegative, path, found: "\(value)")
  }

  mutating func percentage(_ value: Double?, _ path: JSONPath) {
    guard let value else { return }
    require((0...100).contains(value), .percentagesAreInRange, path, found: "\(value)")
  }
}
