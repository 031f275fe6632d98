import CompressionPolicies
import Testing

/// The golden policy with one value replaced (nil: removed), and what reading it says.
struct Damage: Sendable, CustomTestStringConvertible {
  let path: String
  let value: JSONValue?
  let says: String

  init(_ path: String, _ value: JSONValue?, _ says: String) {
    self.path = path
    self.value = value
    self.says = says
  }

  var testDescription: String { "\(path) → \(says)" }

  func policyError() throws -> PolicyError? {
    var document = try GoldenPolicies.document("joint")
    let path = try JSONPath(parsing: path)
    if let value {
      try document.set(value, at: path)
    } else if case .key(let key) = path.steps.last {
      let parent = JSONPath(path.steps.dropLast())
      var fields = try #require(document.value(at: parent))
      fields[key] = nil
      try document.set(fields, at: parent)
    }
    let text = try CanonicalJSON.file(document)
    return #expect(throws: PolicyError.self) { try CompressionPolicy(file: text) }
  }
}

extension JSONValue {
  fileprivate func value(at path: JSONPath) -> JSONValue? {
    path.steps.reduce(Optional(self)) { value, step in
      switch step {
      case .key(let key): value?[key]
      case .index(let index): value?[index]
      }
    }
  }
}

@Suite struct PolicyErrorTests {
  @Test(
    "A field that is missing, unknown or of another type is named by its path",
    arguments: [
      Damage("schemaVersion", 2, "schemaVersion is 2, this program reads 1"),
      Damage("schemaVersion", nil, "schemaVersion is missing"),
      Damage("schemaVersion", "1", "schemaVersion: expected an integer, found a string"),
      Damage("model", nil, "model is missing"),
      Damage("search.seed", nil, "search.seed is missing"),
      Damage("search.seed", 1.5, "search.seed: expected an integer, found a number"),
      Damage("device", JSONValue.null, "device: expected a string, found null"),
      Damage("layers", ["name": "a"], "layers: expected an array, found an object"),
      Damage("layers[2]", 7, "layers[2]: expected an object, found an integer"),
      Damage("layers[2].name", nil, "layers[2].name is missing"),
      Damage("layers[1].weightBit", 4, "layers[1].weightBit is not a known field"),
      Damage(
        "layers[1].keptInputIndices[3]", "5",
        "layers[1].keptInputIndices[3]: expected an integer, found a string"),
      Damage("pruning.calibration.images", true, "pruning.calibration.images: expected an integer"),
      Damage("compressed.fineTuned.top1", nil, "compressed.fineTuned.top1 is missing"),
    ])
  func fields(damage: Damage) throws {
    let error = try #require(try damage.policyError())
    #expect(error.description.contains(damage.says), "\(error)")
  }

  @Test(
    "A broken rule is named by its path and what was found",
    arguments: [
      Damage("environment", "", "environment: a name is not empty"),
      Damage("model.file", "/models/a.onnx", "model.file: a policy holds base names"),
      Damage("model.file", "..", "model.file: a policy holds base names"),
      Damage("model.sha256", "ABC", "model.sha256: a SHA-256 hash is 64"),
      Damage("search.episodes", -1, "search.episodes: a count is not negative, found -1"),
      Damage("original.macs", -5, "original.macs: a count is not negative, found -5"),
      Damage("original.latencySeconds", -0.5, "original.latencySeconds: a cost or a ridge"),
      Damage("compressed.top1", 100.5, "compressed.top1: a top-1 accuracy"),
      Damage("compressed.fineTuned.top1", -1, "compressed.fineTuned.top1: a top-1"),
      Damage("pruning.calibration", nil, "pruning.calibration: a reconstruction other"),
      Damage("pruning.normalization", "", "pruning.normalization: a name is not empty"),
      Damage(
        "pruning",
        ["criterion": "l1", "reconstruction": "none", "normalization": "reestimate"],
        "pruning.calibration: a reconstruction other than \"none\", or a normalization other than "
          + "\"keep\", names the calibration data it used, found none for \"reestimate\""),
      Damage("pruning.calibration.data", "npy:/data", "pruning.calibration.data: a policy"),
      Damage("pruning.calibration.images", 0, "pruning.calibration.images: a number of"),
      Damage("pruning.stages", [0.5, 0], "pruning.stages[1]: density is above 0"),
      Damage("layers[2].name", "stem/convolution", "layers[2].name: a layer's name stands once"),
      Damage("layers[1].inputChannels", nil, "layers[1].keptInputChannels: what is kept"),
      Damage("layers[1].keptInputChannels", nil, "layers[1].keptInputIndices: what is kept"),
      Damage("layers[2].keepRatio", 0.5, "layers[2].keepRatio: what is kept"),
      Damage("layers[1].keptInputChannels", 0, "layers[1].keptInputChannels: at least one"),
      Damage("layers[1].keptInputIndices", [], "layers[1].keptInputIndices: at least one"),
      Damage("layers[1].keptOutputChannels", 13, "layers[1].keptOutputChannels: no more"),
      Damage(
        "layers[1].keptOutputIndices", [1, 11, 4],
        "layers[1].keptOutputIndices: kept indices ascend, found 4 after 11"),
      Damage(
        "layers[1].keptOutputIndices", [1, 4, 4],
        "layers[1].keptOutputIndices: kept indices do not repeat, found 4 twice"),
      Damage(
        "layers[1].keptOutputIndices", [1, 4, 12],
        "layers[1].keptOutputIndices: kept indices run from 0 to one less than the channels, "
          + "found 12 of 12 channels"),
      Damage("layers[1].keptInputIndices", [-1, 2, 3, 5, 6], "found -1 of 7 channels"),
      Damage("layers[1].keptInputIndices", [0, 2, 3, 5], "kept channels, found 4 for 5"),
      Damage("layers[1].keepRatio", 0.715, "layers[1].keepRatio: keepRatio is kept"),
      Damage("layers[1].weightBits", 0, "layers[1].weightBits: a bit width lies in 1…32, found 0"),
      Damage("layers[0].activationBits", 33, "layers[0].activationBits: a bit width"),
      Damage("layers[0].density", 0, "layers[0].density: density is above 0"),
      Damage("layers[2].weightBits", nil, "layers[2].quantizer: a quantizer stands beside"),
    ])
  func rules(damage: Damage) throws {
    let error = try #require(try damage.policyError())
    #expect(error.description.contains(damage.says), "\(error)")
    guard case .broken(_, let path, _) = error else {
      Issue.record("not a broken rule: \(error)")
      return
    }
    #expect(!path.steps.isEmpty)
  }

  @Test("A policy that breaks a rule cannot be written either")
  func notWritten() throws {
    var policy = try CompressionPolicy(file: GoldenPolicies.text("joint"))
    policy.compressed.validation = .nan
    #expect(throws: PolicyError.self) { try policy.fileText() }
    policy.compressed.validation = nil
    policy.layers[1].keepInputs([], of: 0)
    policy.search.seed = -1
    let rules = policy.violations().map { error in
      if case .broken(let rule, _, _) = error { rule } else { nil as PolicyRule? }
    }
    #expect(
      rules == [
        .countsAreNotNegative, .extentsArePositive, .somethingIsKept, .somethingIsKept,
        .keepRatioMatchesItsCounts,
      ])
  }

  @Test("Text that is no JSON is refused with line and column")
  func notJSON() {
    let error = #expect(throws: PolicyError.self) {
      try CompressionPolicy(file: "{\n  \"schemaVersion\": one\n}")
    }
    #expect(
      error?.description
        == "the policy cannot be read: not JSON at line 2, column 20: expected a value, found 'o'")
  }

  @Test("Every rule is a sentence of its own")
  func sentences() {
    #expect(Set(PolicyRule.allCases.map(\.sentence)).count == PolicyRule.allCases.count)
  }
}
