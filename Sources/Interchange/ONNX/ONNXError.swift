import Networks

/// Why an ONNX file was not read or written.
public enum ONNXError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file system said no.
  case file(FileError)
  /// What the file holds, or should hold, is the matter.
  case model(file: String, defect: ONNXDefect)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .model(let file, let defect): "\(file): \(defect)"
    }
  }
}
