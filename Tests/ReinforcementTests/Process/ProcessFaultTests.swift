import Foundation
import Reinforcement
import Testing

/// What a child may do wrong: each ends with a typed error in one sentence and leaves nothing behind.
@Suite(.enabled(if: PythonChild.isThere, "python3 is not installed"))
struct ProcessFaultTests {
  /// Runs an episode and gives the error that ends it.
  private func failure(
    _ body: String, timeLimit: Double = 20
  ) throws -> ProcessError {
    var found: ProcessError?
    do {
      let environment = try ProcessEnvironment(PythonChild.launch(body, timeLimit: timeLimit))
      _ = try environment.reset(seed: 1)
      for _ in 0..<3 { _ = try environment.step([0]) }
    } catch let error as ProcessError {
      found = error
    }
    let error = try #require(found)
    #expect(!error.description.contains("\n"))
    return error
  }

  @Test func aProgramThatIsNotThere() {
    let launch = ProcessConversation.Launch(["no-such-program-anywhere"])
    #expect {
      try ProcessEnvironment(launch)
    } throws: { error in
      (error as? ProcessError)?.fault
        == .start(reason: "there is no program 'no-such-program-anywhere'")
    }
  }

  @Test func aChildThatExits() throws {
    let error = try failure("sys.stderr.write('Traceback\\nout of luck\\n'); sys.exit(3)")
    #expect(error.fault == .exited(code: 3))
    #expect(error.standardError == "Traceback\nout of luck")
    #expect(error.description.contains("exited with code 3"))
    #expect(error.description.contains("out of luck"))
  }

  @Test func aChildThatASignalEnds() throws {
    let error = try failure("say(HELLO); next(lines); os.kill(os.getpid(), signal.SIGKILL)")
    #expect(error.fault == .killed(signal: 9))
    #expect(error.request == "reset")
  }

  @Test func aChildThatHangs() throws {
    let clock = ContinuousClock()
    let start = clock.now
    let error = try failure("say(HELLO); next(lines); time.sleep(1000)", timeLimit: 1.5)
    #expect(error.fault == .timeLimit(seconds: 1.5))
    #expect(clock.now - start < .seconds(15))
  }

  @Test func aChildThatHangsInTheMiddleOfALine() throws {
    let error = try failure(
      "say(HELLO); next(lines); sys.stdout.write(GOOD[:9]); sys.stdout.flush(); time.sleep(1000)",
      timeLimit: 1)
    #expect(error.fault == .timeLimit(seconds: 1, arrived: "{\"observa"))
    #expect(error.description.contains("'{\"observa'"))
  }

  @Test func aBannerBeforeTheAnswerIsToBlame() throws {
    let error = try failure("say('Welcome to the game\\n' + HELLO); next(lines)")
    #expect(error.fault == .garbage(found: "Welcome to the game"))
  }

  @Test func aSlowExitIsAnExit() throws {
    let error = try failure("os.close(1); time.sleep(0.7); os._exit(4)")
    #expect(error.fault == .exited(code: 4))
  }

  @Test func aChildThatClosesItsOutputAndLivesOn() throws {
    let error = try failure("os.close(1); time.sleep(1000)")
    #expect(error.fault == .closedOutput)
    #expect(error.description.contains("closed its standard output"))
  }

  @Test(arguments: [
    (#"GOOD[:-1].replace('[1]', '[1e300]') + '}'"#, "observation"),
    (#"GOOD.replace('"reward":1', '"reward":-1e31')"#, "reward"),
  ])
  func aNumberBeyondAllBounds(answer: String, name: String) throws {
    let error = try failure(
      "say(HELLO); next(lines); say('{\"observation\":[0]}'); next(lines); say(\(answer)); next(lines)"
    )
    guard case .field(let field, let expected, _) = error.fault else {
      Issue.record("\(error)")
      return
    }
    #expect(field == name && expected.contains("1e30"))
  }

  @Test func whatOthersWriteIsOneCleanLine() throws {
    let error = try failure(
      #"say(HELLO); next(lines); say('{"error":"a\\nb \\u001b[31mred\\u0007"}'); next(lines)"#)
    #expect(error.fault == .refused(message: "a b red"))
    let empty = try failure(#"say(HELLO); next(lines); say('{"error":""}'); next(lines)"#)
    #expect(empty.description.hasSuffix("answered with an error and no sentence about it"))
    let garbage = try failure(#"say('\x1b]0;title\x07\x1b[2Jnoise'); next(lines)"#)
    #expect(!garbage.description.unicodeScalars.contains { $0.value < 32 })
  }

  @Test func aChildWithoutAVersion() throws {
    let error = try failure("say('{}'); next(lines)")
    #expect(error.fault == .version(expected: 1, found: nil))
    #expect(error.description.contains("does not say which version"))
  }

  @Test func aChildThatPrintsGarbage() throws {
    let error = try failure("say('Hello from the game library')")
    #expect(error.fault == .garbage(found: "Hello from the game library"))
  }

  @Test func aChildThatPrintsHalfALine() throws {
    let error = try failure("sys.stdout.write(HELLO[:20]); sys.stdout.flush(); sys.exit(0)")
    #expect(error.fault == .halfLine(found: "{\"protocol\":1,\"role\""))
  }

  @Test func aChildThatFloodsStandardErrorIsReadOn() throws {
    let error = try failure(
      """
      say(HELLO); next(lines)
      sys.stderr.write('x' * 3000000 + '\\n')
      say(GOOD); next(lines)
      sys.stderr.write('last words\\n' * 100000)
      sys.exit(1)
      """)
    #expect(error.fault == .exited(code: 1))
    #expect(error.request == "step")
    #expect(error.standardError.hasSuffix("last words"))
    #expect(error.standardError.utf8.count < 2000)
  }

  @Test(arguments: [
    ("observation", "[NaN]", "[nan]"), ("observation", "[1, 2]", "[1, 2]"),
    ("observation", "1", "1"), ("observation", "[\"a\"]", "['a']"),
  ])
  func anObservationThatIsNone(field: String, written: String, shown: String) throws {
    let error = try failure(
      "say(HELLO); next(lines); say('{\"observation\":\(written)}'); next(lines)")
    #expect(
      error.fault == .field(name: field, expected: "1 finite number in a list", found: shown))
  }

  @Test(arguments: [
    ("NaN", "nan"), ("-Infinity", "-inf"), ("\"a lot\"", "'a lot'"), ("null", "null"),
  ])
  func aRewardThatIsNone(written: String, shown: String) throws {
    let error = try failure(
      """
      say(HELLO); next(lines); say(GOOD); next(lines)
      say('{"observation":[0],"reward":\(written)}'); next(lines)
      """)
    #expect(error.fault == .field(name: "reward", expected: "a finite number", found: shown))
  }

  @Test func aChildOfAnotherVersion() throws {
    let error = try failure("say('{\"protocol\":2}'); next(lines)")
    #expect(error.fault == .version(expected: 1, found: "2"))
  }

  @Test func aChildThatIsSomethingElse() throws {
    let error = try failure("say('{\"protocol\":1,\"role\":\"cost\"}'); next(lines)")
    #expect(
      error.fault == .field(name: "role", expected: "'environment'", found: "'cost'"))
  }

  @Test func aChildWithoutSpaces() throws {
    let error = try failure("say('{\"protocol\":1}'); next(lines)")
    guard case .field(let name, _, let found) = error.fault else {
      Issue.record("\(error)")
      return
    }
    #expect(name == "observationSpace")
    #expect(found == "nothing")
  }

  @Test func aChildThatSaysMoreThanItWasAsked() throws {
    let error = try failure("say(HELLO); next(lines); say(GOOD + '\\n' + GOOD); next(lines)")
    #expect(error.fault == .unasked(found: "{\"observation\":[1],\"reward\":1}"))
  }

  @Test func anErrorMessageLeavesTheChildAlive() throws {
    let environment = try ProcessEnvironment(
      PythonChild.launch(
        "say(HELLO); next(lines); say('{\"error\":\"no track today\"}'); next(lines); say(GOOD); next(lines)"
      ))
    #expect {
      try environment.reset(seed: 1)
    } throws: { error in
      (error as? ProcessError)?.fault == .refused(message: "no track today")
    }
    #expect(try environment.reset(seed: 2).observation == [1])
    environment.close()
  }

  @Test(arguments: ["sys.exit(0)", "time.sleep(1000)"])
  func childrenOfTheChildGoWithIt(end: String) throws {
    // The child's own child holds its standard output open and would wait for a quarter of an hour.
    let environment = try ProcessEnvironment(
      PythonChild.launch(
        """
        number = os.fork()
        if number == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(1000)
        say(HELLO[:-1] + ',"name":"%d"}' % number); next(lines); \(end)
        """, timeLimit: 2))
    let number = try #require(environment.name.flatMap { Int($0) })
    #expect(throws: ProcessError.self) { try environment.reset(seed: 1) }
    #expect(PythonChild.isGone(number))
    #expect {
      try environment.reset(seed: 1)
    } throws: { error in (error as? ProcessError)?.fault == .over }
  }

  #if os(Linux)
    @Test func soDoChildrenThatLeftTheGroup() throws {
      // Twice forked with a session of its own: neither its group nor its parent leads to it.
      let environment = try ProcessEnvironment(
        PythonChild.launch(
          """
          reading, writing = os.pipe()
          if os.fork() == 0:
              os.setsid()
              if os.fork() == 0:
                  os.write(writing, b"%d" % os.getpid())
                  time.sleep(1000)
              os._exit(0)
          number = int(os.read(reading, 20))
          say(HELLO[:-1] + ',"name":"%d"}' % number); next(lines); sys.exit(0)
          """))
      let number = try #require(environment.name.flatMap { Int($0) })
      #expect(throws: ProcessError.self) { try environment.reset(seed: 1) }
      #expect(PythonChild.isGone(number))
    }
  #endif

  @Test func aChildIsGoneWithTheEnvironment() throws {
    var environment: ProcessEnvironment? = try ProcessEnvironment(
      PythonChild.launch("say(HELLO[:-1] + ',\"name\":\"%d\"}' % os.getpid()); next(lines)"))
    let number = try #require(environment?.name.flatMap { Int($0) })
    environment = nil
    #expect(PythonChild.isGone(number))
  }
}
