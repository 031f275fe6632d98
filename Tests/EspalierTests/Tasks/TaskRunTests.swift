import CompressionPolicies
import Foundation
import Reinforcement
import Testing

@testable import Espalier

/// A task in a Python child: guess a number that the observation tells; one line of its file per step.
struct TinyTask: Sendable {
  let folder: TemporaryFolder

  /// - Parameter body: what the child does before it answers a step.
  init(_ more: String = "", body: String = "pass") throws {
    folder = try TemporaryFolder()
    try folder.write("task/child.py", Self.child(body))
    try folder.write(
      "task/environment.json",
      """
      { "name": "guess", "kind": "process", "command": ["/usr/bin/python3", "child.py"],
        "steps": 60, "evaluationEpisodes": 3, "timeLimitSeconds": 20,
        "agent": { "hiddenLayers": [8, 8], "warmupSteps": 10, "batchSize": 8 }\(more) }
      """)
  }

  private static func child(_ body: String) -> String {
    """
    import json, os, random, sys
    resets = 0
    for line in sys.stdin:
        request = json.loads(line)
        if request["request"] == "close":
            break
        if request["request"] == "hello":
            box = {"low": [-1], "high": [1]}
            answer = {"protocol": 1, "observationSpace": box, "actionSpace": box}
        elif request["request"] == "reset":
            resets += 1
            generator = random.Random(request["seed"])
            number, left = generator.uniform(-1, 1), 4
            answer = {"observation": [number]}
        else:
            left -= 1
            reward = -abs(request["action"][0] - number)
            number = generator.uniform(-1, 1)
            \(body)
            answer = {"observation": [number], "reward": reward, "truncated": left == 0}
        print(json.dumps(answer), flush=True)
    """
  }

  func request(_ output: String) -> SearchRequest {
    var request = SearchRequest(environment: folder("task").path)
    request.output = folder(output)
    request.threads = 1
    return request
  }

  func run(_ request: SearchRequest) throws -> TaskResult {
    try TaskRun.run(#require(try LearningTask.find(request)), request)
  }

  func bytes(_ output: String, _ file: String) throws -> Data {
    try Data(contentsOf: folder(output).appendingPathComponent(file))
  }
}

@Suite(
  .enabled(
    if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"),
    "python3 is not installed"))
struct TaskRunTests {
  private static let files = [
    "environment.json", "run.json", "episodes.jsonl", "steps.jsonl", "agent.json", "summary.json",
  ]

  @Test func aRunWritesItsFilesAndRepeatsByteForByte() throws {
    let task = try TinyTask()
    let result = try task.run(task.request("a"))
    _ = try task.run(task.request("b"))
    #expect(result.returns.count == 15)
    #expect(result.steps == 60)
    #expect(result.evaluation.count == 3)
    for file in Self.files {
      #expect(try task.bytes("a", file) == task.bytes("b", file), "\(file)")
    }
    var other = task.request("c")
    other.seed = 2
    _ = try task.run(other)
    #expect(try task.bytes("a", "episodes.jsonl") != task.bytes("c", "episodes.jsonl"))
  }

  @Test func aRunThatIsResumedEndsAsIfItHadNotStopped() throws {
    // The child dies in its seventh episode, the first time alone.
    let task = try TinyTask(
      body: """
        if resets == 7 and left == 2 and not os.path.exists("once"):
                    open("once", "w").close()
                    sys.exit("out of memory")
        """)
    let whole = try TinyTask()
    _ = try whole.run(whole.request("whole"))
    #expect {
      try task.run(task.request("run"))
    } throws: { error in
      "\(error)".contains("exited with code 1") && "\(error)".contains("out of memory")
        && "\(error)".contains("goes on with --resume")
    }
    #expect(throws: EspalierError.runExists(folder: task.folder("run").path)) {
      try task.run(task.request("run"))
    }
    // A line that a kill tore does not count.
    let journal = task.folder("run/steps.jsonl")
    let torn = try Data(contentsOf: journal) + Data("{\"actions\":[[0.".utf8)
    try torn.write(to: journal)
    var request = task.request("run")
    request.resume = true
    let result = try task.run(request)
    #expect(result.returns.count == 15)
    for file in Self.files where file != "environment.json" {
      #expect(try task.bytes("run", file) == whole.bytes("whole", file), "\(file)")
    }
  }

  @Test func aRunOfOtherSettingsIsNotGoneOnWith() throws {
    let task = try TinyTask()
    _ = try task.run(task.request("run"))
    var request = task.request("run")
    request.resume = true
    request.settings = ["agent.batchSize=9"]
    #expect {
      try task.run(request)
    } throws: { error in
      if case .otherRun(_, let reason)? = error as? EspalierError {
        reason.contains("environment.json")
          && reason.hasSuffix("'agent.batchSize' is 8 there and 9 now")
      } else {
        false
      }
    }
  }

  @Test func howTheProgramIsStartedMayChange() throws {
    let task = try TinyTask(
      body: """
        if resets == 7 and not os.path.exists("once"):
                    open("once", "w").close()
                    import time
                    time.sleep(1000)
        """)
    let whole = try TinyTask()
    _ = try whole.run(whole.request("whole"))
    var request = task.request("run")
    request.settings = ["timeLimitSeconds=2"]
    #expect { try task.run(request) } throws: { "\($0)".contains("did not answer within 2.0") }
    request.resume = true
    request.settings = ["timeLimitSeconds=19", #"command=["/usr/bin/python3","./child.py"]"#]
    _ = try task.run(request)
    for file in ["episodes.jsonl", "steps.jsonl", "agent.json", "summary.json"] {
      #expect(try task.bytes("run", file) == whole.bytes("whole", file), "\(file)")
    }
  }

  @Test func anEpisodeWithoutEndIsCutOff() throws {
    let task = try TinyTask(body: "left = 9")
    let result = try task.run(task.request("run"))
    #expect(result.returns.count == 1 && result.steps == 60)
    #expect(result.evaluation.count == 3)
  }

  @Test func optionsOfCompressionAreRefused() throws {
    let task = try TinyTask()
    var request = task.request("run")
    request.data = "glyphs:"
    #expect { try task.run(request) } throws: { "\($0)".contains("--data") }
    request.data = nil
    request.agent = "greedy"
    #expect { try task.run(request) } throws: { "\($0)".contains("ddpg, random") }
  }

  @Test func theWrappersOfAFileAreUsed() throws {
    let task = try TinyTask(", \"stepLimit\": 2, \"observations\": \"measured\"")
    let result = try task.run(task.request("run"))
    #expect(result.returns.count == 30)
    #expect(try EnvironmentCheck(task.request("run")).violations == [])
  }

  @Test func theKindIsLookedAtFirst() throws {
    let folder = try TemporaryFolder()
    let command = "\"command\": [\"true\"]"
    for (fields, sentence) in [
      ("\"kind\": \"proces\", \(command)", "found 'proces'; did you mean 'process'?"),
      ("\"kind\": \"pendulumm\", \"steps\": 3", "amc, haq, joint, process"),
      (command, "expected 'process', as there is a 'command'"),
    ] {
      try folder.write("environment.json", "{ \"name\": \"x\", \(fields) }")
      #expect {
        try EnvironmentCatalog().task(folder.url.path)
      } throws: { "\($0)".contains(sentence) }
      #expect {
        try EnvironmentCatalog().entry(folder.url.path)
      } throws: { "\($0)".contains(sentence) }
    }
  }

  @Test func theSchemaMayBeNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "environment.json", #"{ "$schema": "../x.json", "name": "x", "kind": "pendulum" }"#)
    #expect(try EnvironmentCatalog().task(folder.url.path)?.definition.kind == "pendulum")
    try folder.write("environment.json", #"{ "$schema": "../x.json", "name": "x" }"#)
    #expect(try EnvironmentCatalog().entry(folder.url.path).definition.kind == .amc)
  }

  @Test func optionsThatAnEnvironmentDoesNotKnowAreRefused() throws {
    Registry.register(environment: "weighed", options: ["gravity"]) { _ in Pendulum() }
    let folder = try TemporaryFolder()
    try folder.write(
      "environment.json",
      #"{ "name": "x", "kind": "weighed", "options": { "gravity": 1 } }"#)
    #expect(try EnvironmentCatalog().task(folder.url.path) != nil)
    for (kind, sentence) in [("weighed", "did you mean 'gravity'?"), ("pendulum", "gravty")] {
      try folder.write(
        "environment.json",
        "{ \"name\": \"x\", \"kind\": \"\(kind)\", \"options\": { \"gravty\": 1 } }")
      #expect {
        try EnvironmentCatalog().task(folder.url.path)
      } throws: { "\($0)".contains(sentence) }
    }
  }

  @Test(arguments: [
    ("\"steps\": 0", "steps"), ("\"colour\": 1", "colour"), ("\"options\": {}", "options"),
    ("\"agent\": {\"noise\": {\"shape\": \"pink\"}}", "noise"),
  ])
  func aFieldThatIsWrongIsNamed(field: String, name: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "environment.json",
      "{ \"name\": \"x\", \"kind\": \"process\", \"command\": [\"true\"], \(field) }")
    #expect {
      try EnvironmentCatalog().task(folder.url.path)
    } throws: { "\($0)".contains(name) }
  }

  @Test func aCommandIsNeeded() throws {
    let folder = try TemporaryFolder()
    for command in ["", ", \"command\": []", ", \"command\": [\"\"]"] {
      try folder.write("environment.json", "{ \"name\": \"x\", \"kind\": \"process\"\(command) }")
      #expect {
        try EnvironmentCatalog().task(folder.url.path)
      } throws: { "\($0)".contains("command") }
    }
  }
}
