public import Compression

/// What a candidate is worth: what agents learn to raise.
public protocol Reward: Sendable {
  /// The worth of a candidate; finite.
  func reward(_ terms: RewardTerms) -> Double
}

/// What a reward may look at.
public struct RewardTerms: Equatable, Sendable {
  /// Accuracy in 0…1.
  public let accuracy: Double
  /// Accuracy in 0…1 of the network as it is; 0 where nobody measured it.
  public let originalAccuracy: Double
  /// What the candidate costs.
  public let cost: NetworkCost
  /// What the network costs as it is.
  public let original: NetworkCost

  /// The terms of a candidate.
  public init(
    accuracy: Double, originalAccuracy: Double = 0, cost: NetworkCost, original: NetworkCost
  ) {
    self.accuracy = accuracy
    self.originalAccuracy = originalAccuracy
    self.cost = cost
    self.original = original
  }
}
