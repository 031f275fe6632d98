/// What updates of a DDPG agent came to: means over those since the figures were last begun anew.
///
/// Figures are read from what an update computes anyway; keeping them changes nothing that is learned.
public struct LearningFigures: Equatable, Sendable {
  /// Updates of the critic.
  public private(set) var updates = 0
  /// Updates of the actor.
  public private(set) var actorUpdates = 0
  private var squares = 0.0
  private var values = 0.0
  private var actorValues = 0.0

  /// No updates yet.
  public init() {}

  /// mean v·(Q(s, a) − y)² of the first critic; nil before the first update.
  public var criticLoss: Double? { updates > 0 ? squares / Double(updates) : nil }

  /// mean Q(s, a) of the first critic; nil before the first update.
  public var meanValue: Double? { updates > 0 ? values / Double(updates) : nil }

  /// −mean Q(s, μ(s)), what the actor lowers, without the penalty on its logits; nil before its first update.
  public var actorLoss: Double? { actorUpdates > 0 ? -actorValues / Double(actorUpdates) : nil }

  /// Takes in an update of the first critic.
  ///
  /// - Parameters:
  ///   - errors: Q − y, one for each row.
  ///   - targets: y, as many.
  ///   - weights: v, as many; nil stands for 1.
  mutating func addCritic(errors: [Float], targets: [Float], weights: [Float]?) {
    var (square, value) = (0.0, 0.0)
    for (row, error) in errors.enumerated() {
      let error = Double(error)
      square += Double(weights?[row] ?? 1) * error * error
      value += error + Double(targets[row])
    }
    squares += square / Double(max(errors.count, 1))
    values += value / Double(max(errors.count, 1))
    updates += 1
  }

  /// Takes in an update of the actor, with Q(s, μ(s)) of each row.
  mutating func addActor(values: some Collection<Float>) {
    actorValues += values.reduce(0) { $0 + Double($1) } / Double(max(values.count, 1))
    actorUpdates += 1
  }
}
