/// Channels that share one fate in number: every value that holds one of them holds all of them.
///
/// A group is the unit of a pruning decision. Its members are channel classes: removing a class takes
/// one channel (or one block of flattened features) out of every value that holds it.
public struct ChannelGroup: Equatable, Sendable {
  /// The name of the node that first produces the channels.
  public let name: String
  /// The classes in the order of the first producer's channels.
  public let classes: [Int]
  /// The nodes whose weights make the channels, in graph order.
  public let producers: [String]
  /// The nodes whose weights read the channels, in graph order.
  public let consumers: [String]
  /// Whether a sum ties the channels of more than one layer, as on a residual stream; a gate that
  /// scales what another layer makes does not count.
  public let isTied: Bool
  /// Why no channel can be removed, nil when some can.
  public let obstacle: String?

  /// The number of channels that can be kept or removed.
  public var width: Int { classes.count }
}
