public import CompressionEnvironments
import CompressionPolicies
import Networks

/// What an environment file decides about.
public enum Granularity: String, CaseIterable, Sendable {
  /// Channels: how many of each layer's stay.
  case channels
  /// Single weights: how many of each layer's are not zero.
  case weights
}

/// How single weights are pruned: the fields `stages` and `smallestDensity` of an environment file.
public struct WeightPruningSettings: Equatable, Sendable {
  /// The overall density of the decided layers after each stage, descending; the budget of the search.
  public var stages: [Double]
  /// The least part of a layer's weights that one stage keeps of what stood at its beginning.
  public var smallest: SmallestDensity

  /// The names of the fields.
  static let fields = ["granularity", "stages", "smallestDensity"]

  /// Settings; by default one stage that keeps half of the weights.
  public init(stages: [Double] = [0.5], smallest: SmallestDensity = SmallestDensity()) {
    self.stages = stages
    self.smallest = smallest
  }

  /// Reads the fields of an environment; nil for one that decides about channels.
  ///
  /// - Throws: `JSONError` with the field at fault, among them one that belongs to the other granularity.
  static func read(_ reader: JSONReader) throws(JSONError) -> WeightPruningSettings? {
    let granularity: Granularity = try reader.choice("granularity", default: .channels)
    guard granularity == .weights else {
      for field in ["stages", "smallestDensity"] where reader[field] != nil {
        throw .wrongType(
          path: reader.path.appending(field), expected: "\"granularity\": \"weights\" beside it",
          found: "'channels'")
      }
      return nil
    }
    var settings = WeightPruningSettings()
    if let stages: [Double] = try reader.readIfPresent("stages") {
      settings.stages = stages
      try settings.check(reader.path.appending("stages"))
    }
    if let field = reader["smallestDensity"] {
      try field.refuseFields(otherThan: ["convolution", "dense"])
      let paper = settings.smallest
      settings.smallest = SmallestDensity(
        convolution: try field.part("convolution", default: paper.convolution),
        dense: try field.part("dense", default: paper.dense))
    }
    return settings
  }

  private func check(_ path: JSONPath) throws(JSONError) {
    let isDescending = zip(stages, stages.dropFirst()).allSatisfy { $0 > $1 }
    guard !stages.isEmpty, isDescending, stages.allSatisfy({ $0 > 0 && $0 <= 1 }) else {
      throw .wrongType(
        path: path, expected: "densities above 0 and up to 1, each below the one before",
        found: "\(stages)")
    }
  }

  /// The single stage of `--budget density=0.2`.
  ///
  /// - Throws: `EspalierError.budget`.
  static func stages(of budgets: [String]) throws(EspalierError) -> [Double] {
    let text = budgets[0]
    let sides = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard budgets.count == 1, sides.count == 2, sides[0] == "density" else {
      throw .budget(
        text: budgets.first { !$0.hasPrefix("density=") } ?? budgets.joined(separator: " "),
        expected: "one density=VALUE, since single weights are decided")
    }
    guard let density = Double(decimal: sides[1]), density > 0, density <= 1 else {
      throw .budget(text: text, expected: "a density above 0 and up to 1")
    }
    return [density]
  }

  /// The lower bound of the action: the least bound of the layers there are.
  func smallestAction(in graph: Graph) -> Double {
    let types = Set(graph.nodes.map(\.operatorType)).intersection(["Conv", "Gemm", "MatMul"])
    return types.map(smallest.of).min() ?? smallest.convolution
  }

  /// Every field.
  var json: [String: JSONValue] {
    [
      "granularity": Granularity.weights.rawValue.json, "stages": stages.json,
      "smallestDensity": [
        "convolution": smallest.convolution.json, "dense": smallest.dense.json,
      ],
    ]
  }
}
