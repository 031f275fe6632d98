public import Foundation

/// Writing a file so that a reader, or a run killed half-way, sees the old one or the new one.
public enum AtomicFile {
  /// Replaces the file at a place with these bytes, whole or not at all.
  ///
  /// The bytes go to a file beside the target, reach the disk (`fsync`), and take the target's name
  /// in one step (`rename`). Links are followed and the mode of a file that was there is kept. What
  /// is not a regular file, such as `/dev/stdout`, is written to directly.
  ///
  /// - Throws: `FileError` when the folder is missing or not writable, the disk is full, or the
  ///   target is a folder; the target is then as it was.
  public static func write(_ data: Data, to url: URL) throws(FileError) {
    let target = url.resolvingSymlinksInPath()
    let path = target.path
    var mode: mode_t?
    var status = stat()
    if stat(path, &status) == 0 {
      switch status.st_mode & S_IFMT {
      case S_IFDIR: throw .isFolder(path: path)
      case S_IFREG: mode = status.st_mode & 0o7777
      default: return try writeDirectly(data, to: path)
      }
    }
    try replace(target, with: data, mode: mode)
  }

  /// Takes away what processes that were killed while they wrote left in a folder.
  ///
  /// Only for a folder in which no other process writes.
  public static func removeLeftovers(in folder: URL) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    where name.hasPrefix(".espalier-") && name.hasSuffix(".partial") {
      unlink(folder.appendingPathComponent(name).path)
    }
  }

  private static func replace(_ target: URL, with data: Data, mode: mode_t?) throws(FileError) {
    let path = target.path
    let folder = target.deletingLastPathComponent().path
    let (descriptor, aside) = try openAside(folder: folder, target: path)
    do throws(FileError) {
      defer { close(descriptor) }
      try writeAll(data, to: descriptor, path: path, folder: folder)
      if let mode { _ = fchmod(descriptor, mode) }
      guard fsync(descriptor) == 0, rename(aside, path) == 0 else {
        throw .writing(path, folder: folder, errno: errno)
      }
    } catch {
      unlink(aside)
      throw error
    }
    // The name itself lives in the folder: without this a power cut could take it back. Some file
    // systems refuse to sync folders; the bytes are safe all the same.
    let folderDescriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard folderDescriptor >= 0 else { return }
    fsync(folderDescriptor)
    close(folderDescriptor)
  }

  /// A new, empty file in the folder under a name that nobody has.
  private static func openAside(
    folder: String, target: String
  ) throws(FileError) -> (descriptor: Int32, path: String) {
    for attempt in 0..<10_000 {
      let aside = "\(folder)/.espalier-\(getpid())-\(attempt).partial"
      let descriptor = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (descriptor, aside) }
      guard errno == EEXIST || errno == EINTR else {
        throw .writing(target, folder: folder, errno: errno)
      }
    }
    throw .writing(target, folder: folder, errno: EEXIST)
  }

  private static func writeDirectly(_ data: Data, to path: String) throws(FileError) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .writing(path, folder: folder, errno: errno) }
    defer { close(descriptor) }
    try writeAll(data, to: descriptor, path: path, folder: folder)
  }

  private static func writeAll(
    _ data: Data, to descriptor: Int32, path: String, folder: String
  ) throws(FileError) {
    var written = 0
    while written < data.count {
      let sent = data.withUnsafeBytes { bytes in
        bytes.baseAddress.map { Foundation.write(descriptor, $0 + written, bytes.count - written) }
          ?? 0
      }
      if sent < 0 && errno == EINTR { continue }
      guard sent > 0 else { throw .writing(path, folder: folder, errno: sent < 0 ? errno : EIO) }
      written += sent
    }
  }
}
