import Foundation
import Reinforcement

/// Children in Python, with nothing but its standard library.
enum PythonChild {
  /// Whether the tests can run them.
  static let isThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")
  static let reason = "python3 is not installed"

  private static let prelude = #"""
    import json, os, signal, sys, time
    def say(text):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    HELLO = '{"protocol":1,"role":"environment","observationSpace":{"low":[null],"high":[null]},"actionSpace":{"low":[-1],"high":[1]}}'
    GOOD = '{"observation":[1],"reward":1}'
    lines = iter(sys.stdin)
    next(lines)

    """#

  /// A child that has read the greeting and then does what `body` says.
  static func launch(_ body: String, timeLimit: Double = 20) -> ProcessConversation.Launch {
    ProcessConversation.Launch(["/usr/bin/python3", "-c", prelude + body], timeLimit: timeLimit)
  }

  /// A child that answers as a task would: move towards a target in ten steps.
  static let target = launch(
    #"""
    import random
    say('{"protocol":1,"role":"environment","name":"target","observationSpace":{"low":[-20],"high":[20]},"actionSpace":{"low":[-1],"high":[1]}}')
    for line in lines:
        request = json.loads(line)
        if request["request"] == "close":
            break
        if request["request"] == "reset":
            distance, left = random.Random(request["seed"]).uniform(-3, 3), 10
            say(json.dumps({"observation": [distance], "info": {"left": left}}))
        else:
            distance, left = distance - request["action"][0], left - 1
            say(json.dumps({"observation": [distance], "reward": -abs(distance),
                            "truncated": left == 0, "info": {"left": left}}))
    """#)

  /// Whether no process of a number runs any more; one that nobody has collected counts as gone.
  static func isGone(_ number: Int) -> Bool {
    for _ in 0..<200 {
      guard let status = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)
      else { return true }
      if status.split(separator: ")").last?.hasPrefix(" Z") ?? false { return true }
      usleep(10_000)
    }
    return false
  }
}
