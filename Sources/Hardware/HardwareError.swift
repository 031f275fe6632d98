/// What can be wrong with a device, a layer on it, or a table of costs.
public enum HardwareError: Error, Equatable, Sendable {
  /// A layer's field is impossible.
  case workload(field: String, expected: String, found: String)
  /// A file about hardware is not what it should be; `place` names the field, the row or the constant.
  case file(name: String, place: String, expected: String, found: String)
  /// A device's constant is missing, unknown or out of range.
  case constant(device: String, name: String, expected: String, found: String)
  /// A device lacks bits.
  case unsupportedBits(device: String, operand: String, bits: Int, supported: String)
  /// A device cannot run a layer at all.
  case unsupportedLayer(device: String, layer: String, reason: String)
  /// An overlay or array needs more of its device than there is.
  case doesNotFit(device: String, resource: String, needed: Int, available: Int)
  /// A model that lies outside, such as a simulator of one's own, failed.
  case model(device: String, reason: String)
  /// A table of costs says nothing about a layer.
  case missingEntry(table: String, layer: String, wanted: String, covered: Int, of: Int)
}

extension HardwareError: CustomStringConvertible {
  /// One sentence.
  public var description: String {
    switch self {
    case .workload(let field, let expected, let found):
      "a layer's \(field): expected \(expected), found \(found)"
    case .file(let name, let place, let expected, let found):
      "\(name): \(place): expected \(expected), found \(found)"
    case .constant(let device, let name, let expected, let found):
      "device '\(device)': constant '\(name)': expected \(expected), found \(found)"
    case .unsupportedBits(let device, let operand, let bits, let supported):
      "device '\(device)' has no \(bits)-bit \(operand), only \(supported)"
    case .unsupportedLayer(let device, let layer, let reason):
      "device '\(device)' cannot run '\(layer)': \(reason)"
    case .doesNotFit(let device, let resource, let needed, let available):
      "device '\(device)' has \(available) \(resource), and \(needed) are needed"
    case .model(let device, let reason):
      "device '\(device)': \(reason)"
    case .missingEntry(let table, let layer, let wanted, let covered, let total):
      "table '\(table)' has no entry for layer '\(layer)' with \(wanted); "
        + "it covers \(covered) of the network's \(total) layers"
    }
  }
}
