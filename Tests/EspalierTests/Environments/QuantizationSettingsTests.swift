import Compression
import CompressionEnvironments
import CompressionPolicies
import Testing

@testable import Espalier

@Suite struct QuantizationSettingsTests {
  private func read(_ text: String) throws -> QuantizationSettings {
    try QuantizationSettings(JSONReader(CanonicalJSON.parse(text)))
  }

  @Test func theDefaultsAreHAQs() throws {
    let settings = try read("{}")
    #expect(settings.rules == BitRules())
    #expect(settings.rules.weightBits == Array(2...8) && settings.rules.firstBits == 8)
    #expect(settings.clips == NetworkQuantizer.Settings() && settings.normalization == .keep)
    #expect(settings.budgetRule == .sensitivity && settings.sensitivityImages == 256)
    #expect(settings.sensitivityRounds == 2)
    #expect(settings.episodeTraining == nil)
    #expect(try read(#"{"quantizer": "kmeans"}"#).rules.granularity == .tensor)
  }

  @Test(arguments: [
    "{}", #"{"quantizer": "kmeans", "weightBits": [1, 2]}"#,
    """
    {"quantizer": "linear", "granularity": "tensor", "weightBits": [8, 2, 4, 4],
     "activationBits": [3], "firstBits": 0, "lastBits": 5, "weightClip": "maximum",
     "activationClip": "kullbackLeibler", "normalization": "reestimate",
     "budgetRule": "sequential", "sensitivityImages": 9, "sensitivityRounds": 0,
     "episodeTraining": {"steps": 5, "learningRate": 0.25}}
    """,
  ])
  func whatIsWrittenReadsBackTheSame(_ text: String) throws {
    let settings = try read(text)
    let written = try CanonicalJSON.file(settings.json)
    #expect(try read(written) == settings)
    #expect(try CanonicalJSON.file(read(written).json) == written)
    let fields = Set((settings.json.objectValue ?? [:]).keys)
    #expect(fields.union(["episodeTraining"]) == Set(QuantizationSettings.fields))
  }

  @Test func bitsAreSortedAndZeroUnpins() throws {
    let settings = try read(#"{"weightBits": [8, 2, 4, 4], "firstBits": 0}"#)
    #expect(settings.rules.weightBits == [2, 4, 8])
    #expect(settings.rules.firstBits == nil && settings.rules.lastBits == 8)
  }

  @Test(arguments: [
    (#"{"bits": 4}"#, "bits is not a known field"),
    (#"{"quantizer": "vector"}"#, "quantizer: expected linear, kmeans, found 'vector'"),
    (#"{"granularity": "row"}"#, "granularity: expected tensor, channel, found 'row'"),
    (#"{"weightBits": []}"#, "weightBits: expected a list of bits from 1 to 8, found []"),
    (#"{"weightBits": [0, 4]}"#, "weightBits: expected a list of bits from 1 to 8, found [0, 4]"),
    (#"{"activationBits": [9]}"#, "activationBits: expected a list of bits from 1 to 8"),
    (#"{"firstBits": 9}"#, "firstBits: expected bits from 1 to 8, or 0 to decide"),
    (#"{"lastBits": -1}"#, "lastBits: expected bits from 1 to 8, or 0 to decide"),
    (#"{"weightClip": "mse"}"#, "weightClip: expected maximum, meanSquaredError"),
    (#"{"activationClip": "none"}"#, "activationClip: expected maximum, meanSquaredError"),
    (#"{"normalization": "fold"}"#, "normalization: expected keep, reestimate, found 'fold'"),
    (#"{"budgetRule": "best"}"#, "budgetRule: expected sensitivity, sequential, found 'best'"),
    (#"{"sensitivityImages": 0}"#, "sensitivityImages: expected an integer from 1"),
    (#"{"sensitivityRounds": -1}"#, "sensitivityRounds: expected an integer from 0 to 100"),
    (#"{"episodeTraining": {}}"#, "episodeTraining.steps is missing"),
    (#"{"episodeTraining": {"steps": 0}}"#, "episodeTraining.steps: expected an integer from 1"),
    (#"{"episodeTraining": {"steps": 1, "rate": 1}}"#, "episodeTraining.rate is not a known field"),
    (
      #"{"episodeTraining": {"steps": 1, "learningRate": 0}}"#,
      "episodeTraining.learningRate: expected a number above 0 and up to 1000, found 0.0"
    ),
  ])
  func aWrongFieldIsNamedInOneSentence(_ text: String, _ sentence: String) throws {
    let error = #expect(throws: JSONError.self) { try read(text) }
    let found = "\(try #require(error))"
    #expect(found.contains(sentence), "\(found)")
    #expect(!found.contains("\n"))
  }

  private func definition(_ text: String) throws -> EnvironmentDefinition {
    try EnvironmentDefinition(JSONReader(CanonicalJSON.parse(text)))
  }

  @Test func bitsHaveTheirOwnDefaultsAndRefuseChannels() throws {
    let bits = try definition(#"{"name": "bits", "kind": "haq"}"#)
    #expect(bits.kind == .haq && bits.reward == .haq && bits.device == nil)
    #expect(bits.budgets == [try Budget("bitOps=uniform:4")])
    #expect(bits.quantization?.rules == BitRules())
    #expect(
      try definition(#"{"name": "n", "kind": "haq", "device": "bitfusion-e"}"#).device
        == "bitfusion-e")
    #expect(try definition(#"{"name": "n"}"#).quantization == nil)
    for field in ["widths", "smallestKeep", "channelMultiple", "pruning"] {
      let error = #expect(throws: JSONError.self) {
        try definition("{\"name\": \"n\", \"kind\": \"haq\", \"\(field)\": 1}")
      }
      #expect("\(try #require(error))".hasPrefix("\(field): expected "))
    }
    #expect(throws: JSONError.self) { try definition(#"{"name": "n", "quantization": {}}"#) }
    #expect(throws: JSONError.self) { try definition(#"{"name": "n", "kind": "hac"}"#) }
  }
}
