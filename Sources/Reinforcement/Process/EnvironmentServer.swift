import Foundation

/// Serves an environment to another program: the side of the line protocol that answers.
///
/// An error of the environment is an answer with `error`; the episode then goes on, or another begins.
public final class EnvironmentServer {
  private var environment: any Environment
  private let name: String
  private let another: (() throws -> any Environment)?

  /// A server of an environment under a name.
  ///
  /// - Parameter another: makes the same environment again, for a reset after its process has ended; without
  ///   it every such reset is an error.
  public init(
    _ environment: any Environment, name: String, another: (() throws -> any Environment)? = nil
  ) {
    self.environment = environment
    self.name = name
    self.another = another
  }

  /// Answers the lines of one file descriptor on another until it ends or `close` is asked for.
  ///
  /// - Parameters:
  ///   - input: where requests come from; by default standard input.
  ///   - output: where answers go; by default standard output.
  public func run(input: Int32 = 0, output: Int32 = 1) {
    var waiting: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      while let end = waiting.firstIndex(of: 0x0A) {
        let line = Array(waiting[..<end])
        waiting.removeFirst(end + 1)
        guard let answer = answer(line), Self.send(answer.line, to: output) else {
          return environment.close()
        }
      }
      let count = read(input, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return environment.close() }
      waiting += buffer[..<count]
    }
  }

  private static func send(_ line: [UInt8], to output: Int32) -> Bool {
    var sent = 0
    while sent < line.count {
      let count = line.withUnsafeBytes {
        write(output, $0.baseAddress?.advanced(by: sent), $0.count - sent)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// The answer to a line; nil to `close`.
  func answer(_ line: [UInt8]) -> LineWriter? {
    do {
      let request: Info
      do {
        request = try LineParser.object(line)
      } catch {
        throw Refusal(
          sentence: "expected one JSON object on one line, found '\(ChildProcess.text(line))'")
      }
      switch request["request"]?.text {
      case "hello": return try hello(request)
      case "reset": return try reset(request)
      case "step": return try step(request)
      case "close": return nil
      default:
        throw Refusal(
          sentence: "expected 'request' to be hello, reset, step or close, found "
            + (request["request"]?.text.map { "'\($0)'" } ?? "none"))
      }
    } catch {
      var answer = LineWriter()
      answer.append("error", .text("\(error)"))
      return answer
    }
  }

  /// A request that is none.
  private struct Refusal: Error, CustomStringConvertible {
    let sentence: String
    var description: String { sentence }
  }

  private func hello(_ request: Info) throws -> LineWriter {
    let version = ProcessConversation.version
    guard request["protocol"]?.number == Double(version) else {
      throw Refusal(sentence: "this program speaks version \(version) of the protocol alone")
    }
    let role = request["role"]?.text ?? "environment"
    guard role == "environment" else {
      throw Refusal(sentence: "this program is an environment, not what was asked for: '\(role)'")
    }
    var answer = LineWriter()
    answer.append("protocol", .number(Double(version)))
    answer.append("role", .text("environment"))
    answer.append("name", .text(name))
    answer.append("observationSpace", environment.observationSpace)
    answer.append("actionSpace", environment.actionSpace)
    if environment.settlesAtEnd { answer.append("settlesAtEnd", .truth(true)) }
    return answer
  }

  private func reset(_ request: Info) throws -> LineWriter {
    var seed: UInt64 = 0
    if let field = request["seed"] {
      guard let number = field.number, let exact = UInt64(exactly: number), exact < 1 << 53 else {
        throw Refusal(sentence: "expected 'seed' to be a whole number from 0 to 2^53 - 1")
      }
      seed = exact
    }
    let start = try begin(seed: seed)
    var answer = LineWriter()
    try append("observation", start.observation, to: &answer)
    if !start.info.isEmpty { answer.append("info", .table(start.info)) }
    return answer
  }

  /// Begins an episode, in a new environment where the process of the old one has ended.
  private func begin(seed: UInt64) throws -> EpisodeStart {
    do {
      return try environment.reset(seed: seed)
    } catch let error as ProcessError where error.fault == .over {
      guard let another else { throw error }
      environment.close()
      environment = try another()
      return try environment.reset(seed: seed)
    }
  }

  private func step(_ request: Info) throws -> LineWriter {
    let list = request["action"]?.list
    guard let action = list?.compactMap(\.number), action.count == list?.count else {
      throw Refusal(sentence: "expected 'action' to be a list of numbers")
    }
    let transition = try environment.step(action)
    var answer = LineWriter()
    try append("observation", transition.observation, to: &answer)
    try append("reward", [transition.reward], to: &answer, isList: false)
    answer.append("terminated", .truth(transition.terminated))
    answer.append("truncated", .truth(transition.truncated))
    if transition.executedAction != action {
      try append("executedAction", transition.executedAction, to: &answer)
    }
    if !transition.info.isEmpty { answer.append("info", .table(transition.info)) }
    if let settled = transition.settled { answer.append("settled", settled) }
    return answer
  }

  private func append(
    _ name: String, _ numbers: [Double], to answer: inout LineWriter, isList: Bool = true
  ) throws {
    guard numbers.allSatisfy(\.isFinite) else {
      throw Refusal(
        sentence: "the environment gave \(numbers) as '\(name)': expected finite numbers")
    }
    if isList {
      answer.append(name, numbers)
    } else {
      answer.append(name, .number(numbers[0]))
    }
  }
}
