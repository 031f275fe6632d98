public import Foundation

/// A file that grows line by line.
public final class AppendedFile {
  private let path: String
  private let descriptor: Int32

  /// Opens a file at its end, making it where there is none.
  ///
  /// - Parameter length: the bytes that count; what stands behind them is cut off. nil keeps all.
  /// - Throws: `FileError` when it cannot be written.
  public init(_ url: URL, keeping length: Int? = nil) throws(FileError) {
    path = url.path
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.error(path) }
    guard let length else { return }
    var status = stat()
    guard fstat(descriptor, &status) == 0,
      Int(status.st_size) <= length || ftruncate(descriptor, off_t(length)) == 0
    else { throw Self.error(path) }
  }

  deinit { close(descriptor) }

  /// Writes a line and its end in one piece.
  ///
  /// - Throws: `FileError`, `diskFull` among others; a reader may then find a torn last line.
  public func append(line: String) throws(FileError) {
    try append(bytes: Array((line + "\n").utf8))
  }

  /// Writes bytes in one piece.
  ///
  /// - Throws: `FileError`; some of them may then stand at the end.
  public func append(bytes: [UInt8]) throws(FileError) {
    var written = 0
    while written < bytes.count {
      let sent = bytes.withUnsafeBytes { bytes in
        bytes.baseAddress.map { write(descriptor, $0 + written, bytes.count - written) } ?? 0
      }
      if sent < 0 && errno == EINTR { continue }
      guard sent > 0 else { throw Self.error(path) }
      written += sent
    }
  }

  /// Waits until everything written has reached the disk.
  ///
  /// - Throws: `FileError` when it does not.
  public func synchronize() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw Self.error(path) }
  }

  private static func error(_ path: String) -> FileError {
    .writing(
      path, folder: URL(fileURLWithPath: path).deletingLastPathComponent().path, errno: errno)
  }
}
