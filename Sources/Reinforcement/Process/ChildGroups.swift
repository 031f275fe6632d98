import Foundation
import Synchronization

/// The process groups of all children that run: what a signal handler may kill.
///
/// A handler may neither wait for a lock nor ask for memory; so this is a table of fixed size that is made
/// before the first signal is listened to. Children beyond its size are not in it.
public enum ChildGroups {
  private static let size = 256

  // Atomics are not to be moved: they lie in memory that is never given back. Unsafe in name alone: the
  // pointer never changes, and nothing but atomic operations goes through it.
  private nonisolated(unsafe) static let table: UnsafeMutablePointer<Atomic<Int32>> = {
    let table = UnsafeMutablePointer<Atomic<Int32>>.allocate(capacity: size)
    for slot in 0..<size { (table + slot).initialize(to: Atomic(0)) }
    return table
  }()

  /// Makes the table: a signal handler must not.
  public static func prepare() { _ = table[0].load(ordering: .relaxed) }

  static func insert(_ group: pid_t) {
    for slot in 0..<size {
      let outcome = table[slot].compareExchange(
        expected: 0, desired: group, ordering: .sequentiallyConsistent)
      if outcome.exchanged { return }
    }
  }

  static func remove(_ group: pid_t) {
    for slot in 0..<size {
      let outcome = table[slot].compareExchange(
        expected: group, desired: 0, ordering: .sequentiallyConsistent)
      if outcome.exchanged { return }
    }
  }

  /// Kills every group at once, with nothing asked; after `prepare()` a signal handler may call it.
  public static func killAll() {
    for slot in 0..<size {
      let group = table[slot].load(ordering: .sequentiallyConsistent)
      if group > 1 { kill(-group, SIGKILL) }
    }
  }
}
