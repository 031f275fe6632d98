import Foundation

/// What a process that loads a network and runs it needs of memory; Linux counts it.
enum MemoryProbe {
  private static let passes = 5

  static func measure(_ description: CaseDescription, in reply: inout Reply) throws {
    let before = try ResidentMemory()
    ResidentMemory.restartPeak()
    let network = try NetworkCase(description)
    for _ in 0..<passes { network.run() }
    let after = try ResidentMemory()
    reply.baselineBytes = before.now
    reply.peakBytes = max(before.peak, after.peak)
    reply.increaseBytes = after.peak - before.now
  }
}

/// The resident set of this process, in bytes.
private struct ResidentMemory {
  let now: Int
  let peak: Int

  init() throws {
    let path = "/proc/self/status"
    guard let status = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw BenchmarkError.file("\(path) cannot be read: memory is measured on Linux alone")
    }
    func bytes(_ field: String) throws -> Int {
      let line = status.split(separator: "\n").first { $0.hasPrefix(field + ":") }
      guard let kibibytes = line?.split(separator: " ").compactMap({ Int($0) }).first else {
        throw BenchmarkError.file("\(path) has no field \(field)")
      }
      return 1024 * kibibytes
    }
    now = try bytes("VmRSS")
    peak = try bytes("VmHWM")
  }

  /// From here on the peak counts anew, so that what starting the process took is left out.
  static func restartPeak() {
    guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
    try? file.write(contentsOf: Data("5".utf8))
    try? file.close()
  }
}
