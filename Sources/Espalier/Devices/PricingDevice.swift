import Foundation
public import Hardware
import Units

/// Something that prices layers, with the batch and the bits that it is meant for.
public struct PricingDevice: Sendable {
  /// The device's name.
  public let name: String
  /// What prices layers.
  public let model: any CostModel
  /// The examples of a pass where nobody says: the device's constant `batch`, else 1.
  public let batch: Int

  /// A model under its name.
  public init(_ model: any CostModel, batch: Int = 1) {
    name = model.device
    self.model = RememberedCosts(model)
    self.batch = batch
  }

  /// A device's model.
  ///
  /// - Throws: `HardwareError` for a constant that is missing, unknown or out of range.
  public init(_ device: Device) throws(HardwareError) {
    var batch = 1
    if case .number(let value) = device.constants["batch"]?.value {
      guard let count = Int(exactly: value), (1...Workload.largestExtent).contains(count) else {
        throw .constant(
          device: device.name, name: "batch",
          expected: "a whole number from 1 to \(Workload.largestExtent)", found: "\(value)")
      }
      batch = count
    }
    self.init(try device.costModel(), batch: batch)
  }

  /// The bits of a layer where nobody says: 8 where the device has them, else the most it has.
  public var defaultBits: LayerBits {
    func choice(_ supported: [Int]) -> BitWidth {
      BitWidth(supported.contains(8) ? 8 : supported.last ?? 8)
    }
    let supported = model.supportedBits
    return LayerBits(
      weights: choice(supported.weights), activations: choice(supported.activations))
  }
}

extension DeviceCatalog {
  /// What prices layers, by a device's name or a path to its file.
  ///
  /// - Throws: as `device(_:settings:)`, and `HardwareError` when no model can be made of it.
  public func pricingDevice(_ nameOrPath: String, settings: [String] = []) throws -> PricingDevice {
    try PricingDevice(device(nameOrPath, settings: settings))
  }
}
