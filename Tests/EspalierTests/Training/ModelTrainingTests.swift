import Foundation
import Interchange
import Networks
import Testing

@testable import Espalier

@Suite("Training networks")
struct ModelTrainingTests {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("espalier-training-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func request(_ network: String, file: String, threads: Int = 1) -> TrainingRequest {
    var request = TrainingRequest(
      network: network, data: "glyphs:,limit=70",
      output: folder.appendingPathComponent(file))
    request.preprocessing = .signedUnit
    request.augmentation = .init()
    request.configuration.epochs = 2
    request.configuration.batchSize = 32
    request.seed = 3
    request.threads = threads
    return request
  }

  @Test("the same request gives the same file at any number of threads, another seed another")
  func reproducible() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    var progress: [TrainingProgress] = []
    let result = try ModelTraining.run(request("resnet8", file: "a.onnx")) { progress.append($0) }
    #expect(result.epochs == 2)
    #expect(progress.map(\.epoch) == [1, 2])
    // 70 images are two full batches of 32.
    #expect(progress.map(\.images) == [64, 128])
    #expect(result.loss == progress.last?.loss)
    #expect(result.loss.isFinite && result.loss > 0)
    let test = try #require(result.test)
    #expect((0...100).contains(test))
    _ = try ModelTraining.run(request("resnet8", file: "b.onnx", threads: 2))
    var other = request("resnet8", file: "c.onnx")
    other.seed = 4
    _ = try ModelTraining.run(other)
    let files = try ["a.onnx", "b.onnx", "c.onnx"].map {
      try Data(contentsOf: folder.appendingPathComponent($0))
    }
    #expect(files[0] == files[1])
    #expect(files[0] != files[2])
  }

  @Test("a network from a file goes on from where it stands, at a tenth of the rate")
  func fineTuning() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    var first = request("resnet8", file: "first.onnx")
    first.configuration.epochs = 12
    let before = try ModelTraining.run(first)
    let more = request(first.output.path, file: "second.onnx")
    #expect(more.configuration.learningRate == first.configuration.learningRate / 10)
    #expect(more.configuration.warmupEpochs == 0)
    let after = try ModelTraining.run(more)
    #expect(after.loss < 2)
    #expect(after.loss < 1.2 * before.loss)
    #expect(FileManager.default.fileExists(atPath: after.model.path))
  }

  @Test("a network exported for one example, with its softmax, goes on as well, with a teacher")
  func fixedBatch() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    var first = request("resnet8", file: "first.onnx")
    first.configuration.epochs = 3
    _ = try ModelTraining.run(first)
    var graph = try ModelFile(first.output).graph
    let output = graph.outputs[0].name
    graph.nodes.append(
      Node(name: "softmax", operatorType: "Softmax", inputs: [output], outputs: ["p"]))
    graph.outputs = [Graph.Value(name: "p", extents: nil)]
    graph.inputs[0].extents?[0] = .fixed(1)
    let fixed = folder.appendingPathComponent("fixed.onnx")
    try ONNXFile.write(graph, to: fixed)

    var plain = request(first.output.path, file: "plain.onnx")
    plain.teacher = first.output
    var other = request(fixed.path, file: "other.onnx")
    other.teacher = fixed
    let losses = try [plain, other].map { try ModelTraining.run($0).loss }
    #expect(losses[0] == losses[1])
    let weights = try [plain, other].map { try ModelFile($0.output).graph.initializers }
    #expect(weights[0] == weights[1])
    #expect(weights[0] != graph.initializers)
  }

  @Test("a teacher that is not there, or a part of the loss that is none, is told before training")
  func wrongTeacher() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    var missing = request("resnet8", file: "a.onnx")
    missing.teacher = folder.appendingPathComponent("none.onnx")
    #expect(throws: FileError.self) { try ModelTraining.run(missing) }
    var first = request("resnet8", file: "first.onnx")
    first.configuration.epochs = 1
    _ = try ModelTraining.run(first)
    missing.teacher = first.output
    missing.distillation = 2
    #expect(throws: TrainingError.self) { try ModelTraining.run(missing) }
  }

  @Test("data that were asked for as the test split have no unseen images left to report")
  func noTestSplit() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    var request = request("plain20", file: "plain.onnx")
    request.data = "glyphs:,split=test,limit=40"
    request.configuration.epochs = 1
    let result = try ModelTraining.run(request)
    #expect(result.test == nil)
    #expect(result.json["test"] == nil)
    #expect(result.json["epochs"]?.intValue == 1)
  }

  @Test(
    "a network that is not there is named with those it may have been",
    arguments: [("resnet21", ["resnet20", "resnet14"]), ("mobilenet", [])])
  func unknownNetwork(name: String, suggestions: [String]) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let error = #expect(throws: EspalierError.self) {
      try ModelTraining.run(request(name, file: "none.onnx"))
    }
    guard case .unknownNetwork(let found, let near, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(found == name)
    #expect(near.first == suggestions.first)
  }

  @Test("a file that cannot be written is told before training")
  func unwritableOutput() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(throws: EspalierError.self) {
      try ModelTraining.run(request("resnet8", file: "missing/none.onnx"))
    }
    #expect(throws: EspalierError.self) {
      try ModelTraining.run(request("resnet8", file: ""))
    }
  }
}
