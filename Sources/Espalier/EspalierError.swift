/// What can go wrong between a user's files and a search.
public enum EspalierError: Error, Equatable, CustomStringConvertible {
  /// No environment of a name; near names are suggested.
  case unknownEnvironment(name: String, suggestions: [String])
  /// No device of a name; near names are suggested.
  case unknownDevice(name: String, suggestions: [String])
  /// A device that cannot be drawn under a roof.
  case noRoofline(device: String)
  /// A layer that cannot be priced.
  case unpriced(layer: String, reason: String)
  /// A definition or setting that cannot be read.
  case definition(file: String, reason: String)
  /// Something that an environment leaves to the user and was not given.
  case missing(what: String, option: String)
  /// A budget that cannot be read.
  case budget(text: String, expected: String)
  /// An agent that is not there.
  case unknownAgent(name: String, known: [String])
  /// A network that is neither a file nor built in; near names are suggested.
  case unknownNetwork(name: String, suggestions: [String], known: [String])
  /// A folder that already holds a run.
  case runExists(folder: String)
  /// A training that was stopped and may go on.
  case trainingExists(file: String, folder: String)
  /// A folder in which another process works.
  case runBusy(folder: String)
  /// A run that was made with other settings.
  case otherRun(folder: String, reason: String)
  /// A policy for another model.
  case otherModel(expected: String, found: String)
  /// Numbers that do not fit together.
  case setting(name: String, expected: String, found: String)
  /// The user stopped the run; what was done is saved.
  case interrupted(folder: String)
  /// The user stopped before there was an episode.
  case interruptedEarly
  /// Something outside failed in the middle of a run; what was done is saved.
  case stopped(reason: String, folder: String)
  /// Some searches of a sweep failed; the others are done.
  case sweep(failed: [String], of: Int, folder: String)
  /// The user stopped training; the network so far is saved.
  case trainingInterrupted(epochs: Int, file: String)
  /// The user stopped a calibration; what was done is saved.
  case calibrationInterrupted(iterations: Int, file: String)
  /// A calibration's checkpoint that cannot be gone on from.
  case otherCalibration(file: String, reason: String)

  /// Whether the user asked for the end, and nothing failed.
  public var isInterruption: Bool {
    switch self {
    case .interrupted, .interruptedEarly, .trainingInterrupted, .calibrationInterrupted: true
    default: false
    }
  }

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .unknownEnvironment(let name, let suggestions):
      "there is no environment '\(name)'"
        + (suggestions.isEmpty
          ? "; 'espalier environments' lists them"
          : "; did you mean \(suggestions.map { "'\($0)'" }.joined(separator: " or "))?")
    case .unknownDevice(let name, let suggestions):
      "there is no device '\(name)'"
        + (suggestions.isEmpty
          ? "; 'espalier devices' lists them"
          : "; did you mean \(suggestions.map { "'\($0)'" }.joined(separator: " or "))?")
    case .noRoofline(let device):
      "device '\(device)' has no roofline: its model knows no peak and no bandwidth"
    case .unpriced(let layer, let reason):
      "layer '\(layer)': \(reason)"
    case .definition(let file, let reason):
      "\(file): \(reason)"
    case .missing(let what, let option):
      "the environment does not say \(what); give it with \(option)"
    case .budget(let text, let expected):
      "budget '\(text)': expected \(expected)"
    case .unknownAgent(let name, let known):
      "there is no agent '\(name)'; the agents are \(known.joined(separator: ", "))"
    case .unknownNetwork(let name, let suggestions, let known):
      "there is no built-in network '\(name)' and it is no .onnx file; "
        + (suggestions.isEmpty
          ? "the networks are \(known.joined(separator: ", "))"
          : "did you mean \(suggestions.map { "'\($0)'" }.joined(separator: " or "))?")
    case .runExists(let folder):
      "the folder '\(folder)' already holds episodes; continue with --resume or give another --output"
    case .trainingExists(let file, let folder):
      "a training of '\(file)' was stopped; continue with --resume, or take '\(folder)' away to begin anew"
    case .runBusy(let folder):
      "another process is working in '\(folder)'"
    case .otherRun(let folder, let reason):
      "the run in '\(folder)' cannot be used: \(reason)"
    case .otherModel(let expected, let found):
      "the policy is for another model: expected sha256 \(expected), found \(found)"
    case .setting(let name, let expected, let found):
      "\(name): expected \(expected), found \(found)"
    case .interrupted(let folder):
      "interrupted; the run is saved in '\(folder)' and goes on with --resume"
    case .interruptedEarly: "interrupted before an episode; what there was is as it was"
    case .stopped(let reason, let folder):
      "\(reason) (the run is saved in '\(folder)' and goes on with --resume)"
    case .sweep(let failed, let count, let folder):
      "\(failed.count) of \(count) searches are not done (\(failed.joined(separator: ", "))); their logs are in "
        + "'\(folder)', and --resume goes on with them"
    case .trainingInterrupted(let epochs, let file):
      "interrupted after \(epochs) epochs; the network so far is saved in '\(file)' and training goes on with --resume"
    case .calibrationInterrupted(let iterations, let file):
      "interrupted after \(iterations) iterations; the same command goes on from '\(file)'"
    case .otherCalibration(let file, let reason):
      "the calibration in '\(file)' cannot be gone on with: \(reason); remove it to begin anew"
    }
  }
}
