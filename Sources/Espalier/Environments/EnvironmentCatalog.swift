import CompressionPolicies
public import Foundation
import Interchange

/// The named environments: one folder each, with an `environment.json`.
///
/// They travel with the program: looked for in the folders given first, then where `SharedFolders` says.
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
    folders = try SharedFolders.named(
      "Environments", own: own, option: "--environments", executable: executable)
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
    let url = try file(nameOrPath)
    return try read(url, settings) { reader throws(JSONError) in
      Entry(definition: try reader.read(), folder: url.deletingLastPathComponent())
    }
  }

  /// The task of a name or path, registered ones without a file included; nil where a network is compressed.
  ///
  /// - Throws: as `entry` does.
  public func task(_ nameOrPath: String, settings: [String] = []) throws -> LearningTask? {
    do {
      let url = try file(nameOrPath)
      return try read(url, settings) { reader throws(JSONError) in
        guard TaskDefinition.isTask(kind: try TaskDefinition.knownKind(reader)) else { return nil }
        return LearningTask(
          definition: try reader.read(), folder: url.deletingLastPathComponent())
      }
    } catch let error as EspalierError {
      guard case .unknownEnvironment = error, TaskDefinition.isTask(kind: nameOrPath) else {
        throw error
      }
      var value: JSONValue = ["name": nameOrPath.json, "kind": nameOrPath.json]
      for setting in settings { try Self.apply(setting, to: &value) }
      let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
      return LearningTask(definition: try JSONReader(value).read(), folder: here)
    }
  }

  /// The file of a name or path.
  private func file(_ nameOrPath: String) throws(EspalierError) -> URL {
    if SharedFolders.isPath(nameOrPath) {
      let url = URL(fileURLWithPath: nameOrPath)
      var isFolder: ObjCBool = false
      let isThere = FileManager.default.fileExists(atPath: nameOrPath, isDirectory: &isFolder)
      return isThere && isFolder.boolValue ? url.appendingPathComponent(Self.file) : url
    }
    for folder in folders {
      let url = folder.appendingPathComponent(nameOrPath).appendingPathComponent(Self.file)
      if FileManager.default.fileExists(atPath: url.path) { return url }
    }
    // A folder of one's own is named by a path, which is easily forgotten.
    let isHere = FileManager.default.fileExists(atPath: "./\(nameOrPath)/\(Self.file)")
    throw .unknownEnvironment(
      name: nameOrPath,
      suggestions: isHere
        ? ["./\(nameOrPath)"] : SharedFolders.suggestions(for: nameOrPath, among: names))
  }

  private func read<Value>(
    _ url: URL, _ settings: [String], as make: (JSONReader) throws(JSONError) -> Value
  ) throws -> Value {
    let bytes = try WholeFile.read(url)
    do {
      var value = try CanonicalJSON.parse(bytes: bytes)
      for setting in settings { try Self.apply(setting, to: &value) }
      return try make(JSONReader(value))
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
