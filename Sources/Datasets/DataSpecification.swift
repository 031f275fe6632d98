import Foundation

/// The part of a data set that is meant.
public enum DataSplit: String, CaseIterable, Codable, Sendable {
  case train, validation, test
}

/// Which data to use, as users write it: `scheme:path,split=test,limit=500`.
///
/// In files it is the same text.
public struct DataSpecification: Equatable, Sendable, CustomStringConvertible {
  /// Where data can come from.
  public enum Scheme: String, CaseIterable, Sendable {
    case cifar10, idx, npy, glyphs, images

    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// The parts that data of this kind have.
    public var splits: [DataSplit] {
      self == .glyphs ? [.train, .validation, .test] : [.train, .test]
    }
  }

  static let fields = ["split", "modulo", "limit", "seed"]
  static var fieldNames: String { fields.joined(separator: ", ") }

  /// Where the data come from.
  public var scheme: Scheme
  /// The folder that holds them; empty for data that are made, not read.
  public var path: String
  /// The part that is meant, or nil when the reader of the specification chooses.
  public var split: DataSplit?
  /// Which images of that part are meant by their number, or nil for all; `limit` counts what is left.
  public var modulo: Residues?
  /// How many images to use from the first on, or nil for all.
  public var limit: Int?
  /// The seed of data that are made, or nil for the usual one.
  public var seed: UInt64?

  /// A specification from its fields, as they are.
  public init(
    scheme: Scheme, path: String = "", split: DataSplit? = nil, modulo: Residues? = nil,
    limit: Int? = nil, seed: UInt64? = nil
  ) {
    self.scheme = scheme
    self.path = path
    self.split = split
    self.modulo = modulo
    self.limit = limit
    self.seed = seed
  }

  /// A specification from its text.
  ///
  /// - Throws: `DatasetError.specification`, which names the scheme or field at fault.
  public init(_ text: String) throws(DatasetError) {
    do {
      try self.init(parsing: text)
    } catch {
      throw .specification(error)
    }
  }

  private init(parsing text: String) throws(DataSpecificationError) {
    guard let colon = text.firstIndex(of: ":") else { throw .missingScheme(text: text) }
    let name = String(text[..<colon])
    guard let scheme = Scheme(rawValue: name) else {
      let known = Scheme.allCases.map(\.rawValue)
      throw .unknownScheme(name: name, near: nearNames(to: name, among: known))
    }
    guard scheme != .images else { throw .notBuiltIn(scheme: name) }
    let parts = text[text.index(after: colon)...].split(
      separator: ",", omittingEmptySubsequences: false)
    self.init(scheme: scheme, path: parts.first.map(String.init) ?? "")
    if scheme == .glyphs {
      guard path.isEmpty else { throw .unexpectedPath(scheme: name, path: path) }
    } else {
      guard !path.isEmpty else { throw .missingPath(scheme: name) }
    }
    var seen: Set<String> = []
    for part in parts.dropFirst() {
      guard let equals = part.firstIndex(of: "="), equals > part.startIndex else {
        throw .malformedField(text: String(part))
      }
      let field = String(part[..<equals])
      guard seen.insert(field).inserted else { throw .repeatedField(name: field) }
      try set(field, to: String(part[part.index(after: equals)...]))
    }
  }

  private mutating func set(_ field: String, to value: String) throws(DataSpecificationError) {
    switch field {
    case "split":
      guard let split = DataSplit(rawValue: value), scheme.splits.contains(split) else {
        let known = scheme.splits.map(\.rawValue).joined(separator: " or ")
        throw .badValue(field: field, value: value, expected: known)
      }
      self.split = split
    case "modulo":
      guard let modulo = Residues(value) else {
        throw .badValue(field: field, value: value, expected: Residues.expected)
      }
      self.modulo = modulo
    case "limit":
      guard let limit = Int(value), limit > 0 else {
        throw .badValue(field: field, value: value, expected: "a positive number of images")
      }
      self.limit = limit
    case "seed":
      guard scheme == .glyphs else {
        throw .fieldOfAnotherScheme(field: field, scheme: scheme.rawValue)
      }
      guard let seed = UInt64(value) else {
        throw .badValue(field: field, value: value, expected: "a number from 0 on")
      }
      self.seed = seed
    default:
      throw .unknownField(name: field, near: nearNames(to: field, among: Self.fields))
    }
  }

  /// The text that parses to this specification.
  public var description: String { text(path: path) }

  /// The text with the folder's own name in place of its path: for files that go to other machines.
  public var nameWithoutPath: String {
    text(path: path.isEmpty ? "" : URL(fileURLWithPath: path).lastPathComponent)
  }

  /// The specification with an absolute path, which means the same from any working directory.
  public var absolute: DataSpecification {
    var absolute = self
    if !path.isEmpty { absolute.path = folder.absoluteURL.standardizedFileURL.path }
    return absolute
  }

  /// The folder, `~` understood, relative to the working directory.
  var folder: URL {
    URL(fileURLWithPath: (path as NSString).expandingTildeInPath, isDirectory: true)
  }

  private func text(path: String) -> String {
    var text = "\(scheme.rawValue):\(path)"
    if let split { text += ",split=\(split.rawValue)" }
    if let modulo { text += ",modulo=\(modulo)" }
    if let limit { text += ",limit=\(limit)" }
    if let seed { text += ",seed=\(seed)" }
    return text
  }
}
