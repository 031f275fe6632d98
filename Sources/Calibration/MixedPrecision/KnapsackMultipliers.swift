/// Prices of the resources under which the least of loss + price · cost, over all selections, is as large as
/// can be found.
///
///     L(λ) = Σ_g min_k (loss + λ · cost) − λ · capacity      λ ≥ 0
///
/// is a lower bound of every selection within the capacities, whatever λ is (Lagrangian relaxation; Fisher
/// 1981). Prices are found by subgradient steps of Polyak's length, in the best units found so far.
struct KnapsackMultipliers {
  /// λ, for each resource.
  let prices: [Double]

  init(_ problem: KnapsackReduction, upperBound: Double) {
    let capacities = problem.capacities.map { Double(max($0, 1)) }
    var prices = problem.capacities.map { _ in 0.0 }
    var best = (bound: -Double.infinity, prices: prices)
    var scale = 1.0
    var waiting = 0
    for _ in 0..<600 {
      let (bound, slopes) = Self.relaxed(problem, prices, capacities)
      if bound > best.bound {
        best = (bound, prices)
        waiting = 0
      } else {
        waiting += 1
      }
      if waiting == 12 { (scale, waiting, prices) = (scale / 2, 0, best.prices) }
      let length = slopes.reduce(0) { $0 + $1 * $1 }
      guard length > 0, scale > 1e-9 else { break }
      let target = upperBound.isFinite ? upperBound : bound + abs(bound) + 1
      let step = scale * max(target - bound, 1e-12 * (abs(bound) + 1)) / length
      prices = zip(prices, slopes).map { max(0, $0 + step * $1) }
    }
    self.prices = zip(best.prices, capacities).map { $0 / $1 }
  }

  /// L at prices of whole capacities, and its slope: what the cheapest selection uses too much.
  private static func relaxed(
    _ problem: KnapsackReduction, _ prices: [Double], _ capacities: [Double]
  ) -> (bound: Double, slopes: [Double]) {
    var bound = 0.0
    var slopes = zip(problem.capacities, capacities).map { -Double($0) / $1 }
    for (price, slope) in zip(prices, slopes) { bound += price * slope }
    for group in problem.groups {
      var least = Double.infinity
      var chosen: KnapsackReduction.Choice?
      for choice in group {
        var value = choice.loss
        for resource in prices.indices {
          value += prices[resource] * Double(choice.costs[resource]) / capacities[resource]
        }
        if value < least { (least, chosen) = (value, choice) }
      }
      guard let chosen else { continue }
      bound += least
      for resource in slopes.indices {
        slopes[resource] += Double(chosen.costs[resource]) / capacities[resource]
      }
    }
    return (bound, slopes)
  }

  /// loss + λ · cost.
  func priced(_ choice: KnapsackReduction.Choice) -> Double {
    zip(prices, choice.costs).reduce(choice.loss) { $0 + $1.0 * Double($1.1) }
  }
}
