/// What no other beats in worth and cost.
public enum ParetoFront {
  /// Positions of the pairs that no other pair beats, by rising cost.
  ///
  /// One beats another that costs at least as much and is worth at most as much, unless both are equal; of
  /// equal ones the first counts. Pairs that are not finite do not take part. Time: n log n.
  ///
  /// - Parameters:
  ///   - costs: what should be small.
  ///   - worths: what should be large, as many.
  public static func positions(costs: [Double], worths: [Double]) -> [Int] {
    let order = zip(costs, worths).enumerated().filter { $1.0.isFinite && $1.1.isFinite }
      .map(\.offset).sorted { first, second in
        if costs[first] != costs[second] { return costs[first] < costs[second] }
        if worths[first] != worths[second] { return worths[first] > worths[second] }
        return first < second
      }
    var best = -Double.infinity
    return order.filter { position in
      guard worths[position] > best else { return false }
      best = worths[position]
      return true
    }
  }
}
