import Networks
import Tensors

/// Scores the channel classes of a group; the classes with the lowest scores go first.
///
/// A criterion looks at the network as it came: its scores do not depend on a candidate.
protocol ChannelCriterion {
  /// The score of each class of a group.
  func scores(of group: ChannelGroup) -> [Int: Double]
}

/// What criteria look at.
struct CriterionData {
  /// The network as it came; no two nodes share a constant.
  let graph: Graph
  let dependencies: ChannelDependencies
  /// The graph's input; empty where no criterion looks at images.
  let input: String
  /// The calibration images.
  let images: StoredValue
  /// The class of each calibration image; empty where no criterion looks at labels.
  let labels: [Int]
  let pool: WorkerPool
}

extension PruningSettings.Criterion {
  /// The scores of all channel classes that can go.
  ///
  /// - Throws: `CompressionError.data` when images or labels do not fit the network or give a score
  ///   that is no finite number, `TrainingError` when the network has no class scores.
  func scores(_ data: CriterionData) throws -> [Int: Double] {
    let criterion = try criterion(data)
    var scores: [Int: Double] = [:]
    for group in data.dependencies.groups where group.obstacle == nil {
      let own = criterion.scores(of: group)
      if self == .activation || self == .taylor,
        let score = own.values.first(where: { !$0.isFinite })
      {
        throw CompressionError.data(
          expected: "images with a finite score (\(rawValue)) for each channel of '\(group.name)'",
          found: "\(score)")
      }
      scores.merge(own) { $1 }
    }
    return scores
  }

  private func criterion(_ data: CriterionData) throws -> any ChannelCriterion {
    switch self {
    // Where the exact error cannot speak for a group, the magnitude does.
    case .l1, .leastSquares: Magnitude(.absolute, data)
    case .l2: Magnitude(.euclidean, data)
    case .geometricMedian: GeometricMedian(data)
    case .activation: try MeanActivation(data)
    case .taylor: try TaylorImportance(data)
    }
  }
}
