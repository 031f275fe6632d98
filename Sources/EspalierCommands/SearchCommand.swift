import ArgumentParser
import CompressionPolicies
import Espalier
import Foundation

struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Search for the best policy in an environment and write a run directory.")

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

  @Option(help: ArgumentHelp("The seed of all random streams.", valueName: "n"))
  var seed = 1

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

  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    if seed < 0 { throw ValidationError("--seed: expected a number from 0 on.") }
    if let episodes, episodes < 1 { throw ValidationError("--episodes: expected 1 or more.") }
    if let batch, batch < 1 { throw ValidationError("--batch: expected 1 or more.") }
    if resume, output == nil { throw ValidationError("--resume needs --output.") }
  }

  func run() throws {
    Interruption.listen()
    var progress = SearchProgressView(isQuiet: compute.quiet)
    if let task = try LearningTask.find(request) {
      let result = try TaskRun.run(task, request) { progress.show($0) }
      progress.end()
      print(try compute.json ? CanonicalJSON.line(result.json) : TaskReport(result).text)
      return
    }
    let result = try SearchRun.run(
      request, onProgress: { progress.show($0) }, onFineTuning: { progress.show($0) })
    progress.end()
    if compute.json {
      print(try CanonicalJSON.line(result.json))
    } else {
      print(SearchReport(result).text)
    }
  }

  private var request: SearchRequest {
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
    request.seed = seed
    request.threads = compute.threads
    request.batch = batch
    request.output = output?.fileURL
    request.resume = resume
    return request
  }
}
