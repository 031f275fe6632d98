public import Foundation

/// A folder that results are written to, made when it is not there.
public struct OutputFolder {
  /// The folder.
  public let url: URL

  /// Makes sure that a folder is there and can be written.
  ///
  /// - Throws: `EspalierError.setting` when it cannot.
  public init(_ path: String) throws {
    let expanded = (path as NSString).expandingTildeInPath
    url = URL(fileURLWithPath: expanded).absoluteURL.standardizedFileURL
    let manager = FileManager.default
    try? manager.createDirectory(at: url, withIntermediateDirectories: true)
    var isFolder: ObjCBool = false
    guard manager.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue,
      manager.isWritableFile(atPath: url.path)
    else {
      throw EspalierError.setting(
        name: "--output", expected: "a folder that can be written", found: "'\(path)'")
    }
  }
}
