import ArgumentParser

/// Seeds as an option takes them: `3`, `1,2,5`, `1-3`, `1..3` or `1...3`.
struct SeedList: ExpressibleByArgument, Equatable {
  let seeds: [Int]
  private static let most = 10_000

  init(_ seeds: [Int]) { self.seeds = seeds }

  init?(argument: String) {
    var seeds: [Int] = []
    for item in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let range = Self.range(String(item)), seeds.count + range.count <= Self.most else {
        return nil
      }
      seeds += Array(range)
    }
    self.seeds = seeds
  }

  private static func range(_ text: String) -> ClosedRange<Int>? {
    if let seed = Int(text) { return seed >= 0 ? seed...seed : nil }
    for sign in ["...", "..", "-"] {
      let ends = text.components(separatedBy: sign)
      guard ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]) else { continue }
      guard first >= 0, first <= last, last - first < most else { return nil }
      return first...last
    }
    return nil
  }
}
