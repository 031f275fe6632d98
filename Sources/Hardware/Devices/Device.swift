import Foundation

/// A piece of hardware as a file describes it: a model and every constant the model needs, each with its
/// unit and where it comes from.
///
/// The file is a JSON object:
///
///     { "name": "…", "summary": "…", "model": "bitfusion",
///       "constants": { "clock": { "value": 5e8, "unit": "Hz", "source": "…" }, … } }
///
/// A value is a number, a text, or a list of whole numbers (bits).
public struct Device: Equatable, Sendable {
  /// The name that options use.
  public let name: String
  /// One line for people; empty where the file says none.
  public let summary: String
  /// The name of the cost model; see `DeviceModels`.
  public let model: String
  /// The model's constants by name.
  public private(set) var constants: [String: Constant]

  /// What stands as the model of a device whose costs a child process tells: the field `command` says which.
  public static let process = "process"

  /// A number with its unit and its origin.
  public struct Constant: Equatable, Sendable, Codable {
    /// The value.
    public var value: Value
    /// Its unit, `1` for a plain number.
    public var unit: String
    /// Where the number comes from.
    public var source: String
  }

  /// What a constant can be.
  public enum Value: Equatable, Sendable {
    case number(Double)
    case text(String)
    case list([Int])
  }

  /// A device put together in code.
  public init(name: String, summary: String, model: String, constants: [String: Constant]) {
    self.name = name
    self.summary = summary
    self.model = model
    self.constants = constants
  }

  /// Reads a device's file.
  ///
  /// - Parameter file: the name that messages give it.
  /// - Throws: `HardwareError.file` with the field that is missing or of another kind.
  public init(json: Data, file: String) throws(HardwareError) {
    let written: Written
    do {
      written = try JSONDecoder().decode(Written.self, from: json)
    } catch {
      throw JSONFault.failure(error, in: json, file: file)
    }
    // A program of the user's keeps its constants to itself.
    guard let constants = written.constants ?? (written.model == Self.process ? [:] : nil) else {
      throw .file(
        name: file, place: "field 'constants'", expected: "it to be there",
        found: "something else")
    }
    self.init(
      name: written.name, summary: written.summary ?? "", model: written.model, constants: constants
    )
  }

  /// The same device with `key=value` laid over its constants, as `--set` gives them.
  ///
  /// - Throws: `HardwareError.constant` for a constant that the device does not have, or text that is no
  ///   value of its kind.
  public func setting(_ assignments: [String]) throws(HardwareError) -> Device {
    var device = self
    for assignment in assignments {
      let sides = assignment.split(separator: "=", maxSplits: 1).map(String.init)
      guard sides.count == 2 else {
        throw .constant(
          device: name, name: assignment, expected: "key=value", found: "'\(assignment)'")
      }
      guard let constant = constants[sides[0]] else {
        throw .constant(
          device: name, name: sides[0],
          expected: "one of \(constants.keys.sorted().joined(separator: ", "))",
          found: "no such constant")
      }
      let value = try value(sides[1], like: constant.value, of: sides[0])
      device.constants[sides[0]]?.value = value
      device.constants[sides[0]]?.source = "set by the user"
    }
    return device
  }

  private func value(
    _ text: String, like old: Value, of key: String
  ) throws(HardwareError) -> Value {
    switch old {
    case .text: return .text(text)
    case .number:
      if let number = Double(text), number.isFinite { return .number(number) }
      throw .constant(device: name, name: key, expected: "a number", found: "'\(text)'")
    case .list:
      let parts = text.split(separator: ",").map { Int($0) }
      let numbers = parts.compactMap(\.self)
      if !numbers.isEmpty, numbers.count == parts.count { return .list(numbers) }
      throw .constant(
        device: name, name: key, expected: "whole numbers with commas between", found: "'\(text)'")
    }
  }

  // MARK: - The file

  private struct Written: Decodable {
    let name: String
    let summary: String?
    let model: String
    let constants: [String: Constant]?
  }
}

extension Device.Value: Codable {
  /// Reads a number, a text or a list of whole numbers.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([Int].self) {
      self = .list(list)
    } else {
      throw DecodingError.typeMismatch(
        Self.self, .init(codingPath: decoder.codingPath, debugDescription: "another value"))
    }
  }

  /// Writes the bare value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    case .list(let list): try container.encode(list)
    }
  }
}
