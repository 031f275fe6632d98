import Compression
import Networks
import Tensors
import Testing

@testable import Calibration

struct CalibrationErrorTests {
  private func calibrate(
    images: Tensor, batch: Int = 8, _ choices: [LayerQuantization] = []
  ) throws {
    var settings = CalibrationSettings(iterations: 2)
    settings.rounding.batch = batch
    _ = try Calibrator(
      SmallNetworks.residual(seed: 1), images: images, settings: settings,
      streams: RandomStreams(seed: 1)
    ).calibrate(choices)
  }

  @Test func fewerImagesThanABatch() {
    #expect(throws: CalibrationError.tooFewImages(batch: 8, images: 5)) {
      try calibrate(images: SmallNetworks.images(5))
    }
    #expect(throws: CalibrationError.self) {
      try calibrate(images: SmallNetworks.images(5), batch: 0)
    }
  }

  @Test func nothingQuantized() {
    #expect(throws: CalibrationError.nothingQuantized) {
      try calibrate(images: SmallNetworks.images(9))
    }
  }

  @Test func aNumberThatIsNone() {
    var images = SmallNetworks.images(9)
    images.scalars[100] = .infinity
    #expect(throws: CalibrationError.notFinite(value: "stem.norm.out", layer: "stem")) {
      try calibrate(images: images, [LayerQuantization(layer: "stem", weightBits: 4)])
    }
  }

  @Test("A channel without weights stays without, and nothing is divided by its scale")
  func deadChannel() throws {
    var graph = SmallNetworks.residual(seed: 3)
    let name = "first.weight"
    var weights = try #require(graph.initializers[name]?.tensor)
    let run = weights.count / weights.shape[0]
    for position in 2 * run..<3 * run { weights.scalars[position] = 0 }
    graph.initializers[name] = TypedArray(weights)
    for method in CalibrationMethod.allCases {
      let result = try CalibratorTests.calibrate(
        graph, CalibratorTests.settings(method, iterations: 20))
      let found = try #require(result.graph.initializers[name]?.tensor)
      #expect(found.scalars.allSatisfy { $0.isFinite })
      #expect(found.scalars[2 * run..<3 * run].allSatisfy { $0 == 0 })
      #expect(result.loss.isFinite)
    }
  }

  @Test("Bits that no quantiser has are named")
  func impossibleBits() {
    for (weights, activations) in [(9, 8), (0, 8), (4, 17)] {
      #expect(throws: CompressionError.self) {
        try calibrate(
          images: SmallNetworks.images(9),
          [LayerQuantization(layer: "stem", weightBits: weights, activationBits: activations)])
      }
    }
  }

  @Test func aLayerThatIsNotThere() {
    #expect(throws: CompressionError.self) {
      try calibrate(
        images: SmallNetworks.images(9), [LayerQuantization(layer: "fourth", weightBits: 4)])
    }
  }

  @Test func sharedWeights() {
    #expect(
      throws: CalibrationError.layer(
        name: "stem", expected: "linearly quantised weights", found: "'kmeans'")
    ) {
      try calibrate(
        images: SmallNetworks.images(9),
        [LayerQuantization(layer: "stem", weightBits: 4, quantizer: .kMeans)])
    }
  }

  @Test func progressEndsACalibration() throws {
    struct Stop: Error {}
    let calibrator = try Calibrator(
      SmallNetworks.residual(seed: 1), images: SmallNetworks.images(40),
      settings: CalibrationSettings(iterations: 50), streams: RandomStreams(seed: 1))
    var last = 0
    #expect(throws: Stop.self) {
      _ = try calibrator.calibrate([LayerQuantization(layer: "stem", weightBits: 2)]) {
        last = $0.iteration
        if last == 7 { throw Stop() }
      }
    }
    #expect(last == 7)
  }
}
