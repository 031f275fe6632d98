import Compression
import CompressionEnvironments
import CompressionPolicies
import Testing

@testable import Espalier

@Suite struct WeightPruningSettingsTests {
  private func read(_ text: String) throws -> EnvironmentDefinition {
    try EnvironmentDefinition(JSONReader(try CanonicalJSON.parse(text)))
  }

  @Test func singleWeightsHaveStagesInPlaceOfABudget() throws {
    let definition = try read(
      """
      { "name": "sparse", "granularity": "weights", "stages": [0.5, 0.25],
        "smallestDensity": { "dense": 0.1 } }
      """)
    #expect(definition.budgets.isEmpty)
    #expect(
      definition.weights
        == WeightPruningSettings(
          stages: [0.5, 0.25], smallest: SmallestDensity(convolution: 0.2, dense: 0.1)))
    let plain = try read(#"{"name": "n", "granularity": "weights"}"#).weights
    #expect(plain?.stages == [0.5] && plain?.smallest.convolution == 0.2)
    #expect(plain?.smallest.dense == 0.02)
    #expect(try read(#"{"name": "n", "granularity": "channels"}"#).weights == nil)
  }

  @Test(arguments: [
    (#""granularity": "bits""#, "granularity: expected channels, weights, found 'bits'"),
    (#""stages": [0.5]"#, #"stages: expected "granularity": "weights" beside it"#),
    (#""smallestDensity": {}"#, #"smallestDensity: expected "granularity": "weights" beside it"#),
    (#""granularity": "weights", "stages": []"#, "stages: expected densities above 0"),
    (#""granularity": "weights", "stages": [0.5, 0.5]"#, "each below the one before"),
    (#""granularity": "weights", "stages": [1.5]"#, "stages: expected densities above 0"),
    (#""granularity": "weights", "stages": [0.5, 0]"#, "stages: expected densities above 0"),
    (
      #""granularity": "weights", "smallestDensity": {"dense": 0}"#,
      "smallestDensity.dense: expected a number above 0"
    ),
    (#""granularity": "weights", "smallestDensity": {"conv": 1}"#, "conv"),
  ])
  func fieldsOfSingleWeightsAreChecked(_ fields: String, _ sentence: String) throws {
    do {
      _ = try read("{\"name\": \"n\", \(fields)}")
      Issue.record("read \(fields)")
    } catch {
      #expect("\(error)".contains(sentence), "\(error)")
    }
  }
}
