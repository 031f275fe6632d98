public import Tensors

/// The whole numbers that a linear quantiser of some bits has, and the grid they make with a scale.
///
/// Unsigned: 0 … 2^b − 1. Signed: −2^(b−1) … 2^(b−1) − 1, and with one bit the two levels −1 and 1, since
/// −1 and 0 would leave nothing of what is positive. No number of bits asks for a division by zero.
public struct QuantizationLevels: Hashable, Sendable {
  /// The bits that there can be.
  public static let bitRange = 1...16
  /// The bits of a level.
  public let bits: Int
  /// Whether levels lie on both sides of zero.
  public let isSigned: Bool

  /// Levels, nil where the number of bits is not in `bitRange`.
  public init?(bits: Int, isSigned: Bool) {
    guard Self.bitRange.contains(bits) else { return nil }
    self.bits = bits
    self.isSigned = isSigned
  }

  /// Whether the levels are −1 and 1 alone.
  public var isBinary: Bool { isSigned && bits == 1 }

  /// The lowest level in units of the scale.
  public var lowest: Int { isBinary ? -1 : isSigned ? -(1 << (bits - 1)) : 0 }

  /// The highest level in units of the scale: what a clip is divided by.
  public var highest: Int { isBinary ? 1 : isSigned ? (1 << (bits - 1)) - 1 : (1 << bits) - 1 }

  /// The grid of values under a scale; nil for a scale that is no positive number.
  public func grid(scale: Float) -> Kernels.Grid? {
    guard scale > 0, scale.isFinite else { return nil }
    if isBinary {
      // −1 and 1 are two apart: (k + ½) · 2 for k = −1 and 0.
      return Kernels.Grid(step: 2 * scale, offset: 0.5, lowest: -1, highest: 0)
    }
    return Kernels.Grid(step: scale, lowest: Float(lowest), highest: Float(highest))
  }
}

extension Kernels.Grid {
  /// The grid that fusion left in a node, nil where there is none.
  init?(fusedInto node: Node) {
    guard case .floats(let numbers)? = node.attributes["fused_grid"], numbers.count == 4 else {
      return nil
    }
    self.init(step: numbers[0], offset: numbers[1], lowest: numbers[2], highest: numbers[3])
  }

  /// The grid as the attribute `fused_grid`.
  var attribute: Attribute { .floats([step, offset, lowest, highest]) }
}
