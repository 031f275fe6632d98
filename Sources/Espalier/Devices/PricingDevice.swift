import CompressionPolicies
import Foundation
public import Hardware
import Interchange
import Units

/// Something that prices layers, with the batch and the bits that it is meant for.
public struct PricingDevice: Sendable {
  /// The device's name.
  public let name: String
  /// What prices layers.
  public let model: any CostModel
  /// The examples of a pass where nobody says: the device's constant `batch` or the table's, else 1.
  public let batch: Int
  /// Cycles per second, where the device says.
  public let clock: Double?

  /// A model under its name.
  public init(
    _ model: any CostModel, batch: Int = 1, clock: Double? = nil
  ) {
    name = model.device
    self.model = RememberedCosts(model)
    self.batch = batch
    self.clock = clock
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
    var clock: Double?
    if case .number(let value) = device.constants["clock"]?.value { clock = value }
    self.init(try device.costModel(), batch: batch, clock: clock)
  }

  /// A table of costs, which knows layers by name as well as by their work.
  public init(_ table: CostTable, interpolation: TableCosts.Interpolation = .none) {
    self.init(
      TableCosts(table, interpolation: interpolation),
      batch: table.batch ?? table.rows.lazy.compactMap { $0.workload?.batch }.first ?? 1)
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

  /// What layers cost, each with its bits.
  ///
  /// - Throws: `EspalierError.unpriced` with the first layer that the device cannot run;
  ///   `HardwareError.missingEntry` with how many a table covers.
  public func price(_ layers: [LayerWorkload], bits: [LayerBits]) throws -> [Cost] {
    let results = zip(layers, bits).map { layer, bits in
      Result { () throws(HardwareError) in try model.cost(of: layer, bits: bits) }
    }
    return try zip(layers, results).map { layer, result in
      switch result {
      case .success(let cost): return cost
      case .failure(.missingEntry(let table, let name, let wanted, _, _)):
        throw HardwareError.missingEntry(
          table: table, layer: name, wanted: wanted,
          covered: results.count { (try? $0.get()) != nil }, of: layers.count)
      case .failure(let error):
        throw EspalierError.unpriced(layer: layer.name, reason: "\(error)")
      }
    }
  }
}

extension DeviceCatalog {
  /// What prices layers, by a device's name or a path to its file or to a table's.
  ///
  /// - Parameters:
  ///   - settings: `key=value` assignments laid over a device's constants.
  ///   - interpolation: what a table does for bits between its own; no matter to other devices.
  /// - Throws: as `device(_:settings:)`, and `HardwareError` when no model can be made of it.
  public func pricingDevice(
    _ nameOrPath: String, settings: [String] = [], interpolation: TableCosts.Interpolation = .none
  ) throws -> PricingDevice {
    guard let table = try table(nameOrPath) else {
      let file = try file(nameOrPath)
      try Self.checkModel(WholeFile.read(file), file: file.lastPathComponent)
      let device = try device(nameOrPath, settings: settings)
      if device.model == Device.process {
        return PricingDevice(try process(device, file))
      }
      if let make = Registry.costModel(device.model) { return PricingDevice(try make(device)) }
      return try PricingDevice(device)
    }
    if let setting = settings.first {
      throw EspalierError.setting(
        name: "--set", expected: "a device with constants", found: "'\(setting)' for a table")
    }
    return PricingDevice(table, interpolation: interpolation)
  }

  /// The table of a file; nil for one that holds something else.
  private func table(_ nameOrPath: String) throws -> CostTable? {
    let file = try file(nameOrPath)
    let bytes = try WholeFile.read(file)
    if Self.isTableOfNumbers(file.lastPathComponent) { return try CostTable(contentsOf: file) }
    guard (try? CanonicalJSON.parse(bytes: bytes))?["rows"] != nil else { return nil }
    return try CostTable(json: bytes, file: file.lastPathComponent)
  }

  private func process(_ device: Device, _ file: URL) throws -> ProcessCostModel {
    let settings: ProcessSettings
    let bytes = try WholeFile.read(file)
    do {
      let reader = JSONReader(try CanonicalJSON.parse(bytes: bytes))
      try reader.refuseFields(
        otherThan: ["name", "summary", "model", "constants"] + ProcessSettings.fields)
      settings = try reader.read()
    } catch {
      throw EspalierError.definition(file: "device '\(file.path)'", reason: "\(error)")
    }
    return try ProcessCostModel(
      settings.launch(in: file.deletingLastPathComponent()), device: device.name)
  }
}
