/// One width to decide.
public struct PruningDecision: Sendable {
  /// The group's number in the dependencies.
  public let group: Int
  /// The layer that reads the group first: the layer the decision stands for.
  public let layer: String
  /// The widths that may be chosen, ascending; the last one is the whole width.
  public let choices: [Int]
  /// What the state says of the layer.
  public let features: LayerFeatures

  /// A decision about `channels` channels.
  ///
  /// - Parameters:
  ///   - smallestKeep: the least part that is kept; at least one channel always is.
  ///   - multiple: what a width must be a multiple of, the whole width excepted.
  init(
    group: Int, layer: String, channels: Int, smallestKeep: Double, multiple: Int,
    features: LayerFeatures
  ) {
    self.group = group
    self.layer = layer
    self.features = features
    // Products such as 0.55 · 20 come out a little too large.
    let least = max(1, Int((smallestKeep * Double(channels) - 1e-9).rounded(.up)))
    choices = (least..<max(channels, least)).filter { $0 % multiple == 0 } + [channels]
  }

  /// The channels there are.
  public var channels: Int { choices[choices.count - 1] }
  /// The fewest that may be kept.
  public var fewest: Int { choices[0] }

  /// The largest choice that is no wider than a width; the fewest where there is none.
  func choice(upTo width: Int) -> Int { choices.last { $0 <= width } ?? fewest }

  /// The next narrower choice.
  func narrower(than width: Int) -> Int? { choices.last { $0 < width } }

  /// The next wider choice.
  func wider(than width: Int) -> Int? { choices.first { $0 > width } }

  /// The choice within bounds that is nearest to a keep ratio; of two that are as near, the even
  /// number, as rounding half to even would have it.
  func choice(nearest ratio: Double, in bounds: ClosedRange<Int>) -> Int {
    let wanted = ratio * Double(channels)
    let open = choices.filter(bounds.contains)
    return open.min { a, b in
      let (nearA, nearB) = (abs(Double(a) - wanted), abs(Double(b) - wanted))
      return nearA != nearB ? nearA < nearB : a % 2 < b % 2
    } ?? bounds.lowerBound
  }
}
