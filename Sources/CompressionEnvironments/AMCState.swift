/// The eleven entries of AMC's state, each in 0…1.
///
/// Source: He et al. 2018, section 3.1.
///
/// Static entries are divided by their largest value over the network's decisions, so that a feature
/// that is equal everywhere reads 1 and none leaves the range.
public struct AMCState: Equatable, Sendable {
  /// t: the decision's position, from 0 to 1.
  public var index: Double
  /// n: output channels of the layer.
  public var outputChannels: Double
  /// c: input channels of the layer.
  public var inputChannels: Double
  /// h: height of its input.
  public var height: Double
  /// w: width of its input.
  public var width: Double
  /// Its stride.
  public var stride: Double
  /// k: its kernel size.
  public var kernel: Double
  /// FLOPs[t]: its part of the network's cost.
  public var layerCost: Double
  /// The cost already removed by earlier decisions, as a part of the original.
  public var reduced: Double
  /// The cost that later decisions can still touch, as a part of the original.
  public var rest: Double
  /// a(t−1): the keep ratio carried out before; 1 at first.
  public var previousAction: Double

  /// The entries in the paper's order.
  public var vector: [Double] {
    [
      index, outputChannels, inputChannels, height, width, stride, kernel, layerCost, reduced, rest,
      previousAction,
    ].map { min(max($0, 0), 1) }
  }

  /// The state before a decision.
  init(_ problem: SearchProblem, decided: [Int]) {
    let decisions = problem.decisions
    let position = min(decided.count, decisions.count - 1)
    func scaled(_ key: KeyPath<LayerFeatures, Int>) -> Double {
      Decision.scaled(key, of: position, among: decisions)
    }
    let quantity = problem.leadingQuantity
    let whole = decisions.map(\.whole)
    let original = Double(max(problem.cost(whole, in: quantity), 1))
    let now = problem.cost(decided + whole[decided.count...], in: quantity)
    let cutLater = problem.cost(
      decided + decisions[decided.count...].map(\.fewest), in: quantity)
    index = decisions.count > 1 ? Double(decided.count) / Double(decisions.count) : 0
    outputChannels = scaled(\.outputChannels)
    inputChannels = scaled(\.inputChannels)
    height = scaled(\.height)
    width = scaled(\.width)
    stride = scaled(\.stride)
    kernel = scaled(\.kernel)
    layerCost = scaled(\.macs)
    reduced = (original - Double(now)) / original
    rest = Double(now - cutLater) / original
    previousAction = decided.last.map { decisions[decided.count - 1].ratio($0) } ?? 1
  }
}
