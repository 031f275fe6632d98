import Interchange
import Tensors

/// What can be wrong with a data set, with how it is asked for, or with what is done to it.
public enum DatasetError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file system said no.
  case file(FileError)
  /// A `.npy` file cannot be read.
  case numPy(NumPyError)
  /// The text that should say which data to use does not.
  case specification(DataSpecificationError)

  /// A file whose length does not fit what it should hold.
  case fileSize(file: String, content: String, expected: Int, found: Int)
  /// A file that begins with another number than its format prescribes.
  case badMagic(file: String, expected: UInt32, found: UInt32)
  /// A label outside the classes; records are counted from 0.
  case labelOutOfRange(file: String, record: Int, classCount: Int, found: Int)
  /// Images and labels of different number.
  case countMismatch(imageFile: String, images: Int, labelFile: String, labels: Int)
  /// Elements of a type that this file should not hold.
  case elementType(file: String, expected: String, found: String)
  /// Extents that this file should not have.
  case unsupportedShape(file: String, expected: String, found: Shape)
  /// Storage of another size than count and shape ask for.
  case storageSize(name: String, expected: Int, found: Int)
  /// A data set without a single image.
  case empty(name: String)

  /// A mean and a deviation per channel for another number of channels than the images have.
  case channelCount(preprocessing: Int, images: Int, name: String)
  /// A preprocessing that cannot be carried out.
  case preprocessing(reason: String)
  /// An augmentation that these images do not admit.
  case augmentation(reason: String)
  /// More images asked for than there are.
  case tooFewImages(name: String, requested: Int, found: Int)
  /// An image that does not exist.
  case indexOutOfRange(name: String, index: Int, count: Int)
  /// A buffer of the wrong size.
  case bufferSize(expected: Int, found: Int)
  /// A batch of no images.
  case batchSize(found: Int)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .numPy(let error): error.description
    case .specification(let error): error.description
    case .fileSize, .badMagic, .labelOutOfRange, .countMismatch, .elementType, .unsupportedShape,
      .storageSize, .empty:
      contentDescription
    default: useDescription
    }
  }

  private var contentDescription: String {
    switch self {
    case .fileSize(let file, let content, let expected, let found):
      "\(file) should hold \(content), \(expected) bytes in all; it has \(found)"
    case .badMagic(let file, let expected, let found):
      "\(file) should begin with the magic number \(expected); it begins with \(found)"
    case .labelOutOfRange(let file, let record, let classCount, let found):
      "\(file) has the label \(found) in record \(record); 0 to \(classCount - 1) expected"
    case .countMismatch(let imageFile, let images, let labelFile, let labels):
      "\(imageFile) holds \(images) images and \(labelFile) \(labels) labels"
    case .elementType(let file, let expected, let found):
      "\(file) holds elements of type \(found); \(expected) expected"
    case .unsupportedShape(let file, let expected, let found):
      "\(file) has shape \(found); \(expected) expected"
    case .storageSize(let name, let expected, let found):
      "\(name) needs \(expected) numbers for its images, found \(found)"
    case .empty(let name):
      "\(name) holds no images"
    default: ""
    }
  }

  private var useDescription: String {
    switch self {
    case .channelCount(let preprocessing, let images, let name):
      "the preprocessing has \(preprocessing) channels and the images of \(name) have \(images)"
    case .preprocessing(let reason), .augmentation(let reason):
      reason
    case .tooFewImages(let name, let requested, let found):
      "\(requested) images asked for, \(name) holds \(found)"
    case .indexOutOfRange(let name, let index, let count):
      "\(name) has no image \(index): it holds \(count)"
    case .bufferSize(let expected, let found):
      "a buffer of \(expected) numbers is needed, found \(found)"
    case .batchSize(let found):
      "a batch holds at least one image, found \(found)"
    default: ""
    }
  }
}

/// Why a text does not say which data to use; each case names the field at fault.
public enum DataSpecificationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// There is no `scheme:` in front.
  case missingScheme(text: String)
  /// A scheme that nobody knows, and known ones that look alike.
  case unknownScheme(name: String, near: [String])
  /// A scheme that is planned and not there yet.
  case notBuiltIn(scheme: String)
  /// A scheme that needs a folder, without one.
  case missingPath(scheme: String)
  /// A scheme that needs no folder, with one.
  case unexpectedPath(scheme: String, path: String)
  /// A part after a comma that is not `field=value`.
  case malformedField(text: String)
  /// A field that nobody knows, and known ones that look alike.
  case unknownField(name: String, near: [String])
  /// A field that stands there twice.
  case repeatedField(name: String)
  /// A field with a value it cannot have.
  case badValue(field: String, value: String, expected: String)
  /// A field that this scheme does not have.
  case fieldOfAnotherScheme(field: String, scheme: String)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .missingScheme(let text):
      "the data specification \(text) has no scheme; write scheme:path with one of "
        + DataSpecification.Scheme.names
    case .unknownScheme(let name, let near):
      "there is no data scheme \(name)"
        + hint(near, otherwise: "the schemes are \(DataSpecification.Scheme.names)")
    case .notBuiltIn(let scheme):
      "the data scheme \(scheme): is not built in yet; write the images to an npy: folder instead"
    case .missingPath(let scheme):
      "the data scheme \(scheme): needs a folder after the colon"
    case .unexpectedPath(let scheme, let path):
      "the data scheme \(scheme): takes no folder, found \(path)"
    case .malformedField(let text):
      "the data specification has the part \(text); field=value expected"
    case .unknownField(let name, let near):
      "the data specification has the unknown field \(name)"
        + hint(near, otherwise: "the fields are \(DataSpecification.fieldNames)")
    case .repeatedField(let name):
      "the data specification has the field \(name) twice"
    case .badValue(let field, let value, let expected):
      "the field \(field) of the data specification is \(value); \(expected) expected"
    case .fieldOfAnotherScheme(let field, let scheme):
      "the data scheme \(scheme): has no field \(field)"
    }
  }

  private func hint(_ near: [String], otherwise: String) -> String {
    near.isEmpty ? "; \(otherwise)" : "; did you mean \(near.joined(separator: " or "))?"
  }
}
