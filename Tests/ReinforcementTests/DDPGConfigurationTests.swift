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
    for preset in [DDPGConfiguration(), .amcPaper] {
      let data = try JSONEncoder().encode(preset)
      #expect(try JSONDecoder().decode(DDPGConfiguration.self, from: data) == preset)
    }
    // The one that sets every field.
    let data = try JSONEncoder().encode(DDPGConfiguration.td3)
    #expect(try JSONDecoder().decode(DDPGConfiguration.self, from: data) == .td3)
    let fields = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    #expect(fields?.count == Mirror(reflecting: DDPGConfiguration()).children.count)
  }

  @Test(arguments: [
    #"{"batchSize": 0}"#, #"{"discount": 1.5}"#, #"{"hiddenLayers": []}"#,
    #"{"hiddenLayers": [3, 0]}"#, #"{"noise": {"decay": -1}}"#, #"{"actorLearningRate": -0.1}"#,
    #"{"policyDelay": 0}"#, #"{"priorityExponent": 1.2}"#, #"{"importanceExponent": -1}"#,
    #"{"returnTarget": "bootstrap", "targetNoise": {"clip": -1}}"#,
    #"{"noise": {"decayEpisodes": 0}}"#, #"{"transferWarmupEpisodes": -1}"#,
  ])
  func settingsOutOfRangeAreRefused(text: String) {
    #expect(throws: DDPGError.self) { try read(text) }
  }

  @Test func noiseOnATargetThatIsNotAskedIsRefused() throws {
    do {
      _ = try read(#"{"targetNoise": {"deviation": 0.2}}"#)
      Issue.record("noise without a target network was accepted")
    } catch {
      #expect(
        "\(error)"
          == "the agent's setting targetNoise: expected none, or returnTarget 'bootstrap', "
          + "found noise with returnTarget 'monteCarlo', which asks no target network")
    }
    let noisy = try read(#"{"returnTarget": "bootstrap", "targetNoise": {"deviation": 0.2}}"#)
    #expect(noisy.targetNoise == TargetNoise(deviation: 0.2, clip: 0.25))
    #expect(try read(#"{"targetNoise": null}"#).targetNoise == nil)
  }

  @Test func td3IsThePublishedOne() {
    let td3 = DDPGConfiguration.td3
    #expect(td3.twinCritics && td3.policyDelay == 2 && td3.bootstrapSteps == 1)
    // 0.2, 0.5 and 0.1 of actions in −1…1, whose width is 2.
    #expect(td3.targetNoise == TargetNoise(deviation: 0.1, clip: 0.25))
    #expect(td3.noise.standardDeviation(afterWarmup: 10_000) == 0.05)
    #expect(td3.targetUpdateRate == 0.005 && td3.batchSize == 100)
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
