import Foundation

/// Reading a file in one piece.
public enum WholeFile {
  /// The bytes of a file.
  ///
  /// - Throws: `FileError.missing`, `.isFolder` or `.unreadable`.
  public static func read(_ url: URL) throws(FileError) -> Data {
    let path = url.path
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .reading(path, errno: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .reading(path, errno: errno) }
    // A byte more than the file says it has, so that the end is seen in the same pass; pipes say 0.
    var data = Data(count: max(Int(status.st_size), 0) + 1)
    var filled = 0
    while true {
      if filled == data.count { data.count += max(data.count, 1 << 16) }
      let room = data.count - filled
      let got = data.withUnsafeMutableBytes { bytes in
        bytes.baseAddress.map { Foundation.read(descriptor, $0 + filled, room) } ?? 0
      }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw .reading(path, errno: errno) }
      if got == 0 { break }
      filled += got
    }
    data.count = filled
    return data
  }
}
