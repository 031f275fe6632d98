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
    #expect(throws: CompressionError.self) {
      try calibrate(images: images, [LayerQuantization(layer: "stem", weightBits: 4)])
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
