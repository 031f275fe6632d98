import CompressionPolicies
public import Datasets

/// Which images serve which end where data come in one piece: the field `split` of an environment file.
///
/// Each part is written as in a data specification's `modulo`: `"calibration": "0of5"`.
public struct DataParts: Equatable, Sendable {
  /// What reconstruction and fine-tuning look at.
  public let calibration: Residues
  /// What candidates are measured on.
  public let validation: Residues
  /// What no part of a search sees; nil where there is no such part.
  public let test: Residues?
}

extension DataParts: JSONRepresentable {
  /// Reads the parts; no image may be in two.
  public init(_ reader: JSONReader) throws(JSONError) {
    try reader.refuseFields(otherThan: ["calibration", "validation", "test"])
    calibration = try Self.residues(reader, "calibration")
    validation = try Self.residues(reader, "validation")
    test = try reader["test"] == nil ? nil : Self.residues(reader, "test")
    let parts = [calibration, validation] + (test.map { [$0] } ?? [])
    for (position, part) in parts.enumerated() {
      if let other = parts[..<position].first(where: part.overlaps) {
        throw .wrongType(
          path: reader.path, expected: "parts without a common image",
          found: "\(other) and \(part)")
      }
    }
  }

  private static func residues(_ reader: JSONReader, _ key: String) throws(JSONError) -> Residues {
    let text: String = try reader.read(key)
    guard let residues = Residues(text) else {
      throw .wrongType(
        path: reader.path.appending(key), expected: Residues.expected, found: "'\(text)'")
    }
    return residues
  }

  /// Every part there is.
  public var json: JSONValue {
    .object(omittingNil: [
      "calibration": calibration.description.json, "validation": validation.description.json,
      "test": test?.description.json,
    ])
  }
}
