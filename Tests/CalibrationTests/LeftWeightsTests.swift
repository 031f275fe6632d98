import Compression
import Networks
import Tensors
import TestSupport
import Testing

@testable import Calibration

/// MatMul with its weights on either side: mixers multiply tokens from the left.
struct LeftWeightsTests {
  private static func graph() -> Graph {
    var drawing = SmallNetworks.Drawing(seed: 700)
    let left = drawing.weights("left.weight", [6, 5], scale: 0.5)
    let right = drawing.weights("right.weight", [4, 3], scale: 0.5)
    var value = drawing.node("MatMul", "left", [left, "x"])
    value = drawing.node("Tanh", "tanh", [value])
    value = drawing.node("MatMul", "right", [value, right])
    return drawing.graph(value, [5, 4])
  }

  @Test("Rows of weights on the left are channels, columns of weights on the right")
  func channels() throws {
    let layers = try Self.graph().quantizableLayers()
    #expect(layers.map(\.name) == ["left", "right"])
    #expect(layers.map(\.input) == ["x", "tanh.out"])
    #expect(layers.map(\.outputAxis) == [0, 1])
    #expect(layers.map(\.weightPosition) == [0, 1] && layers.map(\.inputPosition) == [1, 0])
    var quantizer = try NetworkQuantizer(
      Self.graph(),
      ranges: ActivationRanges(Self.graph(), images: SmallNetworks.images(8, [5, 4])),
      streams: RandomStreams(seed: 1))
    let graph = try quantizer.quantized(
      layers.map { LayerQuantization(layer: $0.name, weightBits: 4, activationBits: 8) },
      form: .nodes)
    #expect(graph.initializers["left.weight.quantized.scale"]?.shape == [6])
    #expect(graph.initializers["right.weight.quantized.scale"]?.shape == [3])
    #expect(graph.nodes.first { $0.name == "left" }?.inputs[1] == "x.quantized8")
  }

  /// Elements of an image have much in common: of others the nearest levels are hard to beat.
  private static var images: Tensor {
    let noise = SmallNetworks.images(64, [5, 4])
    let common = SmallNetworks.images(64, [1, 1], seed: 3)
    return Tensor(shape: noise.shape) { 0.3 * noise.scalars[$0] + common.scalars[$0 / 20] + 0.5 }
  }

  @Test("All methods calibrate them", arguments: CalibrationMethod.allCases)
  func calibrates(_ method: CalibrationMethod) throws {
    var settings = CalibrationSettings(method: method, iterations: 150)
    settings.rounding.batch = 16
    let calibrator = try Calibrator(
      Self.graph(), images: Self.images, settings: settings,
      streams: RandomStreams(seed: 1))
    let result = try calibrator.calibrate(
      calibrator.layers.map {
        LayerQuantization(layer: $0.name, weightBits: 3, activationBits: 8)
      })
    #expect(method == .nearest || result.loss < result.nearestLoss)
  }
}
