import Synchronization

/// The wish of the user that whatever runs comes to its end: whoever waits for a child looks at it.
public enum StopRequest {
  private static let requests = Atomic<Int>(0)

  /// Whether somebody asked.
  public static var isMade: Bool { requests.load(ordering: .relaxed) > 0 }

  /// Asks for the end, which a signal handler may do, and returns whether somebody had asked before.
  public static func make() -> Bool { requests.add(1, ordering: .relaxed).oldValue > 0 }
}
