public import Compression

/// How much each decision alone changes what the network says, choice by choice.
///
///     s = mean over images of KL(p ‖ q),   p = softmax of the network as it came, q of the network with
///                                          one decision carried out
///
/// No label is asked. Sums of s over the decisions rank policies well as long as errors are small, which is
/// what the budget rule and the first episode need of them; `refined` measures where they are not, and the
/// agent learns the rest. Choices that were not measured lie on lines between those that were, 8 bits and all
/// channels at 0; and less of something is never better than more, whatever noise says.
///
/// Cost: one pass over the images for each decision and probe.
public struct BitSensitivity: Sendable {
  /// For each decision, s by choice.
  public let losses: [[Int: Double]]

  /// Measures a space.
  ///
  /// - Parameters:
  ///   - space: the decisions.
  ///   - divergence: from the network as it came.
  ///   - onDecision: called before each decision; what it throws ends the measurement.
  /// - Throws: what cutting, quantising and running throw.
  public init(
    _ space: any OperandSpace, against divergence: OutputDivergence,
    onDecision: () throws -> Void = {}
  ) throws {
    losses = try space.decisions.enumerated().map { decision, described in
      try onDecision()
      var measured: [(choice: Int, loss: Double)] = []
      for choice in space.probes(of: decision) {
        let graph = try space.network(deciding: decision, as: choice)
        measured.append((choice, try divergence.measure(graph)))
      }
      if measured.last.map({ $0.choice < described.whole }) ?? true {
        measured.append((described.whole, 0))
      }
      return Self.filled(measured, for: described.choices)
    }
  }

  private init(losses: [[Int: Double]]) { self.losses = losses }

  /// The same measured around a candidate: each decision changed alone, all others as they are there.
  ///
  ///     s_d(b) = mean over images of KL(p ‖ q),   q of the candidate with decision d changed to b
  ///
  /// What decisions cost alone does not add up where much is lost. Measured are the choices up to two places
  /// from the candidate's own; further away the losses go on as they did. Channels keep theirs.
  ///
  /// Cost: one pass over the images for each decision and up to four of its choices.
  ///
  /// - Parameters:
  ///   - center: the divergence of the candidate itself.
  ///   - onDecision: called before each decision; what it throws ends the measurement.
  /// - Throws: what quantising and running throw.
  public func refined(
    around candidate: [Int], _ space: any OperandSpace, divergence: OutputDivergence,
    center: Double, onDecision: () throws -> Void = {}
  ) throws -> BitSensitivity {
    var refined = losses
    for (decision, described) in space.decisions.enumerated()
    where space.operands[decision] != .channels {
      try onDecision()
      guard case .listed(let all) = described.choices,
        let place = all.firstIndex(of: candidate[decision])
      else { continue }
      let near = max(0, place - 2)...min(all.count - 1, place + 2)
      var measured = [Double](repeating: center, count: all.count)
      for position in near where position != place {
        var changed = candidate
        changed[decision] = all[position]
        measured[position] = try divergence.measure(space.network(changed))
      }
      let alone = all.map { losses[decision][$0] ?? 0 }
      for position in all.indices where !near.contains(position) {
        let edge = position < near.lowerBound ? near.lowerBound : near.upperBound
        measured[position] = measured[edge] + alone[position] - alone[edge]
      }
      refined[decision] = Self.filled(
        zip(all, measured).map { (choice: $0, loss: $1) }, for: described.choices)
    }
    return BitSensitivity(losses: refined)
  }

  /// The losses of all choices from those of some, in rising order of choices.
  static func filled(
    _ measured: [(choice: Int, loss: Double)], for choices: Choices
  ) -> [Int: Double] {
    guard case .listed(let all) = choices else { return [:] }
    var falling = measured
    for index in falling.indices.dropFirst() {
      falling[index].loss = min(falling[index].loss, falling[index - 1].loss)
    }
    return Dictionary(
      uniqueKeysWithValues: all.map { choice in
        guard let above = falling.firstIndex(where: { $0.choice >= choice }) else {
          return (choice, 0)
        }
        guard falling[above].choice > choice, above > 0 else {
          return (choice, falling[above].loss)
        }
        let (low, high) = (falling[above - 1], falling[above])
        let part = Double(choice - low.choice) / Double(high.choice - low.choice)
        return (choice, low.loss + (high.loss - low.loss) * part)
      })
  }
}
