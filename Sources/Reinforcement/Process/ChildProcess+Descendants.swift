import Foundation
import Synchronization

extension ChildProcess {
  /// What every process that a child starts carries in its environment, so that it is found wherever it went.
  ///
  /// A process can leave its group and its parent, but hardly its environment. The mark is added to
  /// the one that this process itself may carry: whoever ends an outer child ends the inner ones too.
  struct Mark {
    /// The environment variable.
    static let variable = "ESPALIER_CHILDREN_OF"
    private static let count = Atomic<Int>(0)

    /// This child's part of the variable.
    let own: String
    /// The whole of it.
    let value: String

    /// A mark that no other child of this process has.
    init() {
      let number = Self.count.add(1, ordering: .relaxed).newValue
      let start = UInt64(max(0, ProcessInfo.processInfo.systemUptime * 1e9))
      own = "/\(getpid()).\(number).\(start)/"
      value = (ProcessInfo.processInfo.environment[Self.variable] ?? "") + own
    }

    /// Kills every process that bears the mark, those too that left the group with `setsid`.
    ///
    /// Linux alone tells what stands in another process's environment; elsewhere nothing is done. A few
    /// rounds, because a process may start another while it is looked for.
    func killBearers() {
      #if os(Linux)
        for _ in 0..<8 {
          let bearers = Self.processes.filter(isBorne(by:))
          guard !bearers.isEmpty else { return }
          for bearer in bearers { kill(bearer, SIGKILL) }
          usleep(1000)
        }
      #endif
    }

    #if os(Linux)
      private static var processes: [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { $0 != getpid() }
      }

      private func isBorne(by process: pid_t) -> Bool {
        guard let environment = FileManager.default.contents(atPath: "/proc/\(process)/environ")
        else { return false }
        return environment.range(of: Data(own.utf8)) != nil
      }
    #endif
  }
}
