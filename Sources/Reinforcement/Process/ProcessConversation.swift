public import Foundation

/// A child process that was greeted and answers requests: the side of the line protocol that asks.
///
/// Any answer that breaks the protocol ends the child with its whole group; an error message does not.
public final class ProcessConversation {
  /// The version of the protocol.
  public static let version = 1

  /// What the child is asked to be.
  public enum Role: String, Sendable {
    case environment, cost, evaluator
  }

  /// How a child is started.
  public struct Launch: Equatable, Sendable {
    /// The program and its arguments.
    public var command: [String]
    /// The working folder; nil stays in the present one.
    public var folder: URL?
    /// The seconds that each answer may take.
    public var timeLimit: Double

    /// A command, with a minute for each answer.
    public init(_ command: [String], folder: URL? = nil, timeLimit: Double = 60) {
      self.command = command
      self.folder = folder
      self.timeLimit = timeLimit
    }
  }

  /// What the child said of itself.
  public private(set) var introduction = Info()
  private let role: Role
  private let launch: Launch
  private let child: ChildProcess

  /// Starts a child and greets it.
  ///
  /// - Throws: `ProcessError` when it does not start, does not answer, or speaks another version.
  public init(_ launch: Launch, role: Role) throws(ProcessError) {
    self.launch = launch
    self.role = role
    do {
      child = try ChildProcess(launch.command, in: launch.folder)
    } catch {
      throw ProcessError(
        role: role.rawValue, command: launch.command.joined(separator: " "), request: "hello",
        fault: .start(reason: error.reason), standardError: "")
    }
    var hello = LineWriter(request: "hello")
    hello.append("protocol", .number(Double(Self.version)))
    hello.append("role", .text(role.rawValue))
    introduction = try ask("hello", hello)
    let version = introduction["protocol"]
    guard version?.number == Double(Self.version) else {
      throw fail(
        "hello", .version(expected: Self.version, found: version.map(Self.text)))
    }
    if let found = introduction["role"], found.text != role.rawValue {
      throw fail(
        "hello", .field(name: "role", expected: "'\(role.rawValue)'", found: Self.text(found)))
    }
  }

  deinit { child.end(afterSeconds: 0.2) }

  /// Sends a request and reads its answer.
  ///
  /// - Throws: `ProcessError`; after `refused` the child can be asked again.
  public func ask(_ request: String, _ line: LineWriter) throws(ProcessError) -> Info {
    let bytes: [UInt8]
    do {
      bytes = try child.exchange(line.line, within: launch.timeLimit)
    } catch {
      throw fail(request, error.fault)
    }
    let answer: Info
    do {
      answer = try LineParser.object(bytes)
    } catch {
      throw fail(request, .garbage(found: ChildProcess.text(bytes)))
    }
    guard let message = answer["error"], message != .null else { return answer }
    let sentence = ForeignText.line(message.text ?? Self.text(message), longest: 1000)
    throw failure(request, .refused(message: sentence))
  }

  /// Ends the child with its group: says so, then closes its input, then signals.
  public func close() {
    child.say(LineWriter(request: "close").line)
    child.end(afterSeconds: 2)
  }

  // MARK: - Fields of answers

  /// The largest size of a number in an answer: nothing that is measured is larger, and no learner stands it.
  public static let largestNumber = 1e30

  /// A field with some numbers, all of them finite and at most `largestNumber` in size.
  ///
  /// - Throws: `ProcessError` with what was found instead.
  public func numbers(
    _ name: String, count: Int, in answer: Info, of request: String
  ) throws(ProcessError) -> [Double] {
    let expected = count == 1 ? "1 finite number in a list" : "\(count) finite numbers in a list"
    guard let list = answer[name]?.list else {
      throw wrong(name, expected, answer[name], request)
    }
    let numbers = list.compactMap(\.number)
    guard numbers.count == list.count, list.count == count, numbers.allSatisfy(\.isFinite) else {
      throw wrong(name, expected, answer[name], request)
    }
    guard let huge = numbers.first(where: { abs($0) > Self.largestNumber }) else { return numbers }
    throw wrong(name, Self.boundedNumbers, .number(huge), request)
  }

  private static let boundedNumbers = "no number beyond 1e30 in size"

  /// A field with a finite number, at most `largestNumber` in size; nil where it is left out and need not be
  /// there.
  ///
  /// - Throws: `ProcessError` with what was found instead.
  public func number(
    _ name: String, in answer: Info, of request: String
  ) throws(ProcessError) -> Double? {
    guard let field = answer[name] else { return nil }
    guard let number = field.number, number.isFinite else {
      throw wrong(name, "a finite number", field, request)
    }
    guard abs(number) <= Self.largestNumber else {
      throw wrong(name, Self.boundedNumbers, field, request)
    }
    return number
  }

  /// A field with a truth value; false where it is left out.
  ///
  /// - Throws: `ProcessError` with what was found instead.
  public func truth(
    _ name: String, in answer: Info, of request: String
  ) throws(ProcessError) -> Bool {
    guard let field = answer[name] else { return false }
    guard case .truth(let truth) = field else {
      throw wrong(name, "true or false", field, request)
    }
    return truth
  }

  /// The error of a field that is not as it should be; the child is ended.
  public func wrong(
    _ name: String, _ expected: String, _ found: InfoValue?, _ request: String
  ) -> ProcessError {
    fail(
      request, .field(name: name, expected: expected, found: found.map(Self.text) ?? "nothing"))
  }

  /// A value as a message shows it.
  private static func text(_ value: InfoValue) -> String {
    let text =
      switch value {
      case .null: "null"
      case .truth(let truth): "\(truth)"
      case .number(let number):
        number == number.rounded() && abs(number) < 0x1p53 ? "\(Int(number))" : "\(number)"
      case .text(let text): "'\(text)'"
      case .list(let values):
        "[\(values.prefix(8).map(Self.text).joined(separator: ", "))"
          + (values.count > 8 ? ", …] (\(values.count) elements)" : "]")
      case .table(let values): "an object with \(values.keys.sorted().joined(separator: ", "))"
      }
    return ForeignText.line(text, longest: 160)
  }

  private func fail(_ request: String, _ fault: ProcessError.Fault) -> ProcessError {
    let error = failure(request, fault)
    child.end(afterSeconds: 0)
    return error
  }

  private func failure(_ request: String, _ fault: ProcessError.Fault) -> ProcessError {
    ProcessError(
      role: role.rawValue, command: launch.command.joined(separator: " "), request: request,
      fault: fault, standardError: child.standardError)
  }
}
