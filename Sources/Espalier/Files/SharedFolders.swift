import Datasets
import Foundation

/// Folders that travel with the program, such as `Environments` and `Devices`.
///
/// Looked for among the folders given first, then in `share/espalier` of the binary's prefix, then beside the
/// binary and in the folders above it up to a package's root, so that a build runs from any working folder.
/// No path is compiled in.
enum SharedFolders {
  /// The folders of a name that are there, most important first.
  ///
  /// - Parameters:
  ///   - own: the user's, which need not bear the name.
  ///   - option: the option that gave them, for messages.
  /// - Throws: `EspalierError.setting` when one of the user's own is not there.
  static func named(
    _ name: String, own: [URL], option: String, executable: URL?
  ) throws(EspalierError) -> [URL] {
    if let missing = own.first(where: { !isFolder($0) }) {
      throw .setting(name: option, expected: "a folder that is there", found: "'\(missing.path)'")
    }
    var candidates = own
    if let folder = executable?.resolvingSymlinksInPath().deletingLastPathComponent() {
      candidates.append(
        folder.deletingLastPathComponent().appendingPathComponent("share/espalier/\(name)"))
      var above = folder
      for _ in 0..<6 {
        candidates.append(above.appendingPathComponent(name))
        above = above.deletingLastPathComponent()
      }
    }
    return candidates.filter(isFolder)
  }

  /// The names that one which is not there may have meant: near ones, else those that hold a part of it.
  static func suggestions(for name: String, among names: [String]) -> [String] {
    let near = nearNames(to: name, among: names)
    return near.isEmpty ? names.filter { $0.contains(name) || name.contains($0) } : near
  }

  /// Whether an argument is meant as a path rather than a name.
  static func isPath(_ nameOrPath: String) -> Bool {
    nameOrPath.contains("/") || nameOrPath.hasSuffix(".json") || [".", ".."].contains(nameOrPath)
  }

  private static func isFolder(_ folder: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
