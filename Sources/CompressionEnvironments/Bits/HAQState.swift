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
  static func vector(
    _ problem: SearchProblem, _ space: any OperandSpace, _ action: BitAction, decided: [Int]
  ) -> [Double] {
    let decisions = problem.decisions
    let position = min(decided.count, decisions.count - 1)
    let features = decisions[position].features
    func scaled(_ key: KeyPath<LayerFeatures, Int>) -> Double {
      Decision.scaled(key, of: position, among: decisions)
    }
    let last = decided.last.map { bits in
      action.action(of: bits, among: decisions[decided.count - 1].choices, decided.count - 1)
    }
    return [
      decisions.count > 1 ? Double(decided.count) / Double(decisions.count) : 0,
      scaled(\.inputChannels), scaled(\.outputChannels), scaled(\.kernel), scaled(\.stride),
      scaled(\.inputPixels), scaled(\.weights), features.isDepthwise ? 1 : 0,
      space.operands[position] == .weights ? 1 : 0, last ?? 1,
    ] + (space.operands.contains(.channels) ? [space.operands[position] == .channels ? 1 : 0] : [])
  }
}
