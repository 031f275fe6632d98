import CompressionPolicies

/// The layers of a policy with bits, as a table with a small bar for each operand.
struct BitsReport {
  private let policy: CompressionPolicy

  init(_ policy: CompressionPolicy) {
    self.policy = policy
  }

  var text: String {
    let keepsChannels = policy.layers.contains { $0.keptInputChannels != nil }
    var table = TextTable(
      ["layer"] + (keepsChannels ? ["inputs kept", "of"] : [])
        + ["weight bits", "", "activation bits", ""])
    for layer in policy.layers where layer.weightBits != nil || layer.activationBits != nil {
      table.append(
        [layer.name]
          + (keepsChannels
            ? [
              layer.keptInputChannels.map { "\($0)" } ?? "–",
              layer.inputChannels.map { "\($0)" } ?? "–",
            ] : [])
          + Self.cells(layer.weightBits?.value) + Self.cells(layer.activationBits?.value))
    }
    let device = policy.device.map { "\nbits for \($0)" } ?? ""
    return table.text + device
  }

  /// A number of bits and its part of eight; floats have none.
  private static func cells(_ bits: Int?) -> [String] {
    guard let bits, bits <= 8 else { return ["–", ""] }
    return ["\(bits)", TextTable.bar(Double(bits) / 8, cells: 8)]
  }
}

extension TextTable {
  /// A part from 0 to 1 as a bar.
  static func bar(_ part: Double, cells: Int = 20) -> String {
    let full = Int((Double(cells) * min(max(part, 0), 1)).rounded())
    return String(repeating: "█", count: full) + String(repeating: "·", count: cells - full)
  }
}
