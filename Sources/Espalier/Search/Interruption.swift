import Foundation
import Synchronization

/// Control-C as a request: the run ends after the episode at hand, with everything saved.
///
/// A second one ends the process at once; the journal is whole up to its last line.
public enum Interruption {
  private static let requests = Atomic<Int>(0)

  /// Whether the user asked to stop.
  public static var isRequested: Bool { requests.load(ordering: .relaxed) > 0 }

  /// Begins to listen for SIGINT and SIGTERM.
  ///
  /// A parent may have started this process with both blocked; they are let through again.
  public static func listen() {
    var mask = sigset_t()
    sigemptyset(&mask)
    for number in [SIGINT, SIGTERM] { sigaddset(&mask, number) }
    pthread_sigmask(SIG_UNBLOCK, &mask, nil)
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        if Interruption.requests.add(1, ordering: .relaxed).oldValue > 0 { _exit(130) }
      }
    }
  }
}
