public import Compression
public import Networks

/// What one decision of a search for bits is about.
public enum Operand: String, Sendable {
  /// How many channels of a group stay.
  case channels
  /// The bits of a layer's weights.
  case weights
  /// The bits of the activations that a layer reads.
  case activations
}

/// A space whose decisions are about operands of layers: bits, and in a joint search channels too.
public protocol OperandSpace: SearchSpace {
  /// What each decision is about.
  var operands: [Operand] { get }

  /// The choices with as many bits everywhere, or the nearest that there are, and all channels.
  func uniform(_ bits: Int) -> [Int]

  /// The choices of one decision whose effect is worth measuring, rising; what lies between follows from
  /// them.
  func probes(of decision: Int) -> [Int]

  /// The network with one decision alone carried out and all else as it came.
  ///
  /// - Throws: what cutting and quantising throw.
  func network(deciding decision: Int, as choice: Int) throws -> Graph
}

extension OperandSpace {
  /// As many bits everywhere are compared with as they are.
  public var fillsProfiles: Bool { false }

  /// The cost in every quantity that is counted.
  public func cost(_ choices: [Int]) -> NetworkCost {
    NetworkCost { quantities.contains($0) ? cost(choices, in: $0) : nil }
  }
}
