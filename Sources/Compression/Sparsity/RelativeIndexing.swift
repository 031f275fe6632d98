/// The size of a sparse layer when it is stored as values with relative indices.
///
/// A nonzero weight is stored as its value and the number of zeros skipped before it, in b bits. Where
/// more than 2^b − 1 zeros are to be skipped a filler stands in between: an entry of value zero that
/// skips 2^b − 1 and is itself the 2^b-th. Zeros behind the last nonzero weight are not stored.
///
///     entries(b) = Σ_i (1 + ⌊gap_i / 2^b⌋)        bits = min_{b in 1…16} entries(b) · (32 + b)
///
/// A layer for which that is no less than 32 bits a weight is stored dense. What says which b a layer
/// has, and how long it is, is not counted.
///
/// Source: Han et al. 2016, "Deep compression" (arXiv 1510.00149), section 2 and figure 2.
public enum RelativeIndexing {
  /// The bits of a value.
  public static let valueBits = 32
  /// The bits that an index may have.
  public static let indexBits = 1...16

  /// How a layer is stored.
  public struct Layout: Equatable, Sendable {
    /// The bits of an index; nil where the layer is stored dense.
    public let indexBits: Int?
    /// Stored values, fillers among them.
    public let entries: Int
    /// Bits in all.
    public let bits: Int

    /// Whole bytes.
    public var bytes: Int { (bits + 7) / 8 }
  }

  /// The smallest layout of a layer; of equal ones that with fewer index bits, dense last.
  ///
  /// - Parameter isKept: for each weight, row-major, whether it is not zero.
  public static func layout(_ isKept: some Sequence<Bool>) -> Layout {
    let (count, entries) = entries(isKept)
    var best: Layout?
    for (bits, entries) in zip(indexBits, entries) {
      let layout = Layout(
        indexBits: bits, entries: entries, bits: entries * (valueBits + bits))
      if best.map({ layout.bits < $0.bits }) ?? true { best = layout }
    }
    let dense = Layout(indexBits: nil, entries: count, bits: count * valueBits)
    guard let best, best.bits < dense.bits else { return dense }
    return best
  }

  /// The number of weights, and of stored values for each width of the index.
  static func entries(_ isKept: some Sequence<Bool>) -> (count: Int, entries: [Int]) {
    var count = 0
    var kept = 0
    var gap = 0
    var fillers = [Int](repeating: 0, count: indexBits.upperBound + 1)
    for isKept in isKept {
      count += 1
      guard isKept else {
        gap += 1
        continue
      }
      kept += 1
      // Most gaps are short: they need fillers at the smallest widths alone.
      var bits = indexBits.lowerBound
      while bits <= indexBits.upperBound, gap >> bits > 0 {
        fillers[bits] += gap >> bits
        bits += 1
      }
      gap = 0
    }
    return (count, indexBits.map { kept + fillers[$0] })
  }
}
