import Foundation
import Reinforcement
import Testing

@Suite struct DDPGConfigurationTests {
  private func read(_ text: String) throws -> DDPGConfiguration {
    try JSONDecoder().decode(DDPGConfiguration.self, from: Data(text.utf8))
  }

  @Test func fieldsLeftOutHaveTheirDefaults() throws {
    var expected = DDPGConfiguration()
    expected.batchSize = 17
    expected.noise.decay = 0.9
    #expect(try read(#"{"batchSize": 17, "noise": {"decay": 0.9}}"#) == expected)
    #expect(try read("{}") == DDPGConfiguration())
  }

  @Test func everyFieldSurvivesJSON() throws {
    let data = try JSONEncoder().encode(DDPGConfiguration.amcPaper)
    #expect(try JSONDecoder().decode(DDPGConfiguration.self, from: data) == .amcPaper)
    let fields = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    #expect(fields?.count == Mirror(reflecting: DDPGConfiguration()).children.count)
  }

  @Test(arguments: [
    #"{"batchSize": 0}"#, #"{"discount": 1.5}"#, #"{"hiddenLayers": []}"#,
    #"{"hiddenLayers": [3, 0]}"#, #"{"noise": {"decay": -1}}"#, #"{"actorLearningRate": -0.1}"#,
  ])
  func settingsOutOfRangeAreRefused(text: String) {
    #expect(throws: DDPGError.self) { try read(text) }
  }

  @Test func theErrorNamesTheSetting() {
    do {
      _ = try read(#"{"targetUpdateRate": 7}"#)
      Issue.record("7 was accepted")
    } catch {
      #expect(
        "\(error)" == "the agent's setting targetUpdateRate: expected 0.0 to 1.0, found 7.0")
    }
  }
}
