import ArgumentParser
import Espalier
import Foundation

/// What `search` is asked for.
struct SearchOptions: ParsableArguments {
  @Argument(help: "An environment's name, or a path to its definition.")
  var environment: String

  @Option(help: ArgumentHelp("The ONNX model to compress.", valueName: "file"))
  var model: String?

  @Option(help: ArgumentHelp("The data, such as cifar10:DIR.", valueName: "spec"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "ddpg, random, evolution, uniform, shallow, deep or greedy.", valueName: "name"))
  var agent = "ddpg"

  @Option(
    help: ArgumentHelp(
      "A run or its agent.json: ddpg begins with what was learned there.",
      valueName: "run-or-file"))
  var agentFrom: String?

  @Option(help: ArgumentHelp("Candidates to measure.", valueName: "n"))
  var episodes: Int?

  @Option(
    help: ArgumentHelp(
      "A limit: macs=0.5, weightBytes=300kB, density=0.2, latency=uniform:4; may be repeated.",
      valueName: "key=value"))
  var budget: [String] = []

  @Option(
    help: ArgumentHelp("The device whose time and energy count.", valueName: "name-or-file"))
  var device: String?

  @Option(help: ArgumentHelp("A folder with devices of one's own.", valueName: "dir"))
  var devices: [String] = []

  @Option(
    name: [.customLong("seed"), .customLong("seeds")],
    help: ArgumentHelp(
      "The seed of all random streams, or several: 1,2,3 or 1-3; by default 1.",
      valueName: "n"))
  var seed: [SeedList] = []

  @Option(
    help: ArgumentHelp("Another value for a field of the environment.", valueName: "key.path=value")
  )
  var set: [String] = []

  @Option(help: ArgumentHelp("A folder with environments of one's own.", valueName: "dir"))
  var environments: [String] = []

  @Option(help: ArgumentHelp("Images in one pass of the network.", valueName: "n"))
  var batch: Int?

  @Option(help: ArgumentHelp("The run directory; by default one under ./runs.", valueName: "dir"))
  var output: String?

  @Flag(help: "Go on with the run in --output.")
  var resume = false

  @Option(
    help: ArgumentHelp(
      "Episodes from one checkpoint to the next; 0 writes none.", valueName: "n"))
  var checkpointEvery = 10

  @Option(help: ArgumentHelp("Searches of a sweep at a time.", valueName: "n"))
  var jobs = 1

  func validate() throws {
    if let episodes, episodes < 1 { throw ValidationError("--episodes: expected 1 or more.") }
    if let batch, batch < 1 { throw ValidationError("--batch: expected 1 or more.") }
    if jobs < 1 { throw ValidationError("--jobs: expected 1 or more.") }
    if checkpointEvery < 0 {
      throw ValidationError("--checkpoint-every: expected a number from 0 on.")
    }
    if resume, output == nil { throw ValidationError("--resume needs --output.") }
    if jobs > 1, !isSweep {
      throw ValidationError("--jobs needs several searches, such as --seed 1-3.")
    }
    do { _ = try plan() } catch { throw ValidationError("\(error)") }
  }

  // MARK: - One search

  func request(threads: Int?) -> SearchRequest {
    var request = SearchRequest(environment: environment)
    request.environmentFolders = environments.map(\.fileURL)
    request.settings = set
    request.model = model?.fileURL
    request.data = data
    request.budgets = budget
    request.device = device
    request.deviceFolders = devices.map(\.fileURL)
    request.agent = agent
    request.agentFrom = agentFrom?.fileURL
    request.episodes = episodes
    request.seed = seeds.first ?? 1
    request.threads = threads
    request.batch = batch
    request.output = output?.fileURL
    request.resume = resume
    request.checkpointEpisodes = checkpointEvery
    return request
  }

  private var seeds: [Int] { seed.isEmpty ? [1] : seed.flatMap(\.seeds) }

  // MARK: - Several

  /// Whether a list is given anywhere.
  var isSweep: Bool {
    seeds.count > 1 || budget.contains(where: SweepPlan.isList) || agents.count > 1
      || places.count > 1
  }

  private var agents: [String] { agent.components(separatedBy: ",") }
  private var places: [String] { device.map(SweepPlan.items) ?? [] }

  /// Every combination of the lists.
  func plan() throws -> SweepPlan {
    try SweepPlan(seeds: seeds, budgets: budget, devices: places, agents: agents)
  }

  /// The options of one search of a sweep, for a process of its own.
  func arguments(for entry: SweepPlan.Entry, output: URL) -> [String] {
    var arguments = ["search", environment, "--seed", "\(entry.seed)", "--agent", entry.agent]
    func add(_ name: String, _ value: String?) {
      if let value { arguments.append("--\(name)=\(value)") }
    }
    add("model", model)
    add("data", data)
    add("agent-from", agentFrom)
    add("episodes", episodes.map(String.init))
    for budget in entry.budgets { add("budget", budget) }
    add("device", entry.device)
    for folder in devices { add("devices", folder) }
    for value in set { add("set", value) }
    for folder in environments { add("environments", folder) }
    add("batch", batch.map(String.init))
    add("checkpoint-every", "\(checkpointEvery)")
    add("output", output.path)
    return arguments + (resume ? ["--resume"] : [])
  }
}
