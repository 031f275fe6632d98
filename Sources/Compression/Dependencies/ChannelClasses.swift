/// Which channels of which values stand or fall together: a union-find over (value, channel).
struct ChannelClasses {
  /// Values in the order of `init`, each with its first element.
  private(set) var firstElement: [String: Int] = [:]
  private(set) var channelCount: [String: Int] = [:]
  private(set) var values: [String] = []
  private var parent: [Int] = []

  /// Values with their number of channels (the extent of axis 1).
  init(_ extents: [(value: String, channels: Int)]) {
    for (value, channels) in extents {
      firstElement[value] = parent.count
      channelCount[value] = channels
      values.append(value)
      parent.append(contentsOf: parent.count..<(parent.count + channels))
    }
  }

  /// Ties a channel of one value to a channel of another.
  mutating func tie(_ a: String, _ channelA: Int, _ b: String, _ channelB: Int) {
    guard let firstA = firstElement[a], let firstB = firstElement[b] else { return }
    let rootA = root(firstA + channelA)
    let rootB = root(firstB + channelB)
    // The earlier element leads, so that classes are numbered in the order of the graph.
    if rootA != rootB { parent[max(rootA, rootB)] = min(rootA, rootB) }
  }

  /// Ties two values channel by channel.
  mutating func tie(_ a: String, _ b: String) {
    guard let channels = channelCount[a], channels == channelCount[b] else { return }
    for channel in 0..<channels { tie(a, channel, b, channel) }
  }

  /// The class of a channel: the number of its first element.
  func classOf(_ value: String, _ channel: Int) -> Int {
    guard var element = firstElement[value].map({ $0 + channel }) else { return -1 }
    while parent[element] != element { element = parent[element] }
    return element
  }

  /// The classes of all channels of a value.
  func classes(of value: String) -> [Int] {
    (0..<(channelCount[value] ?? 0)).map { classOf(value, $0) }
  }

  private mutating func root(_ element: Int) -> Int {
    var element = element
    while parent[element] != element {
      parent[element] = parent[parent[element]]
      element = parent[element]
    }
    return element
  }
}
