/// How pixels became numbers, as files say it: policies and environments alike.
public enum PreprocessingRecord: Equatable, Sendable {
  /// One that has a name, such as `imagenet`.
  case named(String)
  /// x / 255, then minus the mean and divided by the deviation of its channel.
  case meanAndDeviation(mean: [Double], std: [Double])
}

extension PreprocessingRecord: JSONRepresentable {
  /// Reads a name, or an object of `mean` and `std`.
  public init(_ reader: JSONReader) throws(JSONError) {
    if let name = reader.value.stringValue {
      self = .named(name)
    } else {
      try reader.refuseFields(otherThan: ["mean", "std"])
      self = .meanAndDeviation(mean: try reader.read("mean"), std: try reader.read("std"))
    }
  }

  /// The name, or the object.
  public var json: JSONValue {
    switch self {
    case .named(let name): name.json
    case .meanAndDeviation(let mean, let std): ["mean": mean.json, "std": std.json]
    }
  }
}
