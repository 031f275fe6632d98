import Compression
import Foundation
import Testing

@testable import Espalier

/// Searches at the edge of what an environment may ask for.
@Suite(.serialized) struct SearchEdgeTests {
  @Test func evolutionWithoutAChoiceComesToItsEnd() throws {
    let tiny = try TinySearch()
    var request = tiny.request("run")
    request.agent = "evolution"
    request.settings = ["smallestKeep=1", "reward=R_Param", "budget={}", "episodes=30"]
    #expect(try SearchRun.run(request).episodes == 30)
  }

  @Test func aRewardThatIsNoNumberIsNamed() throws {
    let tiny = try TinySearch()
    var request = tiny.request("run")
    request.agent = "uniform"
    request.settings = ["reward=log(accuracy - 2)"]
    let error = #expect(throws: CompressionError.self) { try SearchRun.run(request) }
    #expect("\(error.map { "\($0)" } ?? "")".hasPrefix("reward: expected a finite number"))
  }
}
