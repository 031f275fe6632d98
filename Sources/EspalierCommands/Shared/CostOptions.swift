import ArgumentParser
import Espalier
import Foundation

/// What `espalier cost` is asked about a device.
struct CostOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The device that prices layers: a name, a device's file or a table's.",
      valueName: "name|file"))
  var device: String?

  @Option(
    help: ArgumentHelp("Price on several devices, side by side.", valueName: "name|file,…"))
  var compare: String?

  @Option(help: ArgumentHelp("Another value for a constant of the device.", valueName: "key=value"))
  var set: [String] = []

  @Option(help: ArgumentHelp("A folder with devices of one's own.", valueName: "dir"))
  var devices: [String] = []

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
  func pricingDevice() throws -> PricingDevice? {
    try device.map { try catalog().pricingDevice($0, settings: set) }
  }

  /// The devices to compare, nil when none were asked for.
  func compared() throws -> [PricingDevice]? {
    let catalog = try catalog()
    return try compare?.split(separator: ",").map { name in
      try catalog.pricingDevice(name.trimmingCharacters(in: .whitespaces))
    }
  }

  private func catalog() throws -> DeviceCatalog {
    try DeviceCatalog(own: devices.map(\.fileURL))
  }
}
