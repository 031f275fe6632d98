/// What can go wrong with a child process that speaks the line protocol, in one sentence.
public struct ProcessError: Error, Equatable, CustomStringConvertible {
  /// What the child did.
  public enum Fault: Equatable, Sendable {
    /// It could not be started.
    case start(reason: String)
    /// It ended by itself.
    case exited(code: Int)
    /// A signal ended it.
    case killed(signal: Int)
    /// It ended in the middle of a line.
    case halfLine(found: String)
    /// It closed its standard output and lives on.
    case closedOutput
    /// It did not answer in time; a part of a line may have arrived.
    case timeLimit(seconds: Double, arrived: String = "")
    /// The user asked for the end while it was waited for.
    case interrupted
    /// It wrote something that is not one JSON object.
    case garbage(found: String)
    /// It wrote a line before it was asked.
    case unasked(found: String)
    /// It wrote a line without an end.
    case tooLong(bytes: Int)
    /// It speaks another version of the protocol; none found where it does not say which.
    case version(expected: Int, found: String?)
    /// A field of an answer is missing or of another form.
    case field(name: String, expected: String, found: String)
    /// It answered with an error message.
    case refused(message: String)
    /// It was asked again after it had been ended.
    case over
  }

  /// What the child is to Espalier: `environment`, `cost` or `evaluator`.
  public let role: String
  /// The command, as it was given.
  public let command: String
  /// What it was asked: `hello`, `reset`, `step` and so on.
  public let request: String
  /// What it did.
  public let fault: Fault
  /// The last lines of its standard error.
  public let standardError: String

  /// An error.
  public init(
    role: String, command: String, request: String, fault: Fault, standardError: String
  ) {
    self.role = role
    self.command = command
    self.request = request
    self.fault = fault
    self.standardError = standardError
  }

  /// One sentence for the user.
  public var description: String {
    let lines = standardError.split(whereSeparator: \.isNewline)
      .map { ForeignText.line(String($0)) }.filter { !$0.isEmpty }.joined(separator: " | ")
    let complaint = lines.isEmpty ? "" : "; its standard error ends with: \(lines)"
    return "the \(role) process '\(shortCommand)', asked for '\(request)', \(sentence)\(complaint)"
  }

  /// The command on one line, and no longer than a reader wants to see.
  private var shortCommand: String {
    ForeignText.line(command, longest: 100)
  }

  private var sentence: String {
    switch fault {
    case .start(let reason): "could not be started: \(reason)"
    case .exited(let code): "exited with code \(code) instead of answering"
    case .killed(let signal): "was ended by signal \(signal) instead of answering"
    case .halfLine(let found): "stopped in the middle of a line: '\(found)'"
    case .closedOutput: "closed its standard output and lives on"
    case .timeLimit(let seconds, let arrived):
      "did not answer within \(seconds) seconds"
        + (arrived.isEmpty ? "" : ": only a line without its end had arrived: '\(arrived)'")
    case .interrupted: "was not waited for: the end was asked for"
    case .garbage(let found): "answered with '\(found)': expected one JSON object on one line"
    case .unasked(let found):
      "wrote '\(found)' without being asked: standard output is for answers alone, one line each"
    case .tooLong(let bytes): "answered with more than \(bytes) bytes on one line"
    case .version(let expected, let found?):
      "speaks version \(found) of the protocol: expected \(expected)"
    case .version(let expected, nil):
      "does not say which version of the protocol it speaks: expected \"protocol\": \(expected)"
    case .field(let name, let expected, let found):
      "answered with a wrong '\(name)': expected \(expected), found \(found)"
    case .refused(let message):
      message.isEmpty
        ? "answered with an error and no sentence about it" : "answered: \(message)"
    case .over: "has been ended before"
    }
  }
}
