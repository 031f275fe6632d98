import Foundation
import Interchange

extension LabelledImages {
  /// The data that a specification means.
  ///
  /// `modulo` takes some of every so many; `limit` takes the first of them, or all where there are
  /// fewer; data that are made, not read, are made in that number. `defaultSplit` serves where the specification names none: `.test` to
  /// evaluate, `.train` to train.
  ///
  /// - Throws: `DatasetError` naming the file, record or field at fault.
  public static func load(
    _ specification: DataSpecification, defaultSplit: DataSplit
  ) throws(DatasetError) -> LabelledImages {
    var resolved = specification
    let split = specification.split ?? defaultSplit
    let scheme = specification.scheme
    guard scheme.splits.contains(split) else {
      let known = scheme.splits.map(\.rawValue).joined(separator: " or ")
      throw .specification(
        .badValue(field: "split", value: split.rawValue, expected: known))
    }
    if let limit = specification.limit, limit < 1 {
      throw .specification(
        .badValue(field: "limit", value: "\(limit)", expected: "a positive number of images"))
    }
    if let modulo = specification.modulo {
      var whole = specification
      (whole.modulo, whole.limit) = (nil, nil)
      let all = try load(whole, defaultSplit: split)
      resolved.split = split
      let numbers = modulo.numbers(below: all.count).prefix(specification.limit ?? .max)
      return try all.subset(Array(numbers)).named(resolved.nameWithoutPath)
    }
    resolved.split = split
    let name = resolved.nameWithoutPath
    let (folder, limit) = (specification.folder, specification.limit)
    switch scheme {
    case .cifar10:
      return try CIFAR10.load(folder, split: split, limit: limit, name: name)
    case .idx:
      return try IDX.load(folder, split: split, limit: limit, name: name)
    case .npy:
      return try NumPyImages.load(folder, limit: limit, name: name)
    case .glyphs:
      return try Glyphs.images(
        split: split, count: limit, seed: specification.seed ?? Glyphs.usualSeed, name: name)
    case .images:
      throw .specification(.notBuiltIn(scheme: scheme.rawValue))
    }
  }
}

/// The bytes of a file of a data set.
///
/// - Throws: `DatasetError.file`.
func readBytes(_ url: URL) throws(DatasetError) -> [UInt8] {
  do {
    return [UInt8](try WholeFile.read(url))
  } catch {
    throw .file(error)
  }
}
