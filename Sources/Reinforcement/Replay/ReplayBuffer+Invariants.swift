extension ReplayBuffer {
  /// Checks the invariants.
  ///
  /// - Throws: `EnvironmentError.invariant` with the first one that does not hold.
  public func checkInvariants() throws(EnvironmentError) {
    try require(count >= 0 && count <= capacity, "at most \(capacity) experiences", "\(count)")
    try require(
      count == capacity ? (0..<capacity).contains(next) : next == count,
      "the next position within the ring, behind the last while it is not full",
      "position \(next) with \(count) of \(capacity) stored")
    let columns = [
      (observations, observationCount), (actions, actionCount), (rewards, 1), (discounts, 1),
      (baselineWeights, 1), (nextObservations, observationCount),
    ]
    for (column, width) in columns {
      try require(
        column.count == count * width, "\(count * width) numbers in a column",
        "\(column.count)")
    }
    try require(
      discounts.allSatisfy { $0 >= 0 && $0 <= 1 }, "discounts in 0…1", "another one")
    try require(
      actions.allSatisfy { abs($0) <= 1.001 }, "executed actions in −1…1", "another one")
  }

  private func require(
    _ holds: Bool, _ expected: String, _ found: String
  ) throws(EnvironmentError) {
    guard holds else { throw .invariant(expected: expected, found: found) }
  }
}
