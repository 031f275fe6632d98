import Compression
public import Networks
public import Tensors

/// How much each decision alone changes what the network says, choice by choice.
///
///     s = mean over images of KL(p ‖ q),   p = softmax of the network as it came, q of the network with
///                                          one decision carried out
///
/// No label is asked. Sums of s over the decisions rank policies well as long as errors are small, which is
/// what the budget rule and the first episode need of them; the agent learns the rest. Choices that were not
/// measured lie on lines between those that were, 8 bits and all channels at 0; and less of something is never
/// better than more, whatever noise says.
///
/// Cost: one pass over the images for each decision and probe.
public struct BitSensitivity: Sendable {
  /// For each decision, s by choice.
  public let losses: [[Int: Double]]

  /// Measures a space.
  ///
  /// - Parameters:
  ///   - space: the decisions.
  ///   - original: the network as it came.
  ///   - images: images × channels × height × width, preprocessed.
  ///   - pool: the threads to use; their number changes no bit.
  /// - Throws: what cutting, quantising and running throw.
  public init(
    _ space: any OperandSpace, original: Graph, images: Tensor, pool: WorkerPool
  ) throws {
    let divergence = try OutputDivergence(from: original, images: images, pool: pool)
    losses = try space.decisions.enumerated().map { decision, described in
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
