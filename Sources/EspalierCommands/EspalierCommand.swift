public import ArgumentParser
import Espalier
import Foundation

/// The command line: `espalier SUBCOMMAND`.
public struct EspalierCommand: ParsableCommand {
  /// Name, summary and subcommands.
  public static let configuration = CommandConfiguration(
    commandName: "espalier",
    abstract:
      "Fits trained networks onto real hardware: agents decide, layer by layer, what to keep.",
    version: EspalierVersion.current,
    subcommands: [
      SearchCommand.self, ApplyCommand.self, CalibrateCommand.self, RunCommand.self,
      EvaluateCommand.self, CostCommand.self, TrainCommand.self, ReportCommand.self,
      CheckCommand.self, ServeCommand.self, EnvironmentsCommand.self, DevicesCommand.self,
    ])

  /// The root command.
  public init() {}

  /// Parses the process's arguments, runs the command, and ends the process.
  ///
  /// The codes: 0 done, 1 failed with one sentence, 2 wrong usage, 130 interrupted with the run saved.
  public static func runAsTool() -> Never {
    // A reader that goes away is no reason to die with a signal.
    signal(SIGPIPE, SIG_IGN)
    // A file that may not grow any further is told of in a sentence.
    signal(SIGXFSZ, SIG_IGN)
    Interruption.takeChildrenAlong()
    var command: any ParsableCommand
    do {
      command = try parseAsRoot()
    } catch {
      endUsage(error)
    }
    do {
      try command.run()
    } catch let error as ExitCode {
      Foundation.exit(error.rawValue)
    } catch let error as EspalierError {
      Terminal.error("\(error)")
      Foundation.exit(error.isInterruption ? 130 : 1)
    } catch {
      if exitCode(for: error) != .failure { endUsage(error) }
      Terminal.error(Sentence.of(error))
      Foundation.exit(1)
    }
    Foundation.exit(0)
  }

  /// Help and version go to standard output with 0; wrong usage, in one sentence, to standard error
  /// with 2.
  private static func endUsage(_ error: any Error) -> Never {
    guard exitCode(for: error) != .success else {
      print(fullMessage(for: error))
      Foundation.exit(0)
    }
    let command = CommandLine.arguments.dropFirst().first.flatMap { name in
      configuration.subcommands.first { $0.configuration.commandName == name }
        .map { _ in " \(name)" }
    }
    Terminal.error(
      "\(UsageMessage.sentence(message(for: error))); see espalier\(command ?? "") --help")
    Foundation.exit(2)
  }
}
