/// The map between an action in 0…1 and the choices of a decision.
public struct BitAction: Sendable {
  /// The choice of each decision that lies at 0.5; nil for bins of equal width.
  private let centers: [Int]?

  /// Bins of equal width.
  ///
  /// Source: Wang et al. 2019, equation 3, here with exact ends whatever the parity of the bits: of n choices
  /// the i-th, counted from 0, is taken for i/n ≤ a < (i + 1)/n, the last one also at 1.
  public static let equalBins = BitAction(centers: nil)

  /// A map with what is suggested at 0.5, the fewest at 0 and the most at 1, and lines between them, so that an
  /// actor which knows nothing yet says what is suggested.
  public static func around(_ suggestion: [Int]) -> BitAction { BitAction(centers: suggestion) }

  private init(centers: [Int]?) { self.centers = centers }

  /// The choice that an action asks for.
  func choice(of action: Double, among choices: Choices, _ decision: Int) -> Int {
    guard case .listed(let all) = choices else { return choices.most }
    let action = min(max(action, 0), 1)
    guard let center = center(decision, all) else {
      return all[min(Int((action * Double(all.count)).rounded(.down)), all.count - 1)]
    }
    let last = Double(all.count - 1)
    let place =
      action < 0.5 ? 2 * action * center : center + (2 * action - 1) * (last - center)
    return all[Int(place.rounded(.toNearestOrEven))]
  }

  /// An action that asks for a choice.
  func action(of choice: Int, among choices: Choices, _ decision: Int) -> Double {
    guard case .listed(let all) = choices, let index = all.firstIndex(of: choice) else { return 1 }
    let place = Double(index)
    guard let center = center(decision, all) else { return (place + 0.5) / Double(all.count) }
    if place == center { return 0.5 }
    return place < center
      ? 0.5 * place / center : 0.5 + 0.5 * (place - center) / (Double(all.count - 1) - center)
  }

  /// The place of what is suggested among the choices.
  private func center(_ decision: Int, _ all: [Int]) -> Double? {
    guard let centers else { return nil }
    return all.firstIndex(of: centers[decision]).map(Double.init) ?? Double(all.count - 1)
  }
}
