import CompressionPolicies

// Fields of an environment file with their ranges.
extension JSONReader {
  /// A name that can be a file's: policies and run directories carry it.
  func baseName(_ key: String) throws(JSONError) -> String {
    let found: String = try read(key)
    let isPath = found.contains { "/\\".contains($0) }
    guard !found.isEmpty, found != ".", found != "..", !isPath else {
      throw .wrongType(
        path: path.appending(key), expected: "a name that is no path", found: "'\(found)'")
    }
    return found
  }

  func positive(_ key: String, default value: Int) throws(JSONError) -> Int {
    let found: Int = try readIfPresent(key) ?? value
    // Beyond the upper bound sums of such numbers could overflow.
    guard (1...1_000_000_000).contains(found) else {
      throw .wrongType(
        path: path.appending(key), expected: "an integer from 1 to 1000000000", found: "\(found)")
    }
    return found
  }

  func part(_ key: String, default value: Double) throws(JSONError) -> Double {
    let found: Double = try readIfPresent(key) ?? value
    guard found > 0, found <= 1 else {
      throw .wrongType(
        path: path.appending(key), expected: "a number above 0 and up to 1", found: "\(found)")
    }
    return found
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, default value: Choice
  ) throws(JSONError) -> Choice where Choice.RawValue == String {
    guard let text: String = try readIfPresent(key) else { return value }
    guard let choice = Choice(rawValue: text) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw .wrongType(path: path.appending(key), expected: known, found: "'\(text)'")
    }
    return choice
  }
}
