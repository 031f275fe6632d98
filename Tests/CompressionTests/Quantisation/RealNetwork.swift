import Compression
import Datasets
import Foundation
import Interchange
import Networks
import Tensors
import Testing

/// ResNet-20 and CIFAR-10 from the folders that `ESPALIER_MODELS` and `ESPALIER_DATA` name.
struct RealNetwork {
  static let isThere =
    ProcessInfo.processInfo.environment["ESPALIER_MODELS"] != nil
    && ProcessInfo.processInfo.environment["ESPALIER_DATA"] != nil
  static let message: Comment = "ESPALIER_MODELS and ESPALIER_DATA name no folders"

  let graph: Graph
  let calibration: Tensor
  let evaluator: ClassificationEvaluator
  let pool = WorkerPool()

  init(images: Int = 300, test: Int = 10_000) throws {
    let environment = ProcessInfo.processInfo.environment
    let models = URL(fileURLWithPath: environment["ESPALIER_MODELS"] ?? "")
    let data = "cifar10:\(environment["ESPALIER_DATA"] ?? "")/cifar-10"
    graph = try ONNXFile.read(models.appendingPathComponent("resnet20-cifar10jpeg.onnx")).graph
    let training = try LabelledImages.load(
      try DataSpecification("\(data),split=train,limit=\(images)"), defaultSplit: .train)
    calibration = try training.tensor(.imagenet)
    let images = try LabelledImages.load(
      try DataSpecification("\(data),split=test,limit=\(test)"), defaultSplit: .test)
    evaluator = ClassificationEvaluator(images, preprocessing: .imagenet, batch: 50, pool: pool)
  }

  /// The same bits everywhere, but 8 for the first and the last layer.
  static func uniform(
    _ layers: [QuantizableLayer], weights: Int, activations: Int,
    _ quantizer: LayerQuantization.Quantizer = .linear,
    _ granularity: LayerQuantization.Granularity = .tensor
  ) -> [LayerQuantization] {
    layers.enumerated().map { position, layer in
      let isEnd = position == 0 || position == layers.count - 1
      return LayerQuantization(
        layer: layer.name, weightBits: isEnd ? 8 : weights,
        activationBits: activations == 32 ? 32 : isEnd ? 8 : activations, quantizer: quantizer,
        granularity: granularity)
    }
  }
}
