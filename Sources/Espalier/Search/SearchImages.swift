import Datasets
import Tensors

/// The images of a search, parted so that none serves two ends.
struct SearchImages {
  let name: String
  let validation: LabelledImages
  let calibration: LabelledImages
  let test: LabelledImages?
  /// All training images but those for validation; nil where nothing is trained.
  let fineTuning: LabelledImages?

  /// Parts the images as the environment says, or else the training split.
  init(_ data: String, _ definition: EnvironmentDefinition, streams: RandomStreams) throws {
    let specification = try DataSpecification(data)
    if let split = definition.split {
      try self.init(specification, split, definition, streams)
    } else {
      try self.init(specification, definition, streams)
    }
  }

  /// Takes the parts that the environment names; the numbers of images are upper bounds.
  ///
  /// Validation images stand in the order of the stream `images`: in that of a file the first ones may all
  /// be of one class, and screening would judge by them.
  private init(
    _ data: DataSpecification, _ parts: DataParts, _ definition: EnvironmentDefinition,
    _ streams: RandomStreams
  ) throws {
    guard data.modulo == nil, data.limit == nil else {
      throw EspalierError.setting(
        name: "--data", expected: "all images, since the environment's field 'split' parts them",
        found: "\(data)")
    }
    func part(_ residues: Residues, atMost limit: Int?) throws -> LabelledImages {
      var specification = data
      specification.modulo = residues
      specification.limit = limit
      return try LabelledImages.load(specification, defaultSplit: .train)
    }
    calibration = try part(parts.calibration, atMost: definition.calibrationImages)
    name = calibration.name
    let measured = try part(parts.validation, atMost: definition.validationImages)
    validation = try measured.subset(Self.order(of: measured, streams))
    test = try parts.test.map { try part($0, atMost: nil) }
    fineTuning = definition.trains ? try part(parts.calibration, atMost: nil) : nil
  }

  /// Parts the training split.
  ///
  /// Validation and calibration images come from it in the order of the stream `images`: validation
  /// from its front, calibration from its end, so that neither number moves the other's images. Data
  /// with a validation split of their own are validated on its first images.
  private init(
    _ specification: DataSpecification, _ definition: EnvironmentDefinition,
    _ streams: RandomStreams
  ) throws {
    let training = try LabelledImages.load(specification, defaultSplit: .train)
    let hasValidation =
      specification.split == nil && specification.scheme.splits.contains(.validation)
    let first = hasValidation ? 0 : definition.validationImages
    guard first + definition.calibrationImages <= training.count else {
      throw EspalierError.setting(
        name: "validationImages and calibrationImages",
        expected: "at most \(training.count) together, the images of '\(training.name)'",
        found: "\(first) and \(definition.calibrationImages)")
    }
    name = training.name
    let order = Self.order(of: training, streams)
    calibration = try training.subset(order.suffix(definition.calibrationImages).sorted())
    if hasValidation {
      validation = try LabelledImages.load(specification, defaultSplit: .validation)
        .prefix(definition.validationImages)
    } else {
      validation = try training.subset(Array(order.prefix(first)))
    }
    fineTuning = definition.trains ? try training.subset(order.dropFirst(first).sorted()) : nil
    // A folder of arrays is one set whatever the split is called: nothing in it is unseen.
    let hasTest = specification.split == nil && specification.scheme != .npy
    test = hasTest ? try LabelledImages.load(specification, defaultSplit: .test) : nil
  }

  private static func order(of images: LabelledImages, _ streams: RandomStreams) -> [Int] {
    var stream = streams.stream("images")
    return stream.permutation(of: images.count)
  }

  /// The calibration images alone, as `apply` needs them.
  ///
  /// - Parameters:
  ///   - data: the data that the search was given.
  ///   - record: what the policy says of the calibration images: parted data are named with their part.
  static func calibration(
    _ data: String, count: Int, record: String?, streams: RandomStreams
  ) throws -> LabelledImages {
    var specification = try DataSpecification(data)
    if specification.modulo == nil, let record,
      let part = try? DataSpecification(record).modulo
    {
      specification.modulo = part
      return try enough(LabelledImages.load(specification, defaultSplit: .train), count)
        .prefix(count)
    }
    let training = try enough(
      LabelledImages.load(specification, defaultSplit: .train), count)
    return try training.subset(order(of: training, streams).suffix(count).sorted())
  }

  private static func enough(
    _ images: LabelledImages, _ count: Int
  ) throws(EspalierError) -> LabelledImages {
    guard count <= images.count else {
      throw .setting(
        name: "--data", expected: "at least the policy's \(count) calibration images",
        found: "\(images.count)")
    }
    return images
  }
}

extension EnvironmentDefinition {
  /// Whether candidates are trained, in each episode or at the end.
  fileprivate var trains: Bool { fineTuning != nil || quantization?.episodeTraining != nil }
}
