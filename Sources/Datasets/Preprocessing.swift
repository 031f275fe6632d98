/// How pixels become the numbers that a network sees.
///
/// With x a pixel from 0 to 255 and c its channel: (x / divisor − mean[c]) / std[c]. Computed in
/// 32-bit floats in this order, as PyTorch's `ToTensor` and `Normalize` do.
public struct Preprocessing: Equatable, Sendable {
  /// The name users know it by, or nil for a mean and deviation of their own.
  public let name: String?
  /// What pixels are divided by first.
  public let divisor: Float
  /// What is subtracted then, per channel; a single number serves any number of channels where
  /// `isPerChannel` says so.
  public let mean: [Float]
  /// What is divided by last, likewise.
  public let std: [Float]
  /// Whether mean and deviation belong to a definite number of channels.
  public let isPerChannel: Bool

  private init(name: String?, divisor: Float, mean: [Float], std: [Float], isPerChannel: Bool) {
    self.name = name
    self.divisor = divisor
    self.mean = mean
    self.std = std
    self.isPerChannel = isPerChannel
  }

  /// Pixels as they are, 0…255; sets of floats as they are.
  public static let raw = Preprocessing(
    name: "raw", divisor: 1, mean: [0], std: [1], isPerChannel: false)

  /// Pixels from −1 to 1: x / 127.5 − 1.
  public static let signedUnit = Preprocessing(
    name: "signed-unit", divisor: 127.5, mean: [1], std: [1], isPerChannel: false)

  /// What most networks trained on ImageNet expect of red, green and blue.
  public static let imagenet = Preprocessing(
    name: "imagenet", divisor: 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225],
    isPerChannel: true)

  static let named = [imagenet, signedUnit, raw]
  static var names: [String] { named.compactMap(\.name) }

  /// x / 255, then minus the mean and divided by the deviation of its channel.
  ///
  /// - Throws: `DatasetError.preprocessing` when the lists are empty, of unequal length, or hold a
  ///   number that is not finite or a deviation that is not positive.
  public static func meanAndDeviation(
    mean: [Float], std: [Float]
  ) throws(DatasetError) -> Preprocessing {
    guard !mean.isEmpty, mean.count == std.count else {
      throw .preprocessing(
        reason: "mean has \(mean.count) numbers and std \(std.count); one each per channel expected"
      )
    }
    if let bad = mean.first(where: { !$0.isFinite }) {
      throw .preprocessing(reason: "mean holds \(bad); finite numbers expected")
    }
    if let bad = std.first(where: { !$0.isFinite || $0 <= 0 }) {
      throw .preprocessing(reason: "std holds \(bad); positive numbers expected")
    }
    return Preprocessing(name: nil, divisor: 255, mean: mean, std: std, isPerChannel: true)
  }

  /// A preprocessing by its name: `imagenet`, `signed-unit` or `raw`.
  ///
  /// - Throws: `DatasetError.preprocessing` for any other name.
  public static func named(_ name: String) throws(DatasetError) -> Preprocessing {
    if let found = named.first(where: { $0.name == name }) { return found }
    let near = nearNames(to: name, among: names)
    let hint =
      near.isEmpty
      ? "the names are \(names.joined(separator: ", "))"
      : "did you mean \(near.joined(separator: " or "))?"
    throw .preprocessing(reason: "there is no preprocessing \(name); \(hint)")
  }

  /// What the options `--preprocessing`, `--mean` and `--std` say together; nil when none is given.
  ///
  /// - Throws: `DatasetError.preprocessing` when they contradict each other or do not parse.
  public static func parse(
    name: String?, mean: String?, std: String?
  ) throws(DatasetError) -> Preprocessing? {
    if let name {
      guard mean == nil, std == nil else {
        throw .preprocessing(reason: "preprocessing excludes mean and std; give one or the other")
      }
      return try named(name)
    }
    switch (mean, std) {
    case (nil, nil): return nil
    case (let mean?, let std?):
      return try meanAndDeviation(
        mean: try numbers(mean, field: "mean"), std: try numbers(std, field: "std"))
    case (nil, _): throw .preprocessing(reason: "std is given without mean; both are needed")
    case (_, nil): throw .preprocessing(reason: "mean is given without std; both are needed")
    }
  }

  private static func numbers(_ text: String, field: String) throws(DatasetError) -> [Float] {
    var numbers: [Float] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let trimmed = part.filter { $0 != " " }
      guard let number = Float(trimmed) else {
        throw .preprocessing(
          reason: "\(field) is \(text); numbers with commas between them expected")
      }
      numbers.append(number)
    }
    return numbers
  }
}

extension Preprocessing: CustomStringConvertible {
  /// The name, or mean and deviation as the options take them.
  public var description: String {
    if let name { return name }
    func list(_ values: [Float]) -> String { values.map { "\($0)" }.joined(separator: ",") }
    return "mean \(list(mean)) and std \(list(std))"
  }
}

/// A preprocessing with its numbers laid out for the channels of one data set.
struct Normalization: Sendable {
  let divisor: Float
  let mean: [Float]
  let std: [Float]
  /// The outcome for each of the 256 bytes, channel after channel: division once, not per pixel.
  let table: [Float]

  init(_ preprocessing: Preprocessing, for images: LabelledImages) throws(DatasetError) {
    let channels = images.channelCount
    if preprocessing.isPerChannel {
      guard preprocessing.mean.count == channels else {
        throw .channelCount(
          preprocessing: preprocessing.mean.count, images: channels, name: images.name)
      }
    }
    let perChannel = { (list: [Float]) in
      list.count == channels ? list : [Float](repeating: list[0], count: channels)
    }
    let divisor = preprocessing.divisor
    let mean = perChannel(preprocessing.mean)
    let std = perChannel(preprocessing.std)
    self.divisor = divisor
    self.mean = mean
    self.std = std
    table = (0..<channels).flatMap { channel in
      (0..<256).map { (Float($0) / divisor - mean[channel]) / std[channel] }
    }
  }
}
