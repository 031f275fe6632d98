internal import CKernels

extension Kernels {
  /// Independent multiply-adds and nothing else: timed, the most that any kernel of this path can reach.
  ///
  /// Twelve vectors take `rounds` steps `x = x · ½ + 1` each, vector i starting at i in every lane; with
  /// L lanes the sum over all lanes is `L · (24 + 42 / 2^rounds)`.
  ///
  /// - Parameter rounds: the number of steps.
  /// - Returns: the floating-point operations that the steps took, two for each multiply-add, and the sum.
  public static func multiplyAddChains(rounds: Int) -> (operations: Double, sum: Float) {
    var sum: Float = 0
    let operations = espalier_multiply_add_chains(rounds, &sum)
    return (operations, sum)
  }
}
