import Foundation
import Reinforcement

/// Control-C as a request: the run ends after the step or the candidate at hand, with everything saved.
///
/// SIGTERM and SIGHUP mean the same. A second signal ends the process at once, with the children's groups; the
/// journal is whole up to its last line.
public enum Interruption {
  /// The signals that ask for the end.
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  /// Whether the user asked to stop.
  public static var isRequested: Bool { StopRequest.isMade }

  /// Begins to listen for the signals; one that this process was started to ignore stays ignored.
  ///
  /// A parent may have started this process with them blocked; they are let through again.
  public static func listen() {
    ChildGroups.prepare()
    var mask = sigset_t()
    sigemptyset(&mask)
    for number in signals { sigaddset(&mask, number) }
    pthread_sigmask(SIG_UNBLOCK, &mask, nil)
    for number in signals where number != SIGHUP || !isIgnored(number) {
      signal(number) { _ in
        guard StopRequest.make() else { return }
        ChildGroups.killAll()
        _exit(130)
      }
    }
  }

  /// Lets no child outlive a signal that ends this process, in commands that have nothing to save.
  public static func takeChildrenAlong() {
    ChildGroups.prepare()
    for number in signals where !isIgnored(number) {
      signal(number) { number in
        ChildGroups.killAll()
        signal(number, SIG_DFL)
        raise(number)
      }
    }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var present = sigaction()
    sigaction(number, nil, &present)
    return unsafeBitCast(present.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
