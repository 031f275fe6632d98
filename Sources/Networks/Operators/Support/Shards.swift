/// A count split into contiguous parts that depend on the count alone, never on threads.
struct Shards {
  /// The number of things split.
  let count: Int
  /// The number of parts, at least 1.
  let parts: Int

  /// At most `limit` parts of at least `least` things each.
  init(of count: Int, limit: Int, least: Int = 1) {
    self.count = count
    parts = max(1, min(limit, count / max(least, 1)))
  }

  /// The things of one part; sizes differ by at most 1.
  subscript(part: Int) -> Range<Int> {
    count * part / parts..<count * (part + 1) / parts
  }
}
