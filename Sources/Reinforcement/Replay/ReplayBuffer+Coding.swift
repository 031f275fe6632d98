import Networks

/// Columns are coded as their bytes; what breaks an invariant is refused.
extension ReplayBuffer: Codable {
  private enum CodingKeys: String, CodingKey {
    case capacity, observationCount, actionCount, count, next, observations, actions, rewards
    case discounts, baselineWeights, nextObservations
  }

  /// Reads a ring.
  ///
  /// - Throws: `DecodingError` for a field that is missing, `EnvironmentError.invariant` for rows that do not
  ///   fit together.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    func column(_ key: CodingKeys) throws -> [Float] {
      try fields.decode(PackedFloats.self, forKey: key).values
    }
    self.init(
      capacity: try fields.decode(Int.self, forKey: .capacity),
      observationCount: try fields.decode(Int.self, forKey: .observationCount),
      actionCount: try fields.decode(Int.self, forKey: .actionCount))
    position(
      count: try fields.decode(Int.self, forKey: .count),
      next: try fields.decode(Int.self, forKey: .next))
    observations = try column(.observations)
    actions = try column(.actions)
    rewards = try column(.rewards)
    discounts = try column(.discounts)
    baselineWeights = try column(.baselineWeights)
    nextObservations = try column(.nextObservations)
    guard isWhole else {
      throw EnvironmentError.invariant(
        expected: "columns of \(count) rows", found: "another number")
    }
  }

  /// Writes every field.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    for (value, key) in [
      (capacity, CodingKeys.capacity), (observationCount, .observationCount),
      (actionCount, .actionCount), (count, .count), (next, .next),
    ] { try fields.encode(value, forKey: key) }
    for (column, key) in [
      (observations, CodingKeys.observations), (actions, .actions), (rewards, .rewards),
      (discounts, .discounts), (baselineWeights, .baselineWeights),
      (nextObservations, .nextObservations),
    ] { try fields.encode(PackedFloats(column), forKey: key) }
  }

  /// Whether every column has as many rows as the ring says it holds.
  var isWhole: Bool {
    (0...capacity).contains(count) && (0..<capacity).contains(next)
      && [observations, nextObservations].allSatisfy {
        observationCount > 0 && $0.count % observationCount == 0
          && $0.count / observationCount == count
      } && actionCount > 0 && actions.count % actionCount == 0
      && actions.count / actionCount == count
      && [rewards, discounts, baselineWeights].allSatisfy { $0.count == count }
  }
}
