import Compression
import CompressionPolicies
import Datasets
import Foundation
import Hardware
import Interchange
import Networks
import Reinforcement
import Tensors
import Testing
import Units

@testable import Espalier

@Suite(
  .enabled(
    if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"),
    "python3 is not installed"))
struct ProcessPluginTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  // MARK: - Cost models

  private static let device = """
    { "name": "mine", "summary": "", "model": "process",
      "command": ["/usr/bin/python3", "cost.py"], "timeLimitSeconds": 20 }
    """

  /// A device whose child writes a line to `asked` for every layer that it is asked about.
  private func device(
    answer: String =
      "{'latencySeconds': w['inputChannels'] * 1e-6 * r['weightBits'], 'energyJoules': 2e-9, 'cycles': 12}"
  ) throws -> PricingDevice {
    try folder.write(
      "cost.py",
      """
      import json, sys
      for line in sys.stdin:
          r = json.loads(line)
          if r["request"] == "close":
              break
          if r["request"] == "hello":
              answer = {"protocol": 1, "role": "cost", "weightBits": [2, 4, 8], "activationBits": [8]}
          else:
              w = r["workload"]
              open("asked", "a").write(line)
              answer = \(answer)
          print(json.dumps(answer), flush=True)
      """)
    let file = try folder.write("mine.json", Self.device)
    return try DeviceCatalog().pricingDevice(file.path)
  }

  private func layer(_ channels: Int) throws -> Workload {
    try Workload(.dense, inputChannels: channels, outputChannels: 10, output: .init(1))
  }

  private var asked: Int {
    let text = (try? String(contentsOf: folder("asked"), encoding: .utf8)) ?? ""
    return text.split(separator: "\n").count
  }

  @Test func aLayerIsPricedAndAskedForOnce() throws {
    let device = try device()
    #expect(device.name == "mine")
    #expect(device.model.supportedBits == SupportedBits(weights: [2, 4, 8], activations: [8]))
    let bits = LayerBits(weights: BitWidth(4), activations: BitWidth(8))
    for _ in 0..<3 {
      let cost = try device.model.cost(of: layer(100), bits: bits)
      #expect(cost.latency == Seconds(100 * 1e-6 * 4))
      #expect(cost.energy == Joules(2e-9))
      #expect(cost.cycles == 12)
    }
    #expect(asked == 1)
    _ = try device.model.cost(of: layer(101), bits: bits)
    _ = try device.model.cost(of: layer(101), bits: LayerBits(8))
    #expect(asked == 3)
    #expect(throws: HardwareError.self) { try device.model.cost(of: layer(1), bits: LayerBits(4)) }
    #expect(asked == 3)
  }

  @Test func aModelThatKeepsTheContractPassesTheCheck() throws {
    let good = try device(
      answer: """
        {'latencySeconds': w['batch'] * w['inputChannels'] * w['outputChannels'] * 1e-9 * r['weightBits'],
                       'energyJoules': w['batch'] * 1e-9 * w['inputChannels'] * w['outputChannels']}
        """)
    #expect(CostModelCheck.violations(of: good.model, layers: [try layer(16)]) == [])
    let odd = try device(answer: "{'latencySeconds': 1 / (w['inputChannels'] * r['weightBits'])}")
    let rules = Set(
      CostModelCheck.violations(of: odd.model, layers: [try layer(16)]).map(\.rule))
    #expect(rules.isSuperset(of: [.weightBitsLatency, .inputChannelsLatency]))
  }

  @Test(arguments: [
    ("{}", "latencySeconds"), ("{'latencySeconds': float('nan')}", "nan"),
    ("{'latencySeconds': -1}", "a number from 0 on"), ("{'latencySeconds': 1e16}", "at most 1e15"),
    ("{'error': 'no such layer'}", "no such layer"),
    ("sys.exit('bye')", "exited with code 1"),
  ])
  func anAnswerThatIsWrongIsOneSentence(answer: String, sentence: String) throws {
    let device = try device(answer: answer)
    #expect {
      try device.model.cost(of: layer(3), bits: LayerBits(8))
    } throws: { error in
      "\(error)".hasPrefix("device 'mine': ") && "\(error)".contains(sentence)
    }
  }

  @Test func aModelThatDiesLeavesTheRestUntried() throws {
    let check = try DeviceCheck(device(answer: "sys.exit('bye')"))
    #expect(check.violations.count == 1 && check.violations[0].contains("bye"))
    #expect(check.rules.count == 1)
    #expect(!check.outcomes.contains { $0.state == .holds })
  }

  @Test func aSummaryIsNotNeeded() throws {
    _ = try device()
    let file = try folder.write(
      "mine.json", Self.device.replacingOccurrences(of: "\"summary\": \"\",", with: ""))
    #expect(try DeviceCatalog().device(file.path).summary.isEmpty)
  }

  @Test func aModelOfADeviceIsLookedAtFirst() throws {
    let file = try folder.write(
      "mine.json", Self.device.replacingOccurrences(of: "\"process\"", with: "\"proces\""))
    #expect {
      try DeviceCatalog().pricingDevice(file.path)
    } throws: { error in
      "\(error)".contains("field 'model'") && "\(error)".contains("did you mean 'process'?")
    }
  }

  @Test func aDeviceFileThatIsWrongNamesTheField() throws {
    for (text, name) in [
      (Self.device.replacingOccurrences(of: "command", with: "comand"), "comand"),
      (Self.device.replacingOccurrences(of: ": 20", with: ": 0"), "timeLimitSeconds"),
    ] {
      let file = try folder.write("mine.json", text)
      #expect {
        try DeviceCatalog().pricingDevice(file.path)
      } throws: { "\($0)".contains(name) }
    }
  }

  // MARK: - Evaluators

  private func images() throws -> LabelledImages {
    try LabelledImages.load(DataSpecification("glyphs:,limit=20"), defaultSplit: .test)
  }

  private func evaluator(_ quality: String, before: String = "pass") throws -> ProcessEvaluator {
    try folder.write(
      "evaluate.py",
      """
      import json, os, sys
      asked = 0
      for line in sys.stdin:
          r = json.loads(line)
          if r["request"] == "close":
              break
          if r["request"] == "hello":
              answer = {"protocol": 1, "role": "evaluator", "metric": "size"}
          else:
              \(before)
              size = {name: os.path.getsize(r[name]) for name in ("model", "images", "labels")}
              answer = {"quality": \(quality)}
          print(json.dumps(answer), flush=True)
      """)
    return try ProcessEvaluator(
      .init(["/usr/bin/python3", "evaluate.py"], folder: folder.url, timeLimit: 20),
      images: images(), preprocessing: .imagenet)
  }

  private func network() throws -> Graph {
    var generator = SeededGenerator(seed: 1)
    return try ModelBuilder.named("resnet8").graph(
      ModelParameters(widthMultiplier: 0.25), using: &generator)
  }

  @Test func theChildIsHandedTheNetworkAndTheImages() throws {
    let graph = try network()
    let bytes = try ONNXFile.encode(graph, file: "x").count
    #expect(try evaluator("size['model']").evaluate(graph) == Double(bytes))
    let shape = try images().shape.extents
    let pixels = 20 * shape.reduce(1, *) * 4
    // A NumPy header has 128 bytes here.
    #expect(try evaluator("size['images']").evaluate(graph) == Double(pixels + 128))
    #expect(try evaluator("size['labels']").evaluate(graph) == Double(20 * 8 + 128))
    #expect(try evaluator("size['model']").metric == "size")
  }

  @Test func theContractFindsWhatIsBroken() throws {
    let graph = try network()
    #expect(EvaluatorContract.check(try evaluator("50"), on: graph) == [])
    let moving = try evaluator("int(open('n', 'a').write('x')) + os.path.getsize('n')")
    #expect(EvaluatorContract.check(moving, on: graph).map(\.rule).contains(.deterministic))
    let broken = EvaluatorContract.check(try evaluator("float('nan')"), on: graph)
    #expect(broken.map(\.rule) == [.nothingThrows])
    let report = EvaluatorContract.report(on: try evaluator("float('nan')"), measuring: graph)
    #expect(report.tried == [.nothingThrows])
    #expect(broken.first?.found.contains("nan") ?? false)
  }

  @Test func aSearchMeasuresWithTheChild() throws {
    // Quality that falls with the file's size: the agent's journal shows it.
    _ = try evaluator("100 - size['model'] / 1e4")
    let tiny = try TinySearch(
      more: """
        , "evaluator": { "kind": "process", "command": ["/usr/bin/python3", "\(folder("evaluate.py").path)"] }
        """)
    let result = try SearchRun.run(tiny.request("run"))
    let written = try tiny.bytes("run", "compressed.onnx").count
    #expect(
      abs((result.policy.compressed.validation ?? 0) - (100 - Double(written) / 1e4)) < 1e-9)
    let check = try EnvironmentCheck(tiny.request("run"))
    #expect(check.violations == [])
    #expect(check.rules.contains(EvaluatorContract.Rule.deterministic.rawValue))
  }

  @Test func aSearchWhoseChildDiesGoesOnToTheSameEnd() throws {
    let program = folder("evaluate.py").path
    let more = """
      , "evaluator": { "kind": "process", "command": ["/usr/bin/python3", "\(program)"] }
      """
    _ = try evaluator("100 - size['model'] / 1e4")
    let whole = try TinySearch(more: more)
    _ = try SearchRun.run(whole.request("run"))
    // The next one dies once, when it is asked for the third time.
    let mark = try folder.write("dies", "").path
    _ = try evaluator(
      "100 - size['model'] / 1e4",
      before: """
        asked += 1
                if asked == 3 and os.path.exists("\(mark)"):
                    os.unlink("\(mark)")
                    sys.exit("out of memory")
        """)
    let broken = try TinySearch(more: more)
    #expect {
      try SearchRun.run(broken.request("run"))
    } throws: { error in
      "\(error)".contains("out of memory") && "\(error)".contains("goes on with --resume")
    }
    var request = broken.request("run")
    request.resume = true
    _ = try SearchRun.run(request)
    for file in ["episodes.jsonl", "agent.json", "compressed.onnx"] {
      #expect(try broken.bytes("run", file) == whole.bytes("run", file), "\(file)")
    }
  }

  @Test func anEvaluatorThatNobodyRegisteredIsNamed() throws {
    let tiny = try TinySearch(more: ", \"evaluator\": { \"kind\": \"nobody\" }")
    #expect { try SearchRun.run(tiny.request("run")) } throws: { "\($0)".contains("'nobody'") }
  }

  // MARK: - The registry

  @Test func aRegisteredEnvironmentNeedsNoFile() throws {
    Registry.register(environment: "short-pendulum", summary: "A test's.") { options in
      TimeLimit(Pendulum(), steps: Int(options["steps"]?.number ?? 5))
    }
    var request = SearchRequest(environment: "short-pendulum")
    request.settings = [
      "steps=40", "options.steps=4", "agent.hiddenLayers=[8]", "evaluationEpisodes=2",
    ]
    request.output = folder("run")
    request.threads = 1
    let task = try #require(try LearningTask.find(request))
    let result = try TaskRun.run(task, request)
    #expect(result.returns.count == 10)
    let served = try ServedEnvironment.make(request)
    #expect(served.name == "short-pendulum")
    #expect(EnvironmentContract.check(served.environment) == [])
  }
}
