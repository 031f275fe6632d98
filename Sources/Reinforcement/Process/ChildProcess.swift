import Foundation

/// A child process that answers each line with a line.
///
/// It has a process group of its own, which is ended whole: whatever it started and left in the group goes
/// with it, and on Linux also what left the group, which its `Mark` tells. Its standard error is read while an
/// answer is waited for, so that it does not block then, and its end is kept for messages.
///
/// One task owns it. SIGPIPE is ignored from the first child on, unless the program has a handler: a child
/// that dies is to be told of, not to be died with.
public final class ChildProcess {
  /// The program and its arguments.
  public let command: [String]
  private let child: Started
  private let mark = Mark()
  private var received: [UInt8] = []
  private var complaints: [UInt8] = []
  private var isOver = false

  /// The longest answer.
  static let longestLine = 1 << 26
  /// How long an answer is still waited for once the user asked for the end.
  private static let patience = 2.0
  private static let keptComplaints = 1200

  /// Starts a program, looked for as a shell does.
  ///
  /// - Parameter folder: its working folder; nil stays in the present one.
  /// - Throws: `ProcessError.Fault.start`, wrapped by `ProcessConversation`.
  init(_ command: [String], in folder: URL?) throws(StartFault) {
    self.command = command
    Self.ignoreBrokenPipes()
    child = try Self.start(command, in: folder, mark: mark)
    ChildGroups.insert(child.number)
  }

  deinit { end(afterSeconds: 0.2) }

  private static func ignoreBrokenPipes() {
    var present = sigaction()
    sigaction(SIGPIPE, nil, &present)
    if present.__sigaction_handler.sa_handler == nil { signal(SIGPIPE, SIG_IGN) }
  }

  // MARK: - Talking

  /// Sends a line and waits for the line that answers it.
  ///
  /// - Throws: what the child did instead; it is then of no use any more, and the caller ends it.
  func exchange(_ line: [UInt8], within seconds: Double) throws(Failure) -> [UInt8] {
    guard !isOver else { throw Failure(.over) }
    _ = try readOutput()
    guard received.isEmpty else { throw unasked(received) }
    let clock = ContinuousClock()
    var deadline = clock.now + .seconds(seconds)
    var isHurried = false
    var sent = 0
    var scanned = 0
    while true {
      if sent < line.count { sent = send(line, from: sent) }
      if let end = received[scanned...].firstIndex(of: 0x0A) {
        return try answer(endingAt: end)
      }
      scanned = received.count
      if !isHurried, StopRequest.isMade {
        isHurried = true
        deadline = min(deadline, clock.now + .seconds(Self.patience))
      }
      let left = (deadline - clock.now) / .seconds(1)
      guard left > 0 else {
        throw Failure(
          isHurried
            ? .interrupted : .timeLimit(seconds: seconds, arrived: Self.text(received)))
      }
      let isQuiet = !wait(atMost: min(left, 0.1), isSending: sent < line.count)
      let isOpen = try readOutput()
      let isWithoutAnswer = !received[scanned...].contains(0x0A)
      if isWithoutAnswer, !isOpen || (isQuiet && hasExited) { throw gone() }
      guard received.count <= Self.longestLine else {
        throw Failure(.tooLong(bytes: Self.longestLine))
      }
    }
  }

  private func answer(endingAt end: Int) throws(Failure) -> [UInt8] {
    let answer = Array(received[..<end])
    guard end == received.count - 1 else {
      guard (try? LineParser.object(answer)) != nil else {
        throw Failure(.garbage(found: Self.text(answer)))
      }
      throw unasked(Array(received[(end + 1)...]))
    }
    received.removeAll(keepingCapacity: true)
    return answer
  }

  /// Lines that nobody asked for: the first that is no object is told of, since it is the one that is wrong.
  private func unasked(_ bytes: [UInt8]) -> Failure {
    let lines = bytes.split(separator: 0x0A).map { Array($0) }
    let wrong = lines.first { (try? LineParser.object($0)) == nil }
    return Failure(.unasked(found: Self.text(wrong ?? lines.first ?? bytes)))
  }

  /// Waits until there is something to read or room to send; false when there was neither.
  private func wait(atMost seconds: Double, isSending: Bool) -> Bool {
    var descriptors = [
      pollfd(fd: child.output, events: Int16(POLLIN), revents: 0),
      pollfd(fd: child.errors, events: Int16(POLLIN), revents: 0),
    ]
    if isSending { descriptors.append(pollfd(fd: child.input, events: Int16(POLLOUT), revents: 0)) }
    let milliseconds = Int32((seconds * 1000).rounded(.up))
    guard poll(&descriptors, nfds_t(descriptors.count), milliseconds) > 0 else { return false }
    if descriptors[1].revents != 0, !readErrors(), descriptors[0].revents == 0 {
      // A closed standard error is ready for ever: the child's end is then looked for with a pause.
      usleep(1000)
      return false
    }
    return true
  }

  /// Sends what there is room for; what a child no longer wants counts as sent.
  private func send(_ line: [UInt8], from start: Int) -> Int {
    let count = line.withUnsafeBytes { buffer in
      write(child.input, buffer.baseAddress?.advanced(by: start), buffer.count - start)
    }
    if count >= 0 { return start + count }
    return errno == EAGAIN || errno == EINTR ? start : line.count
  }

  /// Takes what is there; false at the end of the child's output.
  private func readOutput() throws(Failure) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = read(child.output, &buffer, buffer.count)
      if count == 0 { return false }
      guard count > 0 else { return errno == EAGAIN || errno == EINTR }
      received += buffer[..<count]
      guard received.count <= Self.longestLine else {
        throw Failure(.tooLong(bytes: Self.longestLine))
      }
      if count < buffer.count { return true }
    }
  }

  /// Takes a part of what the child complains of; false when it has closed its standard error.
  @discardableResult
  private func readErrors() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(child.errors, &buffer, buffer.count)
    if count == 0 { return false }
    guard count > 0 else { return errno == EAGAIN || errno == EINTR }
    complaints += buffer[..<count]
    if complaints.count > Self.keptComplaints {
      complaints.removeFirst(complaints.count - Self.keptComplaints)
    }
    return true
  }

  // MARK: - Its end

  /// What the child did instead of answering.
  struct Failure: Error, Equatable {
    let fault: ProcessError.Fault
    init(_ fault: ProcessError.Fault) { self.fault = fault }
  }

  /// The last lines of standard error.
  var standardError: String {
    for _ in 0..<16 where !isOver { readErrors() }
    let text = String(decoding: complaints, as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).suffix(6).joined(separator: "\n")
  }

  private func gone() -> Failure {
    guard received.isEmpty else { return Failure(.halfLine(found: Self.text(received))) }
    // Output that is closed first is followed by the end in most cases, at leisure in some.
    for _ in 0..<500 where !hasExited {
      readErrors()
      usleep(4000)
    }
    guard let status = exitStatus else { return Failure(.closedOutput) }
    return Failure(status.signal.map { .killed(signal: $0) } ?? .exited(code: status.code))
  }

  private var hasExited: Bool { exitStatus != nil }

  /// How the child ended, without letting go of its number: its group bears it too.
  private var exitStatus: (code: Int, signal: Int?)? {
    var information = siginfo_t()
    let flags = WEXITED | WNOHANG | WNOWAIT
    guard waitid(P_PID, id_t(child.number), &information, flags) == 0,
      information.si_signo == SIGCHLD
    else { return nil }
    let status = Int(information._sifields._sigchld.si_status)
    return information.si_code == 1 ? (status, nil) : (0, status)
  }

  /// Ends the child and all of its group: asks first, kills then.
  ///
  /// - Parameter grace: how long it may take to end by itself once its standard input is closed.
  public func end(afterSeconds grace: Double) {
    guard !isOver else { return }
    isOver = true
    close(child.input)
    wait(untilExitedWithin: grace)
    kill(-child.number, SIGTERM)
    wait(untilExitedWithin: 0.3)
    // The child itself is still a zombie here, so that the group's number cannot be another's.
    kill(-child.number, SIGKILL)
    ChildGroups.remove(child.number)
    var status: Int32 = 0
    while waitpid(child.number, &status, 0) < 0, errno == EINTR {}
    mark.killBearers()
    close(child.output)
    close(child.errors)
  }

  /// Sends a farewell, which needs no answer.
  func say(_ line: [UInt8]) {
    if !isOver { _ = send(line, from: 0) }
  }

  private func wait(untilExitedWithin seconds: Double) {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(seconds)
    while !hasExited, clock.now < deadline {
      readErrors()
      _ = try? readOutput()
      usleep(2000)
    }
  }

  /// The beginning of some bytes, for a message.
  static func text(_ bytes: [UInt8]) -> String {
    let text =
      String(decoding: bytes.prefix(120), as: UTF8.self)
      .split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    return ForeignText.line(text) + (bytes.count > 120 ? "…" : "")
  }
}
