import Compression
import CompressionPolicies
import Datasets
import Foundation
import Interchange
import Testing

@testable import Espalier

@Suite(.serialized) struct PolicyApplicationTests {
  private static let inner = searched { try TinySearch() }
  private static let whole = searched {
    try TinySearch(
      pruning: #""positionsPerImage": 5, "refit": "all", "reconstruction": "original""#,
      widths: "all")
  }

  private static let taylor = searched {
    try TinySearch(pruning: #""criterion": "taylor", "normalization": "reestimate""#)
  }
  private static let statistics = searched {
    try TinySearch(
      pruning: #""criterion": "l2", "reconstruction": "none", "normalization": "reestimate""#)
  }

  private static func searched(_ make: () throws -> TinySearch) -> Result<TinySearch, any Error> {
    Result {
      let tiny = try make()
      var request = tiny.request("run")
      request.episodes = 2
      _ = try SearchRun.run(request)
      return tiny
    }
  }

  private func apply(
    _ tiny: TinySearch, policy: URL? = nil, model: URL? = nil, data: String? = TinySearch.data,
    preprocessing: Preprocessing? = nil, threads: Int = 1
  ) throws -> PolicyApplication {
    try PolicyApplication(
      policy: policy ?? tiny.folder("run/policy.json"), model: model ?? tiny.folder("tiny.onnx"),
      data: data, preprocessing: preprocessing, threads: threads)
  }

  @Test(arguments: [1, 2])
  func withTheDataTheNetworkIsTheSameBitForBit(_ threads: Int) throws {
    for result in [Self.inner, Self.whole, Self.taylor, Self.statistics] {
      let tiny = try result.get()
      let applied = try apply(tiny, threads: threads)
      #expect(applied.isReconstructed && applied.asksForReconstruction)
      let url = tiny.folder("applied.onnx")
      try ONNXFile.write(applied.graph, to: url)
      #expect(try Data(contentsOf: url) == tiny.bytes("run", "compressed.onnx"))
    }
  }

  @Test func withoutTheDataItHasTheSameExtents() throws {
    let tiny = try Self.inner.get()
    let applied = try apply(tiny, data: nil)
    #expect(!applied.isReconstructed && applied.asksForReconstruction)
    let cost = try NetworkCost(applied.graph)
    #expect(cost.macs == applied.policy.compressed.macs.macs)
    #expect(cost.parameters == applied.policy.compressed.parameters)
    let written = try ONNXFile.read(tiny.folder("run/compressed.onnx")).graph
    #expect(try applied.graph.shapes(batch: 1) == written.shapes(batch: 1))
    #expect(applied.graph.initializers != written.initializers)
  }

  @Test func statisticsAreAskedForInThePolicy() throws {
    let tiny = try Self.statistics.get()
    let applied = try apply(tiny, data: nil)
    #expect(!applied.isReconstructed && applied.asksForReconstruction)
    #expect(applied.policy.pruning?.normalization == "reestimate")
    #expect(applied.policy.pruning?.calibration?.images == 25)
    let written = try ONNXFile.read(tiny.folder("run/compressed.onnx")).graph
    #expect(applied.graph.initializers != written.initializers)
    let kept = try apply(Self.inner.get(), data: nil).policy
    #expect(kept.pruning != nil && kept.pruning?.normalization == nil)
  }

  @Test(arguments: ["l1", "l2", "leastSquares", "geometricMedian", "activation", "taylor"])
  func whatACriterionChoseNeedsNoData(_ criterion: String) throws {
    let tiny = try Self.searched {
      try TinySearch(pruning: #""criterion": "\#(criterion)", "reconstruction": "none""#)
    }.get()
    let applied = try apply(tiny, data: nil)
    #expect(!applied.isReconstructed && !applied.asksForReconstruction)
    #expect(applied.policy.pruning?.criterion == criterion)
    let looks = ["leastSquares", "activation", "taylor"].contains(criterion)
    #expect((applied.policy.pruning?.calibration != nil) == looks)
    let url = tiny.folder("applied.onnx")
    try ONNXFile.write(applied.graph, to: url)
    #expect(try Data(contentsOf: url) == tiny.bytes("run", "compressed.onnx"))
  }

  @Test func anUnknownNormalizationIsNamed() throws {
    let tiny = try Self.inner.get()
    var document = try CanonicalJSON.parse(bytes: tiny.bytes("run", "policy.json"))
    try document.set("fold", at: JSONPath(parsing: "pruning.normalization"))
    let url = try tiny.folder.write("folded.json", CanonicalJSON.file(document))
    #expect(
      throws: EspalierError.setting(
        name: "pruning.normalization", expected: "a normalization that is built in",
        found: "'fold'")
    ) { try apply(tiny, policy: url) }
  }

  @Test func pixelsOtherThanThePolicysAreRefused() throws {
    let tiny = try Self.inner.get()
    #expect(try apply(tiny, preprocessing: .imagenet).isReconstructed)
    #expect(
      throws: EspalierError.setting(
        name: "--preprocessing", expected: "the policy's imagenet", found: "signed-unit")
    ) { try apply(tiny, preprocessing: .signedUnit) }
  }

  @Test func otherImagesThanThePolicysAreRefused() throws {
    let tiny = try Self.inner.get()
    let name = "glyphs:,split=train,limit=60"
    #expect(
      throws: EspalierError.setting(
        name: "--data", expected: "the images of the search, '\(name)'",
        found: "others in 'glyphs:,split=train,limit=60,seed=9'")
    ) { try apply(tiny, data: "glyphs:,limit=60,seed=9") }
  }

  @Test(arguments: ["weightBits", "activationBits"])
  func bitsWithoutTheirQuantisationAreRefused(_ field: String) throws {
    let tiny = try Self.inner.get()
    let sentence = try refusal(tiny) { policy in
      try policy.set(.integer(4), at: JSONPath(parsing: "layers[0].\(field)"))
    }
    #expect(sentence.contains("quantization: expected how weights and activations were quantised"))
  }

  @Test func fewerImagesThanThePolicyNamesAreRefused() throws {
    let tiny = try Self.inner.get()
    #expect(
      throws: EspalierError.setting(
        name: "--data", expected: "at least the policy's 25 calibration images", found: "24")
    ) { try apply(tiny, data: "glyphs:,limit=24") }
  }

  @Test func aPolicyForAnotherModelIsRefused() throws {
    let tiny = try Self.inner.get()
    try TinySearch.network(seed: 8, to: tiny.folder("other.onnx"))
    let expected = try ModelFile(tiny.folder("tiny.onnx")).sha256
    let found = try ModelFile(tiny.folder("other.onnx")).sha256
    #expect(throws: EspalierError.otherModel(expected: expected, found: found)) {
      try apply(tiny, model: tiny.folder("other.onnx"), data: nil)
    }
  }

  private func refusal(
    _ tiny: TinySearch, _ change: (inout JSONValue) throws -> Void
  ) throws -> String {
    var document = try CanonicalJSON.parse(bytes: tiny.bytes("run", "policy.json"))
    try change(&document)
    let url = try tiny.folder.write("changed.json", CanonicalJSON.file(document))
    do {
      _ = try apply(tiny, policy: url, data: nil)
      return "applied"
    } catch {
      return "\(error)"
    }
  }

  @Test func aPolicyThatDoesNotFitItsModelNamesTheLayer() throws {
    let tiny = try Self.inner.get()
    let layer = "stage1.block1.conv2"
    let place = try JSONPath(parsing: "layers[1]")
    #expect(
      try refusal(tiny) { try $0.set("nowhere", at: place.appending("name")) }
        == "the policy does not fit the model at layer 'nowhere': expected a node of that name, "
        + "found none")
    #expect(
      try refusal(tiny) { try $0.set("Gemm", at: place.appending("operator")) }
        == "the policy does not fit the model at layer '\(layer)': expected Gemm, found Conv")
    #expect(
      try refusal(tiny) {
        try $0.set(5, at: place.appending("inputChannels"))
        try $0.set(5, at: place.appending("keptInputChannels"))
        try $0.set(1, at: place.appending("keepRatio"))
        try $0.set([0, 1, 2, 3, 4], at: place.appending("keptInputIndices"))
      } == "the policy does not fit the model at layer '\(layer)': expected 5 channels, found 4")
    #expect(
      try refusal(tiny) {
        try $0.set([0, 1, 9], at: place.appending("keptInputIndices"))
      }.contains("layers[1]"))
    #expect(
      try refusal(tiny) { try $0.set(1, at: JSONPath(parsing: "compressed.macs")) }
        .contains("expected 1 MACs in all"))
    #expect(
      try refusal(tiny) { try $0.set(-1, at: JSONPath(parsing: "pruning.calibration.seed")) }
        .contains("pruning.calibration.seed"))
  }

  @Test func layersThatContradictEachOtherAreNamed() throws {
    let tiny = try Self.inner.get()
    // The maker of a layer's inputs keeps others than the layer reads.
    let document = try CanonicalJSON.parse(bytes: tiny.bytes("run", "policy.json"))
    let maker = try document.elements(at: "layers")[0]
    let kept = try maker.ints(at: "keptOutputIndices")
    let other = kept.count < 4 ? (4 - kept.count..<4).map { $0 } : [0, 1, 2]
    let shifted = other == kept ? Array(0..<kept.count) : other
    let sentence = try refusal(tiny) {
      try $0.set(.integer(shifted.count), at: JSONPath(parsing: "layers[0].keptOutputChannels"))
      try $0.set(
        .array(shifted.map { .integer($0) }), at: JSONPath(parsing: "layers[0].keptOutputIndices"))
    }
    #expect(sentence.contains("since layers tied to it keep others"), "\(sentence)")
  }

  @Test func layersThatAreNotPrunedMustKeepEverything() throws {
    let tiny = try Self.inner.get()
    let sentence = try refusal(tiny) { document in
      guard case .array(var layers)? = document["layers"] else { return }
      layers.append([
        "name": "classifier", "operator": "Gemm", "outputChannels": 10, "keptOutputChannels": 9,
        "keptOutputIndices": [0, 1, 2, 3, 4, 5, 6, 7, 8],
      ])
      document["layers"] = .array(layers)
    }
    #expect(
      sentence == "the policy does not fit the model at layer 'classifier': expected all channels "
        + "kept, found it is an output of the network")
  }

  @Test func aFileThatIsNoPolicyIsNamed() throws {
    let tiny = try Self.inner.get()
    let torn = try tiny.folder.write("torn.json", #"{"schemaVersion": 1, "#)
    #expect(throws: EspalierError.self) { try apply(tiny, policy: torn, data: nil) }
    let empty = try tiny.folder.write("empty.json", "{}")
    let error = #expect(throws: EspalierError.self) {
      try apply(tiny, policy: empty, data: nil)
    }
    #expect("\(try #require(error))".hasSuffix("schemaVersion is missing"))
    #expect(throws: (any Error).self) {
      try apply(tiny, policy: tiny.folder("none.json"), data: nil)
    }
  }
}
