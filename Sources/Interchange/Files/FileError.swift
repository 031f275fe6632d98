import Foundation

/// What can go wrong between us and the file system.
public enum FileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There is no file at this path.
  case missing(path: String)
  /// A folder stands where a file is needed.
  case isFolder(path: String)
  /// The file is there and cannot be read.
  case unreadable(path: String, reason: String)
  /// The folder that should receive the file does not exist.
  case missingFolder(folder: String, path: String)
  /// The folder that should receive the file does not let us write.
  case unwritableFolder(folder: String, path: String, reason: String)
  /// The device has no room left, or the user's quota is used up.
  case diskFull(path: String)
  /// The file could not be written for another reason.
  case unwritable(path: String, reason: String)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .missing(let path):
      "there is no file \(path)"
    case .isFolder(let path):
      "\(path) is a folder, a file is needed"
    case .unreadable(let path, let reason):
      "\(path) cannot be read: \(reason)"
    case .missingFolder(let folder, let path):
      "\(path) cannot be written: there is no folder \(folder)"
    case .unwritableFolder(let folder, let path, let reason):
      "\(path) cannot be written: the folder \(folder) does not allow it (\(reason))"
    case .diskFull(let path):
      "\(path) cannot be written: the disk is full"
    case .unwritable(let path, let reason):
      "\(path) cannot be written: \(reason)"
    }
  }

  /// The error of a failed system call that was to read a file.
  static func reading(_ path: String, errno code: Int32) -> FileError {
    switch code {
    case ENOENT, ENOTDIR: .missing(path: path)
    case EISDIR: .isFolder(path: path)
    default: .unreadable(path: path, reason: sentence(code))
    }
  }

  /// The error of a failed system call that was to write a file into a folder.
  static func writing(_ path: String, folder: String, errno code: Int32) -> FileError {
    switch code {
    case ENOSPC, EDQUOT: .diskFull(path: path)
    case ENOENT, ENOTDIR: .missingFolder(folder: folder, path: path)
    case EACCES, EPERM, EROFS:
      .unwritableFolder(folder: folder, path: path, reason: sentence(code))
    case EISDIR: .isFolder(path: path)
    default: .unwritable(path: path, reason: sentence(code))
    }
  }

  private static func sentence(_ code: Int32) -> String {
    String(cString: strerror(code)).lowercased()
  }
}
