public import Compression
public import Datasets
import Foundation
import Interchange
public import Networks
public import Reinforcement
import Tensors

/// An evaluator that lives in a child process: it is handed each network as an ONNX file.
///
/// The images that candidates are measured on lie beside it as `images.npy` (N×C×H×W, float32, made ready
/// for the network) and `labels.npy` (int64); every request names all three, and a metric that needs other
/// data takes its own. All lie in a folder of this evaluator's own, which goes away with it.
public final class ProcessEvaluator: Evaluator {
  /// What the child said its number is.
  public let metric: String
  private let conversation: ProcessConversation
  private let folder: URL

  /// Writes the images and starts a child.
  ///
  /// - Throws: `ProcessError`; what writing throws.
  public init(
    _ launch: ProcessConversation.Launch, images: LabelledImages, preprocessing: Preprocessing
  ) throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("espalier-evaluator-\(UUID().uuidString)")
    conversation = try ProcessConversation(launch, role: .evaluator)
    let own = conversation.introduction["metric"]?.text.map { ForeignText.line($0, longest: 100) }
    metric = own ?? "quality"
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try NumPyFile.write(TypedArray(images.tensor(preprocessing)), to: file("images.npy"))
    try NumPyFile.write(
      TypedArray(
        shape: Shape([images.count]), integers: images.labels,
        elementType: .int64),
      to: file("labels.npy"))
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Writes the network and asks the child.
  ///
  /// - Throws: `ONNXError` for a network that has no form in ONNX, `ProcessError`.
  public func evaluate(_ graph: Graph) throws -> Double {
    let model = file("candidate.onnx")
    try ONNXFile.write(graph, to: model)
    var line = LineWriter(request: "evaluate")
    line.append("model", .text(model.path))
    line.append("images", .text(file("images.npy").path))
    line.append("labels", .text(file("labels.npy").path))
    let answer = try conversation.ask("evaluate", line)
    guard let quality = try conversation.number("quality", in: answer, of: "evaluate") else {
      throw conversation.wrong("quality", "a finite number", nil, "evaluate")
    }
    return quality
  }

  private func file(_ name: String) -> URL { folder.appendingPathComponent(name) }
}
