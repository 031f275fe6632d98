/// What an environment tells beside observation and reward, by name.
public typealias Info = [String: InfoValue]

/// A value of `Info`: what JSON can say.
public enum InfoValue: Equatable, Sendable {
  /// Nothing.
  case null
  /// A truth value.
  case truth(Bool)
  /// A number.
  case number(Double)
  /// A text.
  case text(String)
  /// Values in order.
  case list([InfoValue])
  /// Values by name.
  case table(Info)

  /// The number, when it is one.
  public var number: Double? {
    guard case .number(let value) = self else { return nil }
    return value
  }

  /// The truth value, when it is one.
  public var truth: Bool? {
    guard case .truth(let value) = self else { return nil }
    return value
  }

  /// The text, when it is one.
  public var text: String? {
    guard case .text(let value) = self else { return nil }
    return value
  }

  /// The list, when it is one.
  public var list: [InfoValue]? {
    guard case .list(let value) = self else { return nil }
    return value
  }

  /// The table, when it is one.
  public var table: Info? {
    guard case .table(let value) = self else { return nil }
    return value
  }
}

extension InfoValue: Codable {
  /// Reads whatever JSON value is there.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let truth = try? container.decode(Bool.self) {
      self = .truth(truth)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([InfoValue].self) {
      self = .list(list)
    } else {
      self = .table(try container.decode(Info.self))
    }
  }

  /// Writes the value as JSON has it.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .truth(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let value): try container.encode(value)
    case .table(let value): try container.encode(value)
    }
  }
}

extension InfoValue: ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByStringLiteral
{
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .truth(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// A number.
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  /// A text.
  public init(stringLiteral value: String) { self = .text(value) }
}
