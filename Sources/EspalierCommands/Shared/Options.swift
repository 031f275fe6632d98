import ArgumentParser
import Datasets
import Espalier
import Foundation

/// What every command that computes takes.
struct ComputeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Threads to use; by default one per processor.", valueName: "n"))
  var threads: Int?

  @Flag(help: "Print nothing but the result.")
  var quiet = false

  @Flag(help: "Print the result as one JSON object on standard output.")
  var json = false

  /// The same for one of several processes that work for this one: they share the processors.
  func arguments(jobs: Int) -> [String] {
    let own = threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount / max(jobs, 1))
    return ["--json", "--threads", "\(own)"] + (quiet ? ["--quiet"] : [])
  }

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads: expected 1 or more.") }
  }
}

/// How pixels become numbers.
struct PixelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "imagenet (x/255, then mean and deviation), signed-unit (x/127.5 − 1) or raw (0…255).",
      valueName: "name"))
  var preprocessing: String?

  @Option(help: ArgumentHelp("Mean of each channel after x/255, such as .5,.5,.5.", valueName: "m"))
  var mean: String?

  @Option(help: ArgumentHelp("Deviation of each channel after x/255.", valueName: "s"))
  var std: String?

  func validate() throws {
    guard (mean == nil) == (std == nil) else {
      throw ValidationError("--mean and --std are given together.")
    }
    if preprocessing != nil, mean != nil {
      throw ValidationError("--preprocessing and --mean exclude each other.")
    }
    if mean != nil {
      do { _ = try resolved() } catch { throw ValidationError("\(error)") }
    }
  }

  /// Says so when nothing was asked for and pixels went in as they are: accuracy may be low for that.
  func mentionRaw(isQuiet: Bool) {
    guard !isQuiet, preprocessing == nil, mean == nil else { return }
    Terminal.write("pixels went in raw (0…255); --preprocessing or --mean and --std say otherwise")
  }

  /// What was asked for, nil when nothing was.
  func resolved() throws -> Preprocessing? {
    try .parse(name: preprocessing, mean: mean, std: std)
  }
}

extension String {
  /// The file or folder of a path given on the command line.
  var fileURL: URL { URL(fileURLWithPath: (self as NSString).expandingTildeInPath) }
}
