internal import Units

extension [LayerBits: CostTable.Entry] {
  /// An entry between those of the nearest bits: linear in either side's bits.
  ///
  ///     f(w, a) = Σ over the four corners (w₀ or w₁, a₀ or a₁) of f(corner) · share(w) · share(a),
  ///     share(w₁) = (w − w₀)/(w₁ − w₀), share(w₀) = 1 − share(w₁)
  ///
  /// An energy is there when all corners that count have one; measurements are not.
  ///
  /// - Returns: nothing outside of the bits, or where a corner that counts is missing.
  func interpolated(at bits: LayerBits) -> CostTable.Entry? {
    guard let weights = Self.shares(of: bits.weights.value, among: keys.map(\.weights.value)),
      let activations = Self.shares(
        of: bits.activations.value, among: keys.map(\.activations.value))
    else { return nil }
    var mean = 0.0
    var energy: Double? = 0
    for (weightBits, weightShare) in weights {
      for (activationBits, activationShare) in activations {
        let corner = LayerBits(
          weights: BitWidth(weightBits), activations: BitWidth(activationBits))
        guard let entry = self[corner] else { return nil }
        let share = weightShare * activationShare
        mean += share * entry.mean
        energy = entry.energy.flatMap { known in energy.map { $0 + share * known.value } }
      }
    }
    return CostTable.Entry(mean: mean, energy: energy.map { Joules($0) })
  }

  /// The nearest numbers at or below and at or above one, with their shares; one of share 1 when it is there.
  private static func shares(of wanted: Int, among bits: [Int]) -> [(Int, Double)]? {
    guard let below = bits.filter({ $0 <= wanted }).max(),
      let above = bits.filter({ $0 >= wanted }).min()
    else { return nil }
    guard below < above else { return [(below, 1)] }
    let share = Double(wanted - below) / Double(above - below)
    return [(below, 1 - share), (above, share)]
  }
}
