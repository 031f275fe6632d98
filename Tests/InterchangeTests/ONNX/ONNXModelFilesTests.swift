import Foundation
import Networks
import Testing

@testable import Interchange

/// Reads the pretrained networks in the folder that `ESPALIER_MODELS` names.
///
/// What is written goes to the folder that `ESPALIER_EXPORTS` names, if it does, so that another
/// program can compare it with the original.
@Suite(
  "Pretrained models",
  .enabled(
    if: ProcessInfo.processInfo.environment["ESPALIER_MODELS"] != nil,
    "ESPALIER_MODELS names no folder of models"))
struct ONNXModelFilesTests {
  @Test(
    "Each is read, written and read again as the same graph",
    arguments: [
      ("mlperftiny-dscnn-kws", 9, 12), ("mlperftiny-resnet8-cifar10", 9, 10),
      ("mobilenetv2-1.0-224-imagenet", 53, 1000), ("proxyless-w0.3-r176-imagenet", 61, 1000),
      ("resnet20-cifar10-torchexport", 19, 10), ("resnet20-cifar10", 19, 10),
      ("resnet20-cifar10jpeg", 19, 10),
    ])
  func models(name: String, convolutions: Int, classes: Int) throws {
    let folder = try #require(ProcessInfo.processInfo.environment["ESPALIER_MODELS"])
    let url = URL(fileURLWithPath: folder).appendingPathComponent(name + ".onnx")
    let model = try ONNXFile.read(url)
    #expect(model.opset == 17)
    #expect(model.graph.nodes.count { $0.operatorType == "Conv" } == convolutions)
    #expect(model.graph.inputs.map(\.name) == ["input"])
    #expect(model.graph.inputs[0].extents?.first == .batch)
    #expect(model.graph.outputs[0].extents == [.batch, .fixed(classes)])
    #expect(Set(model.graph.nodes.map(\.name)).count == model.graph.nodes.count)

    let data = try ONNXFile.encode(model.graph, file: url.lastPathComponent)
    #expect(try ONNXFile.decode(data, file: name).graph == model.graph)
    if let target = ProcessInfo.processInfo.environment["ESPALIER_EXPORTS"] {
      try data.write(to: URL(fileURLWithPath: target).appendingPathComponent(name + ".onnx"))
    }
  }
}
