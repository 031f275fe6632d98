import Foundation
import Interchange
import Networks
import Tensors
import Testing

/// The built `espalier`, where it lies beside the test bundle.
enum Program {
  static let url: URL? = {
    let places =
      [Bundle.main.bundleURL, Bundle.main.executableURL?.deletingLastPathComponent()]
      .compactMap { $0 } + [
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      ]
    for place in places {
      var folder = place
      for _ in 0..<4 {
        let program = folder.appendingPathComponent("espalier")
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: program.path, isDirectory: &isFolder),
          !isFolder.boolValue, FileManager.default.isExecutableFile(atPath: program.path)
        {
          return program
        }
        folder = folder.deletingLastPathComponent()
      }
    }
    return nil
  }()

  static var isThere: Bool { url != nil }
  static let reason: Comment = "the program espalier is not built beside the tests"

  struct Outcome {
    let code: Int32
    let output: String
    let error: String

    /// The lines on standard error.
    var complaints: [Substring] { error.split(separator: "\n") }
  }

  /// Runs the program to its end in a folder; `whileRunning` is called once it has started.
  ///
  /// - Parameter through: a command that runs it, such as a shell with a limit.
  static func run(
    _ arguments: [String], in folder: Bench, through: [String] = [],
    whileRunning: (Process) throws -> Void = { _ in }
  ) throws -> Outcome {
    guard let url else { throw CocoaError(.fileNoSuchFile) }
    let number = folder.nextNumber()
    let files = ["out-\(number)", "error-\(number)"].map { folder($0) }
    for file in files { try Data().write(to: file) }
    let process = Process()
    let command = through + [url.path] + arguments
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    try whileRunning(process)
    process.waitUntilExit()
    return Outcome(
      code: process.terminationReason == .exit
        ? process.terminationStatus : -process.terminationStatus,
      output: try String(contentsOf: files[0], encoding: .utf8),
      error: try String(contentsOf: files[1], encoding: .utf8))
  }
}

/// A folder with a small network and an environment for it.
final class Bench {
  let url: URL
  private var count = 0

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("espalier-commands-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    try network(seed: 1, to: "tiny.onnx")
    try write("tiny/environment.json", Self.definition)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  private static let definition = """
    { "name": "tiny", "summary": "a few glyphs", "model": "../tiny.onnx",
      "data": "glyphs:,limit=60", "preprocessing": "imagenet", "budget": { "macs": 0.6 },
      "episodes": 3, "validationImages": 30, "calibrationImages": 25, "batch": 16,
      "pruning": { "positionsPerImage": 4 },
      "agent": { "hiddenLayers": [8, 8], "warmupEpisodes": 2, "batchSize": 4 } }
    """

  func callAsFunction(_ name: String) -> URL { url.appendingPathComponent(name) }

  func nextNumber() -> Int {
    count += 1
    return count
  }

  func write(_ name: String, _ text: String) throws {
    let file = self(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: file, atomically: true, encoding: .utf8)
  }

  func network(seed: UInt64, to name: String) throws {
    var generator = SeededGenerator(seed: seed)
    let graph = try ModelBuilder.named("resnet8").graph(
      ModelParameters(widthMultiplier: 0.25), using: &generator)
    try ONNXFile.write(graph, to: self(name))
  }
}
