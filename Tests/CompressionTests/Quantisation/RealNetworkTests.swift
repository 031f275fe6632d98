import Compression
import Networks
import Tensors
import Testing

/// Quantised ResNet-20 on 2000 test images: floors a little below what was measured on all of them.
@Suite(.serialized, .enabled(if: RealNetwork.isThere, RealNetwork.message))
struct RealNetworkTests {
  @Test("Accuracy by bits, and what re-estimated statistics bring back")
  func accuracy() throws {
    let net = try RealNetwork(test: 2000)
    let ranges = try ActivationRanges(net.graph, images: net.calibration, pool: net.pool)
    var quantizer = try NetworkQuantizer(
      net.graph, ranges: ranges, streams: RandomStreams(seed: 1))
    let whole = try net.evaluator.evaluate(net.graph)
    for (weights, activations, granularity, loss) in [
      (8, 8, .tensor, 0.6), (6, 6, .channel, 1.2), (4, 4, .tensor, 5), (4, 4, .channel, 3.5),
    ] as [(Int, Int, LayerQuantization.Granularity, Double)] {
      let choices = RealNetwork.uniform(
        quantizer.layers, weights: weights, activations: activations, .linear, granularity)
      let top1 = try net.evaluator.evaluate(try quantizer.quantized(choices))
      #expect(top1 > whole - loss, "\(weights)/\(activations) \(granularity): \(top1)")
    }
    let shared = try quantizer.quantized(
      RealNetwork.uniform(quantizer.layers, weights: 2, activations: 32, .kMeans))
    let repaired = try shared.reestimatingNormalizations(on: net.calibration, pool: net.pool)
    #expect(try net.evaluator.evaluate(repaired) > 72)
  }
}
