import Tensors

/// Why a `.npy` file was not read or written.
public enum NumPyError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file system said no.
  case file(FileError)
  /// The file does not begin as NumPy files do.
  case badMagic(file: String)
  /// A version of the format that is not 1.0, 2.0 or 3.0.
  case unsupportedVersion(file: String, major: Int, minor: Int)
  /// The file ends inside its header.
  case truncatedHeader(file: String, expected: Int, found: Int)
  /// The header is not the dictionary that the format prescribes.
  case badHeader(file: String, reason: String)
  /// An element type that Espalier does not keep.
  case unsupportedType(file: String, descriptor: String)
  /// Elements with the most significant byte first.
  case bigEndian(file: String, descriptor: String)
  /// A shape with more bytes than a machine can address.
  case shapeTooLarge(file: String, shape: String)
  /// The file ends before its elements do.
  case truncatedData(file: String, shape: Shape, expected: Int, found: Int)
  /// The file goes on after its elements.
  case trailingBytes(file: String, shape: Shape, count: Int)
  /// A truth value that is neither 0 nor 1.
  case notBoolean(file: String, position: Int, found: Int)
  /// An integer that the element type of the file cannot hold.
  case outOfRange(file: String, elementType: ElementType, position: Int, found: Int)
  /// An array whose element type and storage contradict each other.
  case inconsistentArray(file: String, elementType: ElementType)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .file(let error):
      error.description
    case .badMagic(let file):
      "\(file) is not a NumPy file: it does not begin with \\x93NUMPY"
    case .unsupportedVersion(let file, let major, let minor):
      "\(file) has version \(major).\(minor) of the NumPy format; 1.0, 2.0 and 3.0 are read"
    case .truncatedHeader(let file, let expected, let found):
      "\(file) ends inside its header: \(expected) bytes expected, \(found) found"
    case .badHeader(let file, let reason):
      "\(file) has a bad header: \(reason)"
    case .unsupportedType(let file, let descriptor):
      "\(file) holds elements of type \(descriptor); float32, float64, int64, int32, int8,"
        + " uint8 and bool are read"
    case .bigEndian(let file, let descriptor):
      "\(file) holds big-endian elements (\(descriptor)); only little-endian ones are read"
    case .shapeTooLarge(let file, let shape):
      "\(file) claims the shape \(shape), which no memory can hold"
    case .truncatedData(let file, let shape, let expected, let found):
      "\(file) ends too early: shape \(shape) needs \(expected) bytes of elements, \(found) found"
    case .trailingBytes(let file, let shape, let count):
      "\(file) has \(count) bytes more than its shape \(shape) needs"
    case .notBoolean(let file, let position, let found):
      "\(file) holds \(found) as truth value number \(position); 0 or 1 expected"
    case .outOfRange(let file, let elementType, let position, let found):
      "\(file) cannot hold element number \(position), \(found), as \(elementType.rawValue)"
    case .inconsistentArray(let file, let elementType):
      "\(file) cannot be written: the array says \(elementType.rawValue) and stores another type"
    }
  }
}
