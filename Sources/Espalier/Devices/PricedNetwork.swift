public import Compression
public import CompressionPolicies
import Foundation
public import Hardware
public import Networks
public import Units

/// A network with a price on every layer.
public struct PricedNetwork: Sendable {
  /// The device's name; nil where only what the network itself says is counted.
  public let device: String?
  /// The examples in a pass; every figure is for all of them.
  public let batch: Int
  /// The layers in graph order.
  public let layers: [Layer]

  /// A layer with its bits and its price.
  public struct Layer: Sendable {
    /// The layer.
    public let layer: NetworkLayer
    /// Its bits.
    public let bits: LayerBits
    /// Its price; nil without a device.
    public let cost: Cost?

    /// Multiply-accumulates of the whole batch.
    public var macs: Int { layer.workload.macs }
    /// MACs · weight bits · activation bits.
    public var bitOperations: Int { layer.bitOperations(at: bits).value }
    /// The bytes of its weights, without biases.
    public var weightBytes: Int { layer.weightBytes(at: bits.weights).value }
  }

  /// Prices a network.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - device: what prices it; nil counts multiply-accumulates and bytes alone.
  ///   - batch: examples in a pass; the device's by default, else 1.
  ///   - bits: the bits of layers that `bitsByLayer` says nothing of; the device's default, or 32
  ///     without one.
  ///   - bitsByLayer: bits by the name of the layer, as a policy has decided.
  /// - Throws: `GraphError`, `CompressionError`, `EspalierError.unpriced` with the layer that the device
  ///   cannot run or lacks the bits for.
  public init(
    _ graph: Graph, on device: PricingDevice?, batch: Int? = nil, bits: LayerBits? = nil,
    bitsByLayer: [String: DecidedBits] = [:]
  ) throws {
    self.device = device?.name
    self.batch = batch ?? device?.batch ?? 1
    let otherwise = bits ?? device?.defaultBits ?? LayerBits(BitWidth.float32.value)
    let layers = try graph.layers(batch: self.batch)
    let bits = layers.map { bitsByLayer[$0.name]?.bits(otherwise: otherwise) ?? otherwise }
    let costs = try device.map { try $0.price(layers.map(\.work), bits: bits) }
    self.layers = layers.indices.map { index in
      Layer(layer: layers[index], bits: bits[index], cost: costs?[index])
    }
  }

  /// The price of all layers, one after the other; nil without a device.
  public var cost: Cost? {
    device == nil ? nil : layers.compactMap(\.cost).reduce(.zero, +)
  }

  /// Multiply-accumulates of the whole batch, stopping at the largest `Int`.
  public var macs: Int { layers.reduce(OperationCount(0)) { $0 + OperationCount($1.macs) }.value }

  /// MACs · weight bits · activation bits, stopping at the largest `Int`.
  public var bitOperations: Int {
    layers.reduce(OperationCount(0)) { $0 + OperationCount($1.bitOperations) }.value
  }

  /// The bytes of all weights, without biases.
  public var weightBytes: Int {
    layers.reduce(ByteCount(0)) { $0 + ByteCount($1.weightBytes) }.value
  }
}

/// What a policy has decided about the bits of a layer; nil where it has not.
public struct DecidedBits: Equatable, Sendable {
  /// Bits of a weight.
  public let weights: BitWidth?
  /// Bits of an activation that comes in.
  public let activations: BitWidth?

  /// Decided bits.
  public init(weights: BitWidth?, activations: BitWidth?) {
    self.weights = weights
    self.activations = activations
  }

  func bits(otherwise other: LayerBits) -> LayerBits {
    LayerBits(weights: weights ?? other.weights, activations: activations ?? other.activations)
  }
}

extension CompressionPolicy {
  /// What the policy makes of its network, as far as hardware cares: the shapes and the bits.
  ///
  /// - Throws: `EspalierError.otherModel` when the model is not the policy's,
  ///   `CompressionError.policyMismatch` with the layer that does not fit.
  public func shapes(
    of model: ModelFile
  ) throws -> (graph: Graph, bitsByLayer: [String: DecidedBits]) {
    guard model.sha256 == self.model.sha256 else {
      throw EspalierError.otherModel(expected: self.model.sha256, found: model.sha256)
    }
    let decided = layers.map { layer in
      (layer.name, DecidedBits(weights: layer.weightBits, activations: layer.activationBits))
    }
    return (try cutting(model.graph), Dictionary(decided) { _, last in last })
  }
}
