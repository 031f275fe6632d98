import CompressionPolicies
import Datasets

extension Preprocessing {
  /// What a file says.
  ///
  /// - Throws: `DatasetError.preprocessing` for an unknown name, or mean and deviation that do not fit.
  init(_ record: PreprocessingRecord) throws(DatasetError) {
    switch record {
    case .named(let name): self = try .named(name)
    case .meanAndDeviation(let mean, let std):
      self = try .meanAndDeviation(mean: mean.map { Float($0) }, std: std.map { Float($0) })
    }
  }

  /// How a file says it: the name, or the shortest decimals that give the same floats.
  var record: PreprocessingRecord {
    if let name { return .named(name) }
    func decimals(_ values: [Float]) -> [Double] { values.map { Double("\($0)") ?? Double($0) } }
    return .meanAndDeviation(mean: decimals(mean), std: decimals(std))
  }
}
