public import Hardware
public import Networks

/// This machine's own processor as a device: no file describes it, so it is measured when it is asked.
public enum HostDevice {
  /// What options call it.
  public static let name = "host"

  /// The device as lists show it; it has no constants.
  public static let device = Device(
    name: name,
    summary: "This machine's processor in 32 bits: a model's layers timed as --measure does",
    model: "measurement", constants: [:])

  /// Times the layers of a network and makes a device of them, which prices that network.
  ///
  /// - Parameters:
  ///   - batch: the examples in a pass.
  ///   - threads: threads; nil takes one per processor.
  /// - Throws: as `HostMeasurement` does, `HardwareError.file` for a network without layers.
  public static func measured(
    on graph: Graph, batch: Int = 1, threads: Int? = nil
  ) throws -> PricingDevice {
    PricingDevice(try HostMeasurement(graph, batch: batch, threads: threads).table())
  }
}
