public import Tensors

/// What the critic learns from: one stored decision and what it led to.
public struct Experience: Equatable, Sendable {
  /// What was seen, s.
  public var observation: [Float]
  /// What was carried out, a, in −1…1 of the action space.
  public var action: [Float]
  /// The discounted sum of the rewards up to the next observation.
  public var reward: Float
  /// What the value of the next observation counts for: γⁿ, 0 after a terminal step.
  public var discount: Float
  /// How often the reward baseline stands in `reward`.
  public var baselineWeight: Float
  /// What was seen n steps later, s′.
  public var nextObservation: [Float]
}

/// The last experiences, in a ring: the newest takes the place of the oldest.
///
/// Invariants, checked by `checkInvariants()`: `count` is at most `capacity`; the ring is full
/// before anything is overwritten; every column holds `count` rows. Every stored experience has the
/// same chance to be drawn, those of first and last steps too.
public struct ReplayBuffer: Equatable, Sendable {
  /// How many experiences fit.
  public let capacity: Int
  /// The components of an observation.
  public let observationCount: Int
  /// The components of an action.
  public let actionCount: Int
  /// How many are stored.
  public private(set) var count = 0
  /// Where the next one goes.
  public private(set) var next = 0

  var observations = [Float]()
  var actions = [Float]()
  var rewards = [Float]()
  var discounts = [Float]()
  var baselineWeights = [Float]()
  var nextObservations = [Float]()

  /// An empty ring; its capacity is at least 1.
  public init(capacity: Int, observationCount: Int, actionCount: Int) {
    self.capacity = max(capacity, 1)
    self.observationCount = observationCount
    self.actionCount = actionCount
  }

  /// Stores an experience, in place of the oldest when the ring is full.
  public mutating func append(_ experience: Experience) {
    put(experience.observation, in: \.observations)
    put(experience.action, in: \.actions)
    put([experience.reward], in: \.rewards)
    put([experience.discount], in: \.discounts)
    put([experience.baselineWeight], in: \.baselineWeights)
    put(experience.nextObservation, in: \.nextObservations)
    count = min(count + 1, capacity)
    next = (next + 1) % capacity
  }

  /// The experience at a position in `0..<count`.
  public subscript(index: Int) -> Experience {
    Experience(
      observation: Array(observations[rows(index, observationCount)]),
      action: Array(actions[rows(index, actionCount)]),
      reward: rewards[index], discount: discounts[index],
      baselineWeight: baselineWeights[index],
      nextObservation: Array(nextObservations[rows(index, observationCount)]))
  }

  /// Positions drawn uniformly with replacement; none when the ring is empty.
  public func sample(_ batch: Int, using generator: inout SeededGenerator) -> [Int] {
    count == 0 ? [] : (0..<batch).map { _ in generator.integer(below: count) }
  }

  /// Sets where the ring stands, for one that was saved.
  mutating func position(count: Int, next: Int) { (self.count, self.next) = (count, next) }

  private func rows(_ index: Int, _ width: Int) -> Range<Int> {
    index * width..<(index + 1) * width
  }

  private mutating func put(
    _ row: [Float], in column: WritableKeyPath<ReplayBuffer, [Float]>
  ) {
    if count < capacity {
      self[keyPath: column].append(contentsOf: row)
    } else {
      self[keyPath: column].replaceSubrange(rows(next, row.count), with: row)
    }
  }
}
