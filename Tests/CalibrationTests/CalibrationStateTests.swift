import Compression
import Foundation
import Networks
import Tensors
import Testing

@testable import Calibration

/// Calibrations that stop and go on.
struct CalibrationStateTests {
  private struct Stop: Error {}

  private func settings(_ method: CalibrationMethod) -> CalibrationSettings {
    var settings = CalibratorTests.settings(method, iterations: 12)
    if method == .eptq {
      settings.startIterations = 6
      settings.learnsActivations = true
      settings.rounding.drop = 0.2
      settings.rounding.gradual = 0.5
      settings.weighting = .samples
    }
    return settings
  }

  @Test(
    "What goes on from a written state ends with the same bits",
    arguments: [
      (.adaRound, 3), (.adaRound, 29), (.brecq, 20), (.qdrop, 31), (.eptq, 3), (.eptq, 20),
      (.eptq, 35), (.eptq, 41),
    ] as [(CalibrationMethod, Int)])
  func resumed(method: CalibrationMethod, iteration: Int) throws {
    let graph = SmallNetworks.residual(seed: 4)
    let calibrator = try Calibrator(
      graph, images: CalibratorTests.images, settings: settings(method),
      streams: RandomStreams(seed: 3))
    let choices = calibrator.layers.map {
      LayerQuantization(layer: $0.name, weightBits: 2, activationBits: 4)
    }
    let whole = try calibrator.calibrate(choices)
    var written = Data()
    var count = 0
    #expect(throws: Stop.self) {
      _ = try calibrator.calibrate(
        choices,
        onState: { state in
          count += 1
          guard count == iteration else { return }
          written = try JSONEncoder().encode(state())
          throw Stop()
        })
    }
    let state = try JSONDecoder().decode(CalibrationState.self, from: written)
    #expect((state.rounding != nil) == (method == .eptq && iteration > 30))
    var first: Int?
    let resumed = try calibrator.calibrate(
      choices, from: state, onProgress: { first = first ?? $0.iteration })
    // Blocks begin anew, the whole network goes on with the next iteration.
    #expect(try #require(first) > 1 || iteration <= 12)
    if state.rounding != nil { #expect(first == iteration + 1) }
    #expect(resumed.graph == whole.graph && resumed.loss == whole.loss)
  }
}
