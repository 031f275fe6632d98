public import Compression
public import Networks

/// What a search decides about: numbers, layer by layer, and what a candidate of such numbers costs
/// and is.
///
/// `SearchProblem` adds limits, a measure and a reward; agents see no more of a space than this.
public protocol SearchSpace {
  /// The decisions in graph order, at least one.
  var decisions: [Decision] { get }

  /// What the network that the search is about costs as it came.
  var originalCost: NetworkCost { get }

  /// The quantities that its candidates' costs are counted in.
  var quantities: [CostQuantity] { get }

  /// Whether what a fixed profile leaves of a budget is filled up, as with channels; bits of one width
  /// everywhere are what they are.
  var fillsProfiles: Bool { get }

  /// What the journal calls the numbers of a candidate, such as `widths`.
  var choiceName: String { get }

  /// The cost of a candidate, one choice for each decision, in one quantity.
  ///
  /// Asked for many times an episode: computed without making the network.
  func cost(_ choices: [Int], in quantity: CostQuantity) -> Int

  /// Makes a candidate's network.
  ///
  /// - Throws: what cutting throws.
  func network(_ choices: [Int]) throws -> Graph
}

extension SearchSpace {
  /// Those that follow from a graph alone.
  public var quantities: [CostQuantity] { CostQuantity.structural }

  /// It is filled up.
  public var fillsProfiles: Bool { true }
}
