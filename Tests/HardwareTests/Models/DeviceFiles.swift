import Foundation
import Hardware

/// The device files of the repository and the reference tables of a folder that a variable names.
enum DeviceFiles {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../Devices").standardizedFileURL

  static func device(_ name: String) throws -> Device {
    let url = folder.appending(path: "\(name).json")
    return try Device(json: Data(contentsOf: url), file: url.lastPathComponent)
  }

  static func model(_ name: String, _ constants: String...) throws -> any CostModel {
    try model(name, setting: constants)
  }

  static func model(_ name: String, setting: [String]) throws -> any CostModel {
    try device(name).setting(setting).costModel()
  }

  /// A reference table's bytes, nothing when `ESPALIER_HARDWARE_TABLES` is not set.
  static func reference(_ file: String) -> Data? {
    guard let path = ProcessInfo.processInfo.environment["ESPALIER_HARDWARE_TABLES"] else {
      return nil
    }
    return try? Data(contentsOf: URL(filePath: path).appending(path: file))
  }

  static let skipped: String =
    "skipped: set ESPALIER_HARDWARE_TABLES to a folder with the reference tables"
}
