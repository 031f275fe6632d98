import ArgumentParser
import Espalier
import Foundation

/// What `espalier cost` is asked about a device.
struct CostOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The device that prices layers: a name, a device's file or a table's (.json, .csv, .npy).",
      valueName: "name|file"))
  var device: String?

  @Option(
    help: ArgumentHelp("Price on several devices, side by side.", valueName: "name|file,…"))
  var compare: String?

  @Option(help: ArgumentHelp("Another value for a constant of the device.", valueName: "key=value"))
  var set: [String] = []

  @Option(help: ArgumentHelp("A folder with devices of one's own.", valueName: "dir"))
  var devices: [String] = []

  @Flag(help: "Between the bits of a table take the straight line; refused otherwise.")
  var interpolate = false

  func validate() throws {
    if device != nil, compare != nil {
      throw ValidationError("--device and --compare exclude each other.")
    }
    if device == nil, !set.isEmpty { throw ValidationError("--set needs --device.") }
    if let compare, compare.split(separator: ",").isEmpty {
      throw ValidationError("--compare: expected names of devices with commas between.")
    }
  }

  /// The device asked for, nil when none was.
  ///
  /// - Parameter host: measures this machine, when that is asked for.
  func pricingDevice(host: () throws -> PricingDevice) throws -> PricingDevice? {
    try device.map { try pricingDevice($0, host: host) }
  }

  /// The devices to compare, nil when none were asked for.
  func compared(host: () throws -> PricingDevice) throws -> [PricingDevice]? {
    try compare?.split(separator: ",").map { name in
      try pricingDevice(name.trimmingCharacters(in: .whitespaces), host: host)
    }
  }

  private func pricingDevice(
    _ name: String, host: () throws -> PricingDevice
  ) throws -> PricingDevice {
    let catalog = try DeviceCatalog(own: devices.map(\.fileURL))
    // A file of one's own under that name comes first.
    guard name == HostDevice.name, !catalog.names.contains(name) else {
      return try catalog.pricingDevice(
        name, settings: set, interpolation: interpolate ? .linear : .none)
    }
    if let setting = set.first {
      throw EspalierError.setting(
        name: "--set", expected: "a device with constants", found: "'\(setting)' for '\(name)'")
    }
    return try host()
  }
}
