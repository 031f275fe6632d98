import Foundation
import Hardware

/// The layers of a network under the roof of a device, as a drawing.
///
/// Across, the operational intensity: operations (two to a multiply-accumulate) per byte of main memory, as
/// the model counts its memory `dram`, or where it counts none each element of input, weights and output
/// moved once. Up, the operations per second that the layer attains. The roof is min(peak, intensity ·
/// bandwidth), one for each pair of bits in use. A dot's area is the layer's share of the time.
public struct RooflineChart: Sendable {
  /// The device's name.
  public let device: String
  /// The layers with multiply-accumulates, in graph order.
  public let points: [Point]
  /// The roofs, lowest peak first.
  public let roofs: [Roof]
  /// Bytes per second of main memory.
  public let bandwidth: Double

  /// A layer in the drawing.
  public struct Point: Equatable, Sendable {
    /// The layer's name.
    public let name: String
    /// What kind of layer it is.
    public let kind: Kind
    /// Operations per byte.
    public let intensity: Double
    /// Operations per second.
    public let attained: Double
    /// The share of the network's time.
    public let share: Double
  }

  /// Kinds of layers that hardware treats apart.
  public enum Kind: String, CaseIterable, Sendable {
    case convolution
    case pointwise
    case depthwise
    case dense
    case product
  }

  /// A peak and the bits that have it.
  public struct Roof: Equatable, Sendable {
    /// Operations per second.
    public let peak: Double
    /// The bits, for example `8/8`.
    public let bits: [String]
  }

  /// The chart of a priced network.
  ///
  /// - Throws: `EspalierError.noRoofline` when the device's model knows no peak.
  public init(_ network: PricedNetwork, on device: PricingDevice) throws(EspalierError) {
    guard let model = device.model.roofline else { throw .noRoofline(device: device.name) }
    self.device = device.name
    bandwidth = model.bandwidthBytesPerSecond
    let time = network.cost?.latency.value ?? 0
    points = network.layers.compactMap { Point($0, networkSeconds: time) }
    var peaks: [Double: [String]] = [:]
    for layer in network.layers where layer.macs > 0 {
      let peak = 2 * model.peakMACsPerSecond(layer.bits)
      let bits = layer.bits.description
      if peaks[peak]?.contains(bits) != true { peaks[peak, default: []].append(bits) }
    }
    roofs = peaks.sorted { $0.key < $1.key }.map { Roof(peak: $0.key, bits: $0.value.sorted()) }
  }
}

extension RooflineChart.Point {
  /// Nil for a layer without operations or without a time.
  init?(_ layer: PricedNetwork.Layer, networkSeconds: Double) {
    let workload = layer.layer.workload
    guard let cost = layer.cost, workload.macs > 0, cost.latency.value > 0 else { return nil }
    let operations = 2 * Double(workload.macs)
    let counted = cost.accesses.first { $0.memory == "dram" }.map { access in
      Double(access.readBits) + Double(access.writtenBits)
    }
    let activations = Double(layer.bits.activations.value)
    let least =
      Double(workload.inputElements + workload.outputElements) * activations
      + Double(workload.weights) * Double(layer.bits.weights.value)
    let bytes = max(1, (counted.flatMap { $0 > 0 ? $0 : nil } ?? least) / 8)
    self.init(
      name: layer.layer.name, kind: .init(workload), intensity: operations / bytes,
      attained: operations / cost.latency.value,
      share: networkSeconds > 0 ? cost.latency.value / networkSeconds : 0)
  }
}

extension RooflineChart.Kind {
  init(_ workload: Workload) {
    self =
      switch workload.operation {
      case .dense: .dense
      case .product: .product
      default:
        workload.isDepthwise ? .depthwise : workload.kernel.area == 1 ? .pointwise : .convolution
      }
  }
}
