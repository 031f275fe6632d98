public import Compression

/// The bits of every layer for which a network's outputs change least within a budget.
///
///     minimise  Σ_l s_l(w_l) + s_l(a_l)      subject to  Σ_l cost_r(l, w_l, a_l) ≤ limit_r
///
/// with sensitivities s measured layer by layer. The minimum is exact: see `MultipleChoiceKnapsack`.
///
/// Source: the integer linear program of EPTQ (arXiv 2309.11531), section 3, and of its code, which hands it
/// to a solver with a time limit.
public struct BitAssignment: Hashable, Sendable {
  /// The bits of each layer, in the order of the network.
  public let choices: [LayerQuantization]
  /// The sum of their sensitivities.
  public let sensitivity: Double
  /// What the network then costs in each limited quantity.
  public let costs: [Int]

  /// Decides.
  ///
  /// - Parameters:
  ///   - sensitivities: measured for the same layers and candidates; candidates that were left out are none.
  ///   - candidates: the bits that each layer may get.
  ///   - costs: what the network costs at some bits. Every limited quantity must be a sum over layers: weight
  ///     bytes, bit operations, latency and energy are.
  ///   - limits: the most of each quantity.
  /// - Throws: `CompressionError.unreachableBudget` with the smallest reachable cost; `.setting` that names a
  ///   layer with no candidate left, a quantity that no choice of bits changes, or limits that cannot be met
  ///   together; what `QuantizedCosts.check` throws.
  public init(
    _ sensitivities: BitSensitivities, candidates: BitCandidates, costs: QuantizedCosts,
    limits: [CostLimit]
  ) throws {
    let table = try CostTable(sensitivities, candidates, costs, limits)
    let solution: MultipleChoiceKnapsack.Solution
    do throws(KnapsackError) {
      solution = try MultipleChoiceKnapsack(
        groups: table.groups, limits: zip(limits, table.offsets).map { $0.most - $1 }
      ).solve()
    } catch {
      throw table.failure(error, costs)
    }
    let chosen = zip(table.quantizations, solution.choices).map { $0[$1] }
    choices = chosen
    sensitivity = solution.loss
    self.costs = limits.map { costs.cost(of: chosen, in: $0.quantity) }
    for (limit, cost) in zip(limits, self.costs) where cost > limit.most {
      throw CompressionError.setting(
        name: "budget", expected: "a quantity that is a sum over layers",
        found: "\(limit.quantity.rawValue), which came to \(cost) instead of \(limit.most)")
    }
  }
}

/// The knapsack of an assignment: what each candidate of each layer loses and costs.
private struct CostTable {
  /// The candidates of each layer.
  var quantizations: [[LayerQuantization]] = []
  /// The same as choices: costs above those of the first candidate of the layer.
  var groups: [[MultipleChoiceKnapsack.Choice]] = []
  /// What the network costs with every layer's first candidate.
  let offsets: [Int]
  let limits: [CostLimit]

  init(
    _ sensitivities: BitSensitivities, _ candidates: BitCandidates, _ costs: QuantizedCosts,
    _ limits: [CostLimit]
  ) throws {
    self.limits = limits
    for limit in limits where ![.weightBytes, .bitOps, .latency, .energy].contains(limit.quantity) {
      throw CompressionError.setting(
        name: "budget", expected: "weightBytes, bitOps, latency or energy, which bits change",
        found: limit.quantity.rawValue)
    }
    for limit in limits where !costs.quantities.contains(limit.quantity) {
      throw CompressionError.setting(
        name: "budget", expected: "a device that says what \(limit.quantity.rawValue) is",
        found: "none")
    }
    var losses: [[Double]] = []
    for (number, layer) in sensitivities.layers.enumerated() {
      let (own, left) = Self.candidates(number, layer, sensitivities, candidates)
      guard !own.isEmpty else {
        throw CompressionError.setting(
          name: "candidates of layer '\(layer)'",
          expected: "at least one that leaves the network's outputs finite", found: "none")
      }
      quantizations.append(own)
      losses.append(left)
    }
    for step in 0..<(quantizations.map(\.count).max() ?? 0) {
      try costs.check(quantizations.map { $0[min(step, $0.count - 1)] })
    }
    var base = quantizations.map { $0[0] }
    let offsets = limits.map { costs.cost(of: base, in: $0.quantity) }
    self.offsets = offsets
    for number in quantizations.indices {
      groups.append(
        zip(quantizations[number], losses[number]).map { quantization, loss in
          base[number] = quantization
          let own = zip(limits, offsets).map { limit, offset in
            min(costs.cost(of: base, in: limit.quantity), 1 << 60) - min(offset, 1 << 60)
          }
          return MultipleChoiceKnapsack.Choice(loss: loss, costs: own)
        })
      base[number] = quantizations[number][0]
    }
  }

  private static func candidates(
    _ number: Int, _ layer: String, _ sensitivities: BitSensitivities, _ candidates: BitCandidates
  ) -> (quantizations: [LayerQuantization], losses: [Double]) {
    func loss(_ table: [Int: Double], _ bits: Int, among all: [Int]) -> Double? {
      let isDecided = candidates.pinned[layer] == nil && all.count > 1
      return isDecided && bits != LayerQuantization.untouched ? table[bits] : 0
    }
    var quantizations: [LayerQuantization] = []
    var losses: [Double] = []
    for quantization in candidates.quantizations(of: layer) {
      guard
        let own = loss(
          sensitivities.weights[number], quantization.weightBits, among: candidates.weights),
        let input = loss(
          sensitivities.activations[number], quantization.activationBits,
          among: candidates.activations)
      else { continue }
      quantizations.append(quantization)
      losses.append(own + input)
    }
    return (quantizations, losses)
  }

  /// What a user is told when there is no answer.
  func failure(_ error: KnapsackError, _ costs: QuantizedCosts) -> CompressionError {
    switch error {
    case .unreachable(let resource, let limit, let smallest):
      let quantity = limits[resource].quantity
      let offset = offsets[resource]
      let whole = quantizations.map {
        LayerQuantization(layer: $0[0].layer, weightBits: 8, activationBits: 8)
      }
      let unit = quantity.countsPerUnit
      return .unreachableBudget(
        quantity: quantity.rawValue, asked: Double(limit + offset) / unit,
        smallest: Double(smallest + offset) / unit,
        original: Double(max(costs.cost(of: whole, in: quantity), 1)) / unit)
    case .unreachableTogether:
      return .setting(
        name: "budget", expected: "limits that can be met together",
        found: limits.map { "\($0.quantity.rawValue) of \($0.most)" }.joined(separator: " and "))
    default:
      return .setting(name: "budget", expected: "a problem that can be solved", found: "\(error)")
    }
  }
}
