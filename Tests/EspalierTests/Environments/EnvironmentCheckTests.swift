import Foundation
import Interchange
import Reinforcement
import Testing

@testable import Espalier

@Suite struct EnvironmentCheckTests {
  @Test func aSoundEnvironmentKeepsTheContract() throws {
    let tiny = try TinySearch(pruning: #""criterion": "l1", "reconstruction": "none""#)
    let check = try EnvironmentCheck(tiny.request("unused"))
    #expect(check.violations.isEmpty && check.rules.count > 5)
    #expect(check.rules.contains(EnvironmentContract.Rule.budgetIsKept.rawValue))
    #expect(!check.rules.contains(EnvironmentContract.Rule.settledInSpaces.rawValue))
    #expect(
      check.decisions.map(\.layer)
        == ["stage1.block1.conv2", "stage2.block1.conv2", "stage3.block1.conv2"])
    #expect(check.decisions.map(\.choices) == [4, 8, 16])
    #expect(check.groups.count > check.decisions.count)
    #expect(!FileManager.default.fileExists(atPath: tiny.folder("unused").path))
  }

  @Test func statisticsThatAreNotThereAreToldOf() throws {
    let tiny = try TinySearch(
      pruning: #""criterion": "l1", "reconstruction": "none", "normalization": "reestimate""#)
    #expect(try EnvironmentCheck(tiny.request("unused")).notes.isEmpty)
    let url = tiny.folder("tiny.onnx")
    var graph = try ONNXFile.read(url).graph
    for (index, node) in graph.nodes.enumerated()
    where node.operatorType == "BatchNormalization" {
      graph.nodes[index].operatorType = "Identity"
      graph.nodes[index].inputs = [node.inputs[0]]
      graph.nodes[index].attributes = [:]
    }
    try ONNXFile.write(graph.removingUnused(), to: url)
    #expect(
      try EnvironmentCheck(tiny.request("unused")).notes == [
        "pruning.normalization=reestimate has no effect: the network has no BatchNormalization with "
          + "running statistics"
      ])
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
