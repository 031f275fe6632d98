/// The cost models by the names that device files use.
public enum DeviceModels {
  /// Makes a model from a device's checked constants.
  typealias Maker = @Sendable (inout DeviceReader) throws(HardwareError) -> any CostModel

  static let makers: [String: Maker] = [
    "bitfusion": { reader throws(HardwareError) in try BitFusion(&reader) },
    "systolic": { reader throws(HardwareError) in try Systolic(&reader) },
    "bismo": { reader throws(HardwareError) in try BISMO(&reader) },
    "bit-serial-array": { reader throws(HardwareError) in try BitSerialArray(&reader) },
    "roofline": { reader throws(HardwareError) in try Roofline(&reader) },
  ]

  /// The names of all models, sorted.
  public static var names: [String] { makers.keys.sorted() }
}

extension Device {
  /// The device's cost model.
  ///
  /// - Throws: `HardwareError.constant` for a constant that is missing, unknown or out of range, or a
  ///   model that is not there; `doesNotFit` when the device cannot hold what its constants describe.
  public func costModel() throws(HardwareError) -> any CostModel {
    guard let maker = DeviceModels.makers[model] else {
      throw .constant(
        device: name, name: "model",
        expected: "one of \(DeviceModels.names.joined(separator: ", "))", found: "'\(model)'")
    }
    var reader = DeviceReader(self)
    let model = try maker(&reader)
    try reader.finish()
    return model
  }
}
