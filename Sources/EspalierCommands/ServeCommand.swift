import ArgumentParser
import Espalier
import Foundation
import Reinforcement

struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve an environment to another program, line by line on standard input and output.")

  @Argument(help: "An environment's name, or a path to its definition.")
  var environment: String

  @Option(help: ArgumentHelp("The ONNX model.", valueName: "file"))
  var model: String?

  @Option(help: ArgumentHelp("The data, such as cifar10:DIR.", valueName: "spec"))
  var data: String?

  @Option(
    help: ArgumentHelp(
      "A limit: macs=0.5, weightBytes=300kB, density=0.2, latency=uniform:4; may be repeated.",
      valueName: "key=value"))
  var budget: [String] = []

  @Option(
    help: ArgumentHelp("The device whose time and energy count.", valueName: "name-or-file"))
  var device: String?

  @Option(help: ArgumentHelp("The seed of all random streams.", valueName: "n"))
  var seed = 1

  @Option(
    help: ArgumentHelp("Another value for a field of the environment.", valueName: "key.path=value")
  )
  var set: [String] = []

  @Option(help: ArgumentHelp("A folder with environments of one's own.", valueName: "dir"))
  var environments: [String] = []

  @Option(help: ArgumentHelp("Threads to use; by default one per processor.", valueName: "n"))
  var threads: Int?

  func validate() throws {
    if seed < 0 { throw ValidationError("--seed: expected a number from 0 on.") }
    if let threads, threads < 1 { throw ValidationError("--threads: expected 1 or more.") }
  }

  func run() throws {
    var request = SearchRequest(environment: environment)
    request.environmentFolders = environments.map(\.fileURL)
    request.settings = set
    request.model = model?.fileURL
    request.data = data
    request.budgets = budget
    request.device = device
    request.seed = seed
    request.threads = threads
    let served = try ServedEnvironment.make(request)
    let again = request
    EnvironmentServer(
      served.environment, name: served.name,
      another: { try ServedEnvironment.make(again).environment }
    ).run()
  }
}
