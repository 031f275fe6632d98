import Foundation

/// Something to time, made ready once.
protocol BenchmarkCase: AnyObject {
  /// What one run does: operations, images, steps or updates.
  var work: Double { get }

  /// What is timed.
  func run() throws

  /// Runs on given numbers and writes what came out, or says it in the reply.
  func answer(input: URL, output: URL, in reply: inout Reply) throws

  /// Writes the network that is run.
  func write(to output: URL, in reply: inout Reply) throws
}

extension BenchmarkCase {
  func answer(input: URL, output: URL, in reply: inout Reply) throws {
    throw BenchmarkError.request("this case answers nothing: it checks itself when it is made")
  }

  func write(to output: URL, in reply: inout Reply) throws {
    throw BenchmarkError.request("this case has no network to write")
  }
}

extension CaseDescription {
  func make() throws -> any BenchmarkCase {
    switch kind {
    case .chains: ChainsCase()
    case .product: try ProductCase(self)
    case .network: try NetworkCase(self)
    case .training: try TrainingCase(self)
    case .agent: try AgentCase(self)
    }
  }
}
