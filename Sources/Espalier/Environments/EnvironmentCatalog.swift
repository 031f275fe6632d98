import CompressionPolicies
import Datasets
public import Foundation
import Interchange

/// The named environments: one folder each, with an `environment.json`.
///
/// They travel with the program: looked for in the folders given first, then in
/// `share/espalier/Environments` of the binary's prefix, then in `Environments` beside the binary and in the
/// folders above it up to a package's root, so that a build runs from any working folder. No path is
/// compiled in.
public struct EnvironmentCatalog {
  /// The folders that hold environments, most important first.
  public let folders: [URL]

  /// A named environment.
  public struct Entry {
    /// The definition.
    public let definition: EnvironmentDefinition
    /// The folder it was read from; its model is relative to it.
    public let folder: URL

    /// The file of a path in the definition: absolute, in the home folder, or relative to the folder.
    func file(_ path: String) -> URL {
      let path = (path as NSString).expandingTildeInPath
      return path.hasPrefix("/")
        ? URL(fileURLWithPath: path) : folder.appendingPathComponent(path)
    }
  }

  /// The catalog, with folders of one's own first.
  ///
  /// - Throws: `EspalierError.setting` when one of one's own is not there.
  public init(
    own: [URL] = [], executable: URL? = Bundle.main.executableURL
  ) throws(EspalierError) {
    let manager = FileManager.default
    var candidates = own
    if let folder = executable?.resolvingSymlinksInPath().deletingLastPathComponent() {
      candidates.append(
        folder.deletingLastPathComponent().appendingPathComponent("share/espalier/Environments"))
      var above = folder
      for _ in 0..<6 {
        candidates.append(above.appendingPathComponent("Environments"))
        above = above.deletingLastPathComponent()
      }
    }
    func isFolder(_ folder: URL) -> Bool {
      var isFolder: ObjCBool = false
      return manager.fileExists(atPath: folder.path, isDirectory: &isFolder) && isFolder.boolValue
    }
    if let missing = own.first(where: { !isFolder($0) }) {
      throw .setting(
        name: "--environments", expected: "a folder that is there", found: "'\(missing.path)'")
    }
    folders = candidates.filter(isFolder)
  }

  /// The names of all environments, sorted.
  public var names: [String] {
    let found = folders.flatMap { folder in
      ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { name in
        FileManager.default.fileExists(
          atPath: folder.appendingPathComponent(name).appendingPathComponent(Self.file).path)
      }
    }
    return Set(found).sorted()
  }

  static let file = "environment.json"

  /// The environment of a name, or of a path to a definition or its folder.
  ///
  /// - Parameter settings: `key.path=value` assignments laid over the definition.
  /// - Throws: `EspalierError.unknownEnvironment` with near names, `definition` with the field at fault.
  public func entry(_ nameOrPath: String, settings: [String] = []) throws -> Entry {
    if nameOrPath.contains("/") || nameOrPath.hasSuffix(".json") {
      return try read(path: nameOrPath, settings)
    }
    for folder in folders {
      let own = folder.appendingPathComponent(nameOrPath)
      let url = own.appendingPathComponent(Self.file)
      if FileManager.default.fileExists(atPath: url.path) {
        return try read(url, folder: own, settings)
      }
    }
    // A part of a name is as good a hint as a name with a slip in it.
    let near = nearNames(to: nameOrPath, among: names)
    let similar = names.filter { $0.contains(nameOrPath) || nameOrPath.contains($0) }
    throw EspalierError.unknownEnvironment(
      name: nameOrPath, suggestions: near.isEmpty ? similar : near)
  }

  private func read(path: String, _ settings: [String]) throws -> Entry {
    var url = URL(fileURLWithPath: path)
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      url = url.appendingPathComponent(Self.file)
    }
    return try read(url, folder: url.deletingLastPathComponent(), settings)
  }

  private func read(_ url: URL, folder: URL, _ settings: [String]) throws -> Entry {
    let bytes = try WholeFile.read(url)
    do {
      var value = try CanonicalJSON.parse(bytes: bytes)
      for setting in settings { try Self.apply(setting, to: &value) }
      return Entry(definition: try EnvironmentDefinition(JSONReader(value)), folder: folder)
    } catch let error as JSONError {
      throw EspalierError.definition(file: "environment '\(url.path)'", reason: "\(error)")
    }
  }

  /// Lays `key.path=value` over a definition; a value that is no JSON is taken as text.
  private static func apply(_ setting: String, to value: inout JSONValue) throws {
    let sides = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard sides.count == 2 else {
      throw EspalierError.setting(name: "--set", expected: "key.path=value", found: "'\(setting)'")
    }
    let text = String(sides[1])
    let new = (try? CanonicalJSON.parse(text)) ?? .string(text)
    try value.set(new, at: JSONPath(parsing: String(sides[0])))
  }
}
