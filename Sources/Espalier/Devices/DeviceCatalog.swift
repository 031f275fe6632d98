import CompressionPolicies
import Datasets
public import Foundation
public import Hardware
import Interchange

/// The named devices: one JSON file each, `NAME.json`.
///
/// They travel with the program: looked for in the folders given first, then where `SharedFolders` says.
public struct DeviceCatalog {
  /// The folders that hold devices, most important first.
  public let folders: [URL]

  /// The catalog, with folders of one's own first.
  ///
  /// - Throws: `EspalierError.setting` when one of one's own is not there.
  public init(
    own: [URL] = [], executable: URL? = Bundle.main.executableURL
  ) throws(EspalierError) {
    folders = try SharedFolders.named(
      "Devices", own: own, option: "--devices", executable: executable)
  }

  /// The names of all devices, sorted.
  public var names: [String] {
    let found = folders.flatMap { folder in
      ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.map { String($0.dropLast(5)) }
    }
    return Set(found).sorted()
  }

  /// The device of a name, or of a path to its file.
  ///
  /// - Parameter settings: `key=value` assignments laid over its constants.
  /// - Throws: `EspalierError.unknownDevice` with near names, `HardwareError.file` or `.constant` with the
  ///   field at fault, `FileError`.
  public func device(_ nameOrPath: String, settings: [String] = []) throws -> Device {
    let file = try file(nameOrPath)
    return try Device(json: WholeFile.read(file), file: file.lastPathComponent).setting(settings)
  }

  /// Refuses a model that nobody knows before anything else: which fields are needed depends on it.
  ///
  /// - Throws: `HardwareError.file` with all models and the nearest.
  static func checkModel(_ bytes: Data, file: String) throws(HardwareError) {
    guard let model = (try? CanonicalJSON.parse(bytes: bytes))?["model"]?.stringValue else {
      return
    }
    let known = DeviceModels.names + [Device.process] + Registry.costModels
    guard !known.contains(model) else { return }
    let near = nearNames(to: model, among: known).first.map { "; did you mean '\($0)'?" } ?? ""
    throw .file(
      name: file, place: "field 'model'", expected: "one of \(known.joined(separator: ", "))",
      found: "'\(model)'\(near)")
  }

  /// Whether a name ends as tables do that are not JSON.
  static func isTableOfNumbers(_ nameOrPath: String) -> Bool {
    ["csv", "npy"].contains((nameOrPath as NSString).pathExtension.lowercased())
  }

  /// The file of a name or path; whether one is at a path is for its reader to find out.
  func file(_ nameOrPath: String) throws(EspalierError) -> URL {
    if SharedFolders.isPath(nameOrPath) || Self.isTableOfNumbers(nameOrPath) {
      return URL(fileURLWithPath: (nameOrPath as NSString).expandingTildeInPath)
    }
    for folder in folders {
      let file = folder.appendingPathComponent("\(nameOrPath).json")
      if FileManager.default.fileExists(atPath: file.path) { return file }
    }
    throw .unknownDevice(
      name: nameOrPath, suggestions: SharedFolders.suggestions(for: nameOrPath, among: names))
  }
}
