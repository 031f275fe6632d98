import Foundation
import Tensors

/// The cases so far, and the answers to requests.
struct Session {
  private var cases: [CaseDescription: any BenchmarkCase] = [:]

  mutating func reply(to request: Request) throws -> Reply {
    var reply = Reply()
    switch request.command {
    case .describe:
      reply.cpuPath = Kernels.cpuPath
      reply.openBLAS = LinearAlgebra.processor
      reply.variants = Variant.allCases.map(\.rawValue)
    case .time:
      let iterations = request.iterations ?? 1
      let measured = try find(request)
      let watch = Stopwatch()
      for _ in 0..<iterations { try measured.run() }
      (reply.wallSeconds, reply.cpuSeconds) = watch.seconds
      reply.work = measured.work
    case .answer:
      try find(request).answer(
        input: try url(request.input, "input"), output: try url(request.output, "output"),
        in: &reply)
    case .write:
      try find(request).write(to: try url(request.output, "output"), in: &reply)
    case .memory:
      try MemoryProbe.measure(try description(request), in: &reply)
    }
    return reply
  }

  private mutating func find(_ request: Request) throws -> any BenchmarkCase {
    let description = try description(request)
    if let known = cases[description] { return known }
    let new = try description.make()
    cases[description] = new
    return new
  }

  private func description(_ request: Request) throws -> CaseDescription {
    guard let description = request.case else {
      throw BenchmarkError.request("'\(request.command.rawValue)' needs the field 'case'")
    }
    return description
  }

  private func url(_ path: String?, _ field: String) throws -> URL {
    guard let path else { throw BenchmarkError.request("the field '\(field)' is missing") }
    return URL(fileURLWithPath: path)
  }
}

/// Elapsed time and processor time since it was made.
struct Stopwatch {
  private let wall = Stopwatch.now(CLOCK_MONOTONIC)
  private let cpu = Stopwatch.now(CLOCK_PROCESS_CPUTIME_ID)

  var seconds: (wall: Double, cpu: Double) {
    (Stopwatch.now(CLOCK_MONOTONIC) - wall, Stopwatch.now(CLOCK_PROCESS_CPUTIME_ID) - cpu)
  }

  private static func now(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
