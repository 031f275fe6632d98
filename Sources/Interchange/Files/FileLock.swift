public import Foundation

/// A lock that one process holds on a file until it lets go or ends.
public final class FileLock {
  private let descriptor: Int32

  /// Takes the lock of a file, which is made where there is none; nil when another process has it.
  ///
  /// - Throws: `FileError` when the file cannot be made.
  public init?(_ url: URL) throws(FileError) {
    let descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw .writing(
        url.path, folder: url.deletingLastPathComponent().path, errno: errno)
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
