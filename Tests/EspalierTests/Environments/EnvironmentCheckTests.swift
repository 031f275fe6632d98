import Foundation
import Testing

@testable import Espalier

@Suite struct EnvironmentCheckTests {
  @Test func aSoundEnvironmentKeepsTheContract() throws {
    let tiny = try TinySearch(pruning: #""criterion": "l1", "reconstruction": "none""#)
    let check = try EnvironmentCheck(tiny.request("unused"))
    #expect(check.violations.isEmpty && check.rules.count > 5)
    #expect(
      check.decisions.map(\.layer)
        == ["stage1.block1.conv2", "stage2.block1.conv2", "stage3.block1.conv2"])
    #expect(check.decisions.map(\.choices) == [4, 8, 16])
    #expect(check.groups.count > check.decisions.count)
    #expect(!FileManager.default.fileExists(atPath: tiny.folder("unused").path))
  }

  @Test func whatAnEnvironmentLeavesToTheUserIsAskedFor() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("e.json", #"{"name": "bare"}"#)
    var request = SearchRequest(environment: file.path)
    #expect(
      throws: EspalierError.missing(what: "which model to compress", option: "--model FILE")
    ) { try EnvironmentCheck(request) }
    request.model = folder("m.onnx")
    #expect(throws: EspalierError.missing(what: "which data to use", option: "--data SPEC")) {
      try EnvironmentCheck(request)
    }
  }
}
