/// Weights at positions, with their sum and the position that a part of the sum leads to.
///
/// A complete binary tree in an array: node i stands over 2i and 2i + 1, the root is 1, the leaves are
/// the weights. A node is the sum of its two children and is computed from them each time one changes:
/// nothing is added to what was there, so that no rounding gathers. Both take O(log n).
///
/// Invariants, checked by `checkInvariants()`: weights are finite and not negative; every inner node is
/// exactly the rounded sum of its children; leaves behind `count` are 0.
public struct SumTree: Codable, Equatable, Sendable {
  /// How many weights there are.
  public let count: Int
  private let leaves: Int
  var nodes: [Double]

  /// Weights of 0; there is at least one.
  public init(count: Int) {
    self.count = max(count, 1)
    var leaves = 1
    while leaves < self.count { leaves *= 2 }
    self.leaves = leaves
    nodes = [Double](repeating: 0, count: 2 * leaves)
  }

  /// The sum of all weights.
  public var total: Double { nodes[1] }

  /// The weight at a position in `0..<count`; a new one that is negative or not finite counts as 0.
  public subscript(position: Int) -> Double {
    get { nodes[leaves + position] }
    set {
      var node = leaves + position
      nodes[node] = newValue.isFinite ? max(newValue, 0) : 0
      while node > 1 {
        node /= 2
        nodes[node] = nodes[2 * node] + nodes[2 * node + 1]
      }
    }
  }

  /// The position i with w₀ + … + wᵢ₋₁ ≤ sum < w₀ + … + wᵢ, up to rounding.
  ///
  /// Never one of weight 0 while any weight is above 0.
  public func position(ofSum sum: Double) -> Int {
    var (node, rest) = (1, sum)
    while node < leaves {
      let (left, right) = (nodes[2 * node], nodes[2 * node + 1])
      if left > 0, rest < left || right == 0 {
        node = 2 * node
      } else {
        node = 2 * node + 1
        rest -= left
      }
    }
    return min(node - leaves, count - 1)
  }

  /// Checks the invariants.
  ///
  /// - Throws: `EnvironmentError.invariant` with the first one that does not hold.
  public func checkInvariants() throws(EnvironmentError) {
    for (node, value) in nodes.enumerated().dropFirst() {
      guard value.isFinite, value >= 0 else {
        throw .invariant(expected: "finite sums from 0 on", found: "\(value) at node \(node)")
      }
      if node < leaves {
        let sum = nodes[2 * node] + nodes[2 * node + 1]
        guard value == sum else {
          throw .invariant(expected: "the children's sum \(sum) at node \(node)", found: "\(value)")
        }
      } else if node - leaves >= count, value != 0 {
        throw .invariant(expected: "0 behind the last position", found: "\(value)")
      }
    }
  }

  private enum CodingKeys: String, CodingKey { case count, weights }

  /// Reads the weights; the sums follow from them.
  ///
  /// - Throws: `DecodingError` for a field that is missing or another number of weights.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let weights = try fields.decode([Double].self, forKey: .weights)
    guard try fields.decode(Int.self, forKey: .count) == weights.count else {
      throw DecodingError.dataCorruptedError(
        forKey: .weights, in: fields, debugDescription: "another number of weights")
    }
    self.init(count: weights.count)
    for (position, weight) in weights.enumerated() where weight != 0 { self[position] = weight }
  }

  /// Writes the weights.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(count, forKey: .count)
    try fields.encode(Array(nodes[leaves..<(leaves + count)]), forKey: .weights)
  }
}
