import Compression
import CompressionPolicies
import Foundation
import Testing

@testable import Espalier

@Suite struct EnvironmentCatalogTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("first/alpha/environment.json", #"{"name": "alpha", "summary": "one"}"#)
    try folder.write("first/beta-two/environment.json", #"{"name": "beta-two", "episodes": 7}"#)
    try folder.write("second/alpha/environment.json", #"{"name": "alpha", "summary": "other"}"#)
    try folder.write("second/gamma/environment.json", #"{"name": "gamma", "model": "m.onnx"}"#)
    try folder.write("second/notes/README.md", "no environment")
  }

  private func catalog(executable: URL? = nil) throws -> EnvironmentCatalog {
    try EnvironmentCatalog(own: [folder("first"), folder("second")], executable: executable)
  }

  @Test func aFolderOfOnesOwnThatIsNotThereIsNamed() {
    #expect(
      throws: EspalierError.setting(
        name: "--environments", expected: "a folder that is there",
        found: "'\(folder("nowhere").path)'")
    ) { try EnvironmentCatalog(own: [folder("nowhere")]) }
  }

  @Test func theFoldersOfHereAndAboveArePaths() {
    for path in [".", ".."] {
      #expect {
        try catalog().entry(path)
      } throws: { error in
        guard case .unknownEnvironment? = error as? EspalierError else { return true }
        return false
      }
    }
  }

  @Test func allFoldersTogetherGiveTheNames() throws {
    #expect(try catalog().names == ["alpha", "beta-two", "gamma"])
  }

  @Test func theFolderGivenFirstWins() throws {
    #expect(try catalog().entry("alpha").definition.summary == "one")
    let gamma = try catalog().entry("gamma")
    #expect(gamma.folder.lastPathComponent == "gamma")
    #expect(gamma.definition.model == "m.onnx")
  }

  @Test func environmentsTravelBesideTheProgram() throws {
    try folder.write("prefix/bin/espalier", "")
    try folder.write(
      "prefix/share/espalier/Environments/delta/environment.json", #"{"name": "delta"}"#)
    try folder.write("prefix/bin/Environments/epsilon/environment.json", #"{"name": "epsilon"}"#)
    let catalog = try EnvironmentCatalog(executable: folder("prefix/bin/espalier"))
    #expect(Set(catalog.names).isSuperset(of: ["delta", "epsilon"]))
  }

  @Test func aFileOrAFolderServesAsWellAsAName() throws {
    #expect(try catalog().entry(folder("second/gamma").path).definition.name == "gamma")
    let entry = try catalog().entry(folder("second/gamma/environment.json").path)
    #expect(entry.definition.name == "gamma" && entry.folder.lastPathComponent == "gamma")
  }

  @Test func aModelIsRelativeToItsDefinitionUnlessItsPathIsAbsolute() throws {
    let entry = try catalog().entry("gamma")
    #expect(entry.file("m.onnx").path == folder("second/gamma/m.onnx").path)
    #expect(entry.file("/models/m.onnx").path == "/models/m.onnx")
    #expect(entry.file("~/m.onnx").path == ("~/m.onnx" as NSString).expandingTildeInPath)
  }

  @Test func anUnknownNameGetsNearOnes() {
    #expect(
      throws: EspalierError.unknownEnvironment(name: "alhpa", suggestions: ["alpha"])
    ) { try catalog().entry("alhpa") }
    #expect(
      throws: EspalierError.unknownEnvironment(name: "beta", suggestions: ["beta-two"])
    ) { try catalog().entry("beta") }
    #expect(throws: EspalierError.unknownEnvironment(name: "zzzzzz", suggestions: [])) {
      try catalog().entry("zzzzzz")
    }
    #expect(
      "\(EspalierError.unknownEnvironment(name: "x", suggestions: []))"
        == "there is no environment 'x'; 'espalier environments' lists them")
  }

  @Test func settingsAreLaidOverTheDefinition() throws {
    let entry = try catalog().entry(
      "beta-two",
      settings: [
        "episodes=9", "summary=of one's own", "pruning.ridge=0.5", "budget.macs=0.3",
        #"baselines=["greedy"]"#, "agent.noise.decay=0.9", "data=cifar10:/x,limit=3",
      ])
    let definition = entry.definition
    #expect(definition.episodes == 9 && definition.summary == "of one's own")
    #expect(definition.pruning.ridge == 0.5 && definition.agent.noise.decay == 0.9)
    #expect(try definition.budgets[0].limit(original: NetworkCost { _ in 100 }).most == 30)
    #expect(definition.baselines == ["greedy"] && definition.data == "cifar10:/x,limit=3")
  }

  @Test(arguments: [
    ("episodes", "--set: expected key.path=value, found 'episodes'"),
    ("episods=3", "episods is not a known field"),
    ("episodes=many", "episodes: expected an integer, found a string"),
    ("episodes.first=1", "episodes: expected an object, found an integer"),
    ("=3", "is not a path such as a.b[2]"),
  ])
  func aSettingThatDoesNotFitIsNamed(_ setting: String, _ message: String) throws {
    let error = #expect(throws: EspalierError.self) {
      try catalog().entry("beta-two", settings: [setting])
    }
    #expect("\(try #require(error))".contains(message), "\(String(describing: error))")
  }

  @Test func aFileThatIsNotThereOrNoJSONIsNamed() throws {
    #expect(throws: (any Error).self) { try catalog().entry(folder("none").path + "/e.json") }
    let bad = try folder.write("bad/environment.json", "{\"name\": }")
    let error = #expect(throws: EspalierError.self) { try catalog().entry(bad.path) }
    #expect("\(try #require(error))".contains("bad/environment.json': not JSON at line 1"))
  }
}
