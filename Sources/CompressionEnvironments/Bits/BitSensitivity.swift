import Compression
public import Tensors

/// How much each decision alone changes what the network says, at each number of bits.
///
///     s = mean over images of KL(p ‖ q),   p = softmax of the float network, q of the network with one
///                                          operand of one layer quantised
///
/// No label is asked. Sums of s over the layers rank policies well as long as errors are small, which is
/// what the budget rule and the first episode need of them; the agent learns the rest.
///
/// Cost: one pass over the images for each decision and number of bits; those of 8 and more are taken to
/// change nothing that matters and are not run.
public struct BitSensitivity: Sendable {
  /// For each decision, s by bits.
  public let losses: [[Int: Double]]

  /// Measures a space.
  ///
  /// - Parameters:
  ///   - space: the decisions.
  ///   - candidates: makes the networks.
  ///   - images: images × channels × height × width, preprocessed.
  ///   - pool: the threads to use; their number changes no bit.
  /// - Throws: what quantising and running throw.
  public init(_ space: BitSpace, _ candidates: QuantizedCandidates, images: Tensor, pool: WorkerPool)
    throws
  {
    let divergence = try OutputDivergence(from: candidates.graph, images: images, pool: pool)
    losses = try space.decisions.indices.map { decision in
      var losses: [Int: Double] = [:]
      guard case .listed(let all) = space.decisions[decision].choices else { return losses }
      for bits in all {
        guard bits < 8 else {
          losses[bits] = 0
          continue
        }
        let graph = try candidates.network([space.quantization(of: decision, bits: bits)])
        losses[bits] = try divergence.measure(graph)
      }
      // More bits are never worse: what noise says against it is not believed.
      var least = Double.infinity
      for bits in all {
        least = min(least, losses[bits] ?? least)
        losses[bits] = least
      }
      return losses
    }
  }

  /// The loss of a candidate, as far as single layers tell.
  func loss(_ choices: [Int]) -> Double {
    zip(losses, choices).reduce(0) { $0 + ($1.0[$1.1] ?? 0) }
  }
}
