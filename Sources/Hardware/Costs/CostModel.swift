/// Says what a layer costs on a piece of hardware.
///
/// A model is a pure function: the same layer and bits give the same cost. It should not ask for less when
/// bits or channels grow; some published models do, and `CostModelCheck` finds where.
public protocol CostModel: Sendable {
  /// The device's name.
  var device: String { get }

  /// The bits that weights and activations can have, in rising order.
  var supportedBits: SupportedBits { get }

  /// Whether a layer's name decides what it costs; false unless a model says otherwise.
  var knowsLayersByName: Bool { get }

  /// What one layer costs, for its whole batch.
  ///
  /// - Throws: `HardwareError.unsupportedBits` for bits that the device lacks, other cases for layers
  ///   that it cannot run.
  func cost(of workload: Workload, bits: LayerBits) throws(HardwareError) -> Cost

  /// What a layer of a network costs.
  ///
  /// Models that know layers by name, as measured tables do, differ here from `cost(of:bits:)`.
  ///
  /// - Throws: as the other, and `HardwareError.missingEntry`.
  func cost(of layer: LayerWorkload, bits: LayerBits) throws(HardwareError) -> Cost
}

extension CostModel {
  /// Names do not matter.
  public var knowsLayersByName: Bool { false }

  /// What the layer's workload costs.
  public func cost(of layer: LayerWorkload, bits: LayerBits) throws(HardwareError) -> Cost {
    try cost(of: layer.workload, bits: bits)
  }

  /// What a network costs: its layers one after the other.
  ///
  /// - Parameter bits: those of each layer.
  /// - Throws: what the layers throw.
  public func total(of layers: [LayerWorkload], bits: [LayerBits]) throws(HardwareError) -> Cost {
    var total = Cost.zero
    for (layer, bits) in zip(layers, bits) { total = try total + cost(of: layer, bits: bits) }
    return total
  }
}

/// A layer of a network: its name and its work.
public struct LayerWorkload: Hashable, Sendable {
  /// The layer's name in the network.
  public let name: String
  /// Its work.
  public let workload: Workload

  /// A layer.
  public init(_ name: String, _ workload: Workload) {
    self.name = name
    self.workload = workload
  }
}

/// The bits that a device computes with.
public struct SupportedBits: Equatable, Sendable {
  /// Those of weights, in rising order.
  public let weights: [Int]
  /// Those of activations, in rising order.
  public let activations: [Int]

  /// Bits of either, put in order.
  public init(weights: some Sequence<Int>, activations: some Sequence<Int>) {
    self.weights = Set(weights).sorted()
    self.activations = Set(activations).sorted()
  }

  /// Makes sure that a device has bits.
  ///
  /// - Throws: `HardwareError.unsupportedBits`.
  public func check(_ bits: LayerBits, device: String) throws(HardwareError) {
    let sides = [
      ("weights", bits.weights.value, weights),
      ("activations", bits.activations.value, activations),
    ]
    for (side, wanted, supported) in sides where !supported.contains(wanted) {
      throw .unsupportedBits(
        device: device, operand: side, bits: wanted,
        supported: supported.map(String.init).joined(separator: ", "))
    }
  }
}
