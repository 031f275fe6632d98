import Compression

/// The ten entries of HAQ's state, each in 0…1.
///
/// Source: Wang et al. 2019, section 3.1, equations 1 and 2. Static entries are divided by their largest
/// value over the network, so that none leaves the range; a dense layer has kernel 1 and stride 0.
struct HAQState {
  /// Entries of the state: an eleventh says, in a joint search, whether channels are decided.
  static func count(_ space: any OperandSpace) -> Int {
    space.operands.contains(.channels) ? 11 : 10
  }

  /// The state before a decision.
  ///
  /// - Parameter decided: the choices made so far, in order.
  static func vector(_ problem: SearchProblem, _ space: any OperandSpace, decided: [Int])
    -> [Double]
  {
    let decisions = problem.decisions
    let position = min(decided.count, decisions.count - 1)
    let features = decisions[position].features
    func scaled(_ key: KeyPath<LayerFeatures, Int>) -> Double {
      let largest = decisions.map { $0.features[keyPath: key] }.max() ?? 0
      return largest > 0 ? Double(features[keyPath: key]) / Double(largest) : 0
    }
    let last = decided.last.map { bits in
      BitAction.action(of: bits, among: decisions[decided.count - 1].choices)
    }
    return [
      decisions.count > 1 ? Double(decided.count) / Double(decisions.count) : 0,
      scaled(\.inputChannels), scaled(\.outputChannels), scaled(\.kernel), scaled(\.stride),
      scaled(\.inputPixels), scaled(\.weights), features.isDepthwise ? 1 : 0,
      space.operands[position] == .weights ? 1 : 0, last ?? 1,
    ] + (space.operands.contains(.channels) ? [space.operands[position] == .channels ? 1 : 0] : [])
  }
}

/// The map between an action in 0…1 and bits.
///
/// Source: Wang et al. 2019, equation 3: bins of equal width, here with exact ends whatever the parity of the
/// bits: of n choices the i-th, counted from 0, is taken for i/n ≤ a < (i + 1)/n, the last one also at 1.
enum BitAction {
  /// The bits of an action.
  static func bits(of action: Double, among choices: Choices) -> Int {
    guard case .listed(let all) = choices else { return choices.most }
    let bin = Int((min(max(action, 0), 1) * Double(all.count)).rounded(.down))
    return all[min(bin, all.count - 1)]
  }

  /// The middle of the bin of some bits: asked for, it gives the same bits.
  static func action(of bits: Int, among choices: Choices) -> Double {
    guard case .listed(let all) = choices, let bin = all.firstIndex(of: bits) else { return 1 }
    return (Double(bin) + 0.5) / Double(all.count)
  }
}
