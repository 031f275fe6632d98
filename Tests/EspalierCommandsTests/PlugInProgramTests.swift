import CompressionPolicies
import Foundation
import Reinforcement
import Testing

/// Environments of one's own through the built program: served, checked, learned.
@Suite(.serialized, .enabled(if: Program.isThere, Program.reason))
struct PlugInProgramTests {
  private static let hasPython = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")
  private static let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Environments/examples")
  private let bench: Bench

  init() throws { bench = try Bench() }

  private func serve(_ arguments: String...) throws -> ProcessEnvironment {
    let program = try #require(Program.url)
    return try ProcessEnvironment(
      .init([program.path, "serve"] + arguments, folder: bench.url, timeLimit: 300))
  }

  @Test func theServedPendulumIsThePendulum() throws {
    let served = try serve("pendulum")
    let own = Pendulum()
    #expect(served.observationSpace == own.observationSpace)
    #expect(served.actionSpace == own.actionSpace)
    #expect(try served.reset(seed: 12) == own.reset(seed: 12))
    for step in 0..<200 {
      let action = [Double(step % 9) / 2 - 2]
      #expect(try served.step(action) == own.step(action))
    }
    #expect(EnvironmentContract.check(served) == [])
    served.close()
  }

  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["ESPALIER_SLOW"] == "1",
      "times are taken with ESPALIER_SLOW=1 alone"))
  func theProtocolCostsAtMostFiftyMicrosecondsAStep() throws {
    let served = try serve("pendulum")
    let clock = ContinuousClock()
    func best(_ environment: any Environment) throws -> Duration {
      var best = Duration.seconds(3600)
      for round in 0..<10 {
        let start = clock.now
        for episode in 0..<10 {
          _ = try environment.reset(seed: UInt64(10 * round + episode))
          for step in 0..<200 { _ = try environment.step([Double(step) / 117]) }
        }
        best = min(best, (clock.now - start) / 2000)
      }
      return best
    }
    let (here, there) = (try best(Pendulum()), try best(served))
    print("a step of Pendulum: \(here) in process, \(there) through the protocol")
    #expect(there - here < .microseconds(50))
    served.close()
  }

  @Test func aServedSearchEnvironmentKeepsTheContract() throws {
    let served = try serve("./tiny", "--threads", "1")
    #expect(served.observationSpace.count == 11)
    #expect(!served.settlesAtEnd)
    #expect(EnvironmentContract.check(served) == [])
    served.close()
  }

  @Test func aServedBitEnvironmentSettlesItsEpisodes() throws {
    try bench.write(
      "bits/environment.json",
      """
      { "name": "bits", "kind": "haq", "model": "../tiny.onnx", "data": "glyphs:,limit=60",
        "preprocessing": "imagenet", "budget": { "bitOps": "uniform:4" }, "validationImages": 20,
        "calibrationImages": 16, "batch": 10, "quantization": { "sensitivityImages": 8 } }
      """)
    let served = try serve("./bits", "--threads", "1")
    #expect(served.settlesAtEnd)
    #expect(EnvironmentContract.check(served) == [])
    _ = try served.reset(seed: 1)
    var transition = try served.step([1])
    var steps = 1
    while !transition.ended {
      transition = try served.step([1])
      steps += 1
    }
    #expect(transition.settled?.steps.count == steps)
    served.close()
  }

  @Test func whatCannotBeServedIsSaidInOneSentence() throws {
    let outcome = try Program.run(["serve", "no-such-environment"], in: bench)
    #expect(outcome.code == 1 && outcome.output.isEmpty && outcome.complaints.count == 1)
  }

  @Test(.enabled(if: hasPython, "python3 is not installed"))
  func theExampleInPythonIsCheckedAndLearned() throws {
    let path = Self.examples.appendingPathComponent("python").path
    let check = try Program.run(["check", path], in: bench)
    #expect(check.code == 0, "\(check.error)")
    #expect(!check.output.contains("FAILS"))
    #expect(check.output.contains("holds  a step before the first reset is an error"))
    #expect(check.output.contains("holds  an episode ends"))
    let search = try Program.run(
      ["search", path, "--set", "steps=400", "--threads", "1", "--json", "--output", "run"],
      in: bench)
    #expect(search.code == 0, "\(search.error)")
    let result = try CanonicalJSON.parse(search.output)
    #expect(result["steps"]?.intValue == 400)
    #expect(result["episodes"]?.intValue == 40)
    #expect(FileManager.default.fileExists(atPath: bench("run/agent.json").path))
    let again = try Program.run(["search", path, "--output", "run"], in: bench)
    #expect(again.code == 1 && again.error.contains("--resume"))
  }

  @Test(.enabled(if: hasPython, "python3 is not installed"))
  func aChildThatFailsEndsTheProgramWithOneSentence() throws {
    try bench.write(
      "broken/environment.json",
      """
      { "name": "broken", "kind": "process", "command": ["/usr/bin/python3", "-c", "print(undefined)"] }
      """)
    let outcome = try Program.run(["search", "./broken", "--output", "run"], in: bench)
    #expect(outcome.code == 1)
    #expect(outcome.complaints.count == 1)
    #expect(outcome.error.contains("exited with code 1"))
    #expect(outcome.error.contains("NameError"))
  }

  @Test(.enabled(if: hasPython, "python3 is not installed"))
  func whatWasNotTriedIsNotSaidToHold() throws {
    try bench.write(
      "mute/child.py",
      """
      import json, sys
      box = {"low": [-1], "high": [1]}
      hello = {"protocol": 1, "observationSpace": box, "actionSpace": box}
      for line in sys.stdin:
          print(json.dumps(hello if "hello" in line else {"error": "no start"}), flush=True)
      """)
    try bench.write(
      "mute/environment.json",
      """
      { "name": "mute", "kind": "process", "command": ["/usr/bin/python3", "child.py"] }
      """)
    let outcome = try Program.run(["check", "./mute"], in: bench)
    #expect(outcome.code == 1)
    #expect(outcome.output.contains("FAILS  reset, and step"))
    #expect(outcome.output.contains("untried  stepping after the end is an error ("))
    #expect(!outcome.output.contains("holds  stepping after the end"))
    // In its own folder and above, and without the path.
    let near = try Program.run(["check", "mute"], in: bench)
    #expect(near.code == 1 && near.error.contains("did you mean './mute'?"))
  }

  @Test(.enabled(if: hasPython, "python3 is not installed"), arguments: [1, 2])
  func aSignalEndsTheWaitForAChild(signals: Int) throws {
    try bench.write(
      "hung/child.py",
      """
      import json, os, signal, sys, time
      signal.signal(signal.SIGTERM, signal.SIG_IGN)
      open("number", "w").write(str(os.getpid()))
      box = {"low": [-1], "high": [1]}
      sys.stdin.readline()
      print(json.dumps({"protocol": 1, "observationSpace": box, "actionSpace": box}), flush=True)
      sys.stdin.readline()
      open("hangs", "w").close()
      while True:
          time.sleep(1000)
      """)
    try bench.write(
      "hung/environment.json",
      """
      { "name": "hung", "kind": "process", "command": ["/usr/bin/python3", "child.py"] }
      """)
    let clock = ContinuousClock()
    var asked = clock.now
    let outcome = try Program.run(["search", "./hung", "--output", "run"], in: bench) { process in
      for _ in 0..<600
      where !FileManager.default.fileExists(atPath: bench("hung/hangs").path) { usleep(50_000) }
      asked = clock.now
      for _ in 0..<signals {
        kill(process.processIdentifier, SIGHUP)
        usleep(200_000)
      }
    }
    #expect(outcome.code == 130, "\(outcome.error)")
    #expect(clock.now - asked < .seconds(20))
    let number = try String(contentsOf: bench("hung/number"), encoding: .utf8)
    usleep(100_000)
    let state = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)
    #expect(state?.contains(") Z") ?? true, "the child lives on")
    if signals == 1 { #expect(outcome.error.contains("interrupted; the run is saved")) }
  }

  @Test(.enabled(if: hasPython, "python3 is not installed"))
  func theExampleDeviceInPythonPricesANetwork() throws {
    let device = Self.examples.appendingPathComponent("python/device.json").path
    let outcome = try Program.run(
      ["cost", "tiny.onnx", "--device", device, "--bits", "4/8", "--json"], in: bench)
    #expect(outcome.code == 0, "\(outcome.error)")
    let result = try CanonicalJSON.parse(outcome.output)
    #expect(result["device"] == "python-device")
    let macs = try #require(result["total"]?["macs"]?.doubleValue)
    let latency = try #require(result["total"]?["latencySeconds"]?.doubleValue)
    #expect(abs(latency / (macs * 4 * 8 / 64e9) - 1) < 1e-9)
  }

  @Test func registeredEnvironmentsAreListed() throws {
    let outcome = try Program.run(["environments"], in: bench)
    #expect(outcome.output.contains("pendulum"))
  }
}
