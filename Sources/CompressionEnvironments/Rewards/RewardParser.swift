import Foundation

/// Reads a reward's text.
///
///     sum     = product { ("+" | "-") product }
///     product = factor { ("*" | "/") factor }
///     factor  = "-" factor | number | name | name "(" sum { "," sum } ")" | "(" sum ")"
struct RewardParser {
  private let characters: [Character]
  private var position = 0
  private var depth = 0

  /// How deeply parentheses and signs may be nested.
  private static let deepest = 64
  /// How many parts there may be: every operation is one, and each nests the tree.
  private static let mostParts = 1000
  private var parts = 0

  init(_ text: String) {
    characters = Array(text)
  }

  mutating func parse() throws(RewardError) -> RewardExpression.Node {
    let tree = try sum()
    skipSpaces()
    guard position == characters.count else { throw failure("an operator or the end") }
    return tree
  }

  private mutating func sum() throws(RewardError) -> RewardExpression.Node {
    var left = try product()
    while let sign = take(oneOf: "+-") {
      let right = try product()
      left = sign == "+" ? .sum(left, right) : .difference(left, right)
    }
    return left
  }

  private mutating func product() throws(RewardError) -> RewardExpression.Node {
    var left = try factor()
    while let sign = take(oneOf: "*/") {
      let right = try factor()
      left = sign == "*" ? .product(left, right) : .quotient(left, right)
    }
    return left
  }

  private mutating func factor() throws(RewardError) -> RewardExpression.Node {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw failure("at most \(Self.deepest) nested parts") }
    parts += 1
    guard parts <= Self.mostParts else { throw failure("at most \(Self.mostParts) parts in all") }
    if take(oneOf: "-") != nil { return .negative(try factor()) }
    if take(oneOf: "(") != nil {
      let inner = try sum()
      guard take(oneOf: ")") != nil else { throw failure("')'") }
      return inner
    }
    skipSpaces()
    guard position < characters.count else { throw failure("a number, a name or '('") }
    return characters[position].isLetter ? try named() : try number()
  }

  private mutating func number() throws(RewardError) -> RewardExpression.Node {
    let start = position
    var text = ""
    while position < characters.count {
      let next = characters[position]
      let isExponentSign = "+-".contains(next) && "eE".contains(text.last ?? " ")
      guard next.isASCII, next.isNumber || ".eE".contains(next) || isExponentSign else { break }
      text.append(next)
      position += 1
    }
    guard let number = Double(text), number.isFinite else {
      position = start
      throw failure("a number, a name or '('")
    }
    return .number(number)
  }

  private mutating func named() throws(RewardError) -> RewardExpression.Node {
    let start = position
    var name = ""
    while position < characters.count, characters[position].isLetter || characters[position] == "_"
    {
      name.append(characters[position])
      position += 1
    }
    guard take(oneOf: "(") != nil else {
      guard let variable = RewardExpression.Variable(rawValue: name) else {
        position = start
        throw failure(Self.list(RewardExpression.Variable.allCases.map(\.rawValue)))
      }
      return .variable(variable)
    }
    guard let function = RewardExpression.Function(rawValue: name) else {
      position = start
      throw failure(Self.list(RewardExpression.Function.allCases.map(\.rawValue)))
    }
    var arguments = [try sum()]
    while take(oneOf: ",") != nil { arguments.append(try sum()) }
    guard arguments.count == function.argumentCount else {
      throw failure("\(function.argumentCount) numbers for \(name)")
    }
    guard take(oneOf: ")") != nil else { throw failure("')'") }
    return .call(function, arguments)
  }

  private mutating func take(oneOf signs: String) -> Character? {
    skipSpaces()
    guard position < characters.count, signs.contains(characters[position]) else { return nil }
    defer { position += 1 }
    return characters[position]
  }

  private mutating func skipSpaces() {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
  }

  private func failure(_ expected: String) -> RewardError {
    let rest = String(characters[position...].prefix(20))
    return RewardError(
      text: String(characters), place: position + 1, expected: expected,
      found: rest.isEmpty ? "the end" : "'\(rest)'")
  }

  private static func list(_ names: [String]) -> String {
    "one of " + names.joined(separator: ", ")
  }
}

/// A reward's text that cannot be read.
public struct RewardError: Error, Equatable, CustomStringConvertible {
  /// The whole text.
  public let text: String
  /// The place of the mistake, counted from 1.
  public let place: Int
  /// What may stand there.
  public let expected: String
  /// What stands there.
  public let found: String

  /// One sentence for the user.
  public var description: String {
    "the reward '\(text)' at character \(place): expected \(expected), found \(found)"
  }
}

extension Double {
  /// The natural logarithm.
  var logarithm: Double { Foundation.log(self) }
  /// e to this power.
  var exponential: Double { Foundation.exp(self) }
}
