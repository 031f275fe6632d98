import Networks
import TestSupport
import Tensors
import Testing

@testable import Calibration

struct LabelFreeHessianTests {
  /// Spearman's rank correlation of numbers without ties.
  static func spearman(_ a: [Double], _ b: [Double]) -> Double {
    func ranks(_ values: [Double]) -> [Double] {
      values.map { value in Double(values.filter { $0 < value }.count) }
    }
    let (x, y) = (ranks(a), ranks(b))
    let squares = zip(x, y).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let n = Double(a.count)
    return 1 - 6 * squares / (n * (n * n - 1))
  }

  static func networks() throws -> [(Graph, Tensor)] {
    try (1...4).map { seed in
      (
        try SmallNetworks.residual(seed: seed).preparedForCalibration(),
        SmallNetworks.images(11, seed: 20 + seed)
      )
    }
      + (1...2).map { seed in
        (
          try SmallNetworks.dense(seed: seed).preparedForCalibration(),
          SmallNetworks.images(11, [9], seed: 30 + seed)
        )
      }
  }

  @Test("Estimated traces agree with exact ones in rank, and in value within their error bars")
  func estimates() throws {
    var (estimates, exact, deviations) = ([Double](), [Double](), [Double]())
    for (number, (graph, images)) in try Self.networks().enumerated() {
      let points = try graph.interestPoints()
      var settings = LabelFreeHessian.Settings()
      settings.batch = 4
      let known = try LabelFreeHessian(exactly: graph, points: points, images: images, batch: 5)
      let found = try LabelFreeHessian(
        graph, points: points, images: images, settings: settings,
        streams: RandomStreams(seed: UInt64(number)))
      for (own, other) in zip(found.traces, known.traces) {
        estimates.append(own.mean)
        exact.append(other.mean)
        let difference = own.mean - other.mean
        if own.standardError > 0 { deviations.append(difference / own.standardError) }
        #expect(abs(difference) <= 4.5 * own.standardError + 1e-5 * other.mean, "\(own.point)")
      }
      #expect(
        Self.spearman(found.traces.map(\.mean), known.traces.map(\.mean)) >= 0.95
          || points.count < 4)
    }
    #expect(Self.spearman(estimates, exact) >= 0.95)
    // The error bars are neither far too wide nor far too narrow.
    let spread = (deviations.reduce(0) { $0 + $1 * $1 } / Double(deviations.count)).squareRoot()
    #expect(spread > 0.4 && spread < 2, "\(spread)")
  }

  @Test("The exact trace is that of the Gauss–Newton Hessian, by differences of the outputs")
  func differences() throws {
    let graph = try SmallNetworks.dense(seed: 3).preparedForCalibration()
    let images = SmallNetworks.images(2, [9])
    let points = try graph.interestPoints()
    let known = try LabelFreeHessian(exactly: graph, points: points, images: images)
    // What lies behind the first layer alone, moved by hand.
    var rest = graph.computing([graph.outputs[0].name])
    rest.inputs = [Graph.Value(name: points[0].value, extents: [.batch, .fixed(13)])]
    rest.nodes.removeAll { $0.outputs.contains(points[0].value) }
    let start = try Executor(graph, batch: 2, outputs: [points[0].value]).run(["x": images])
    let z = try #require(start[points[0].value])
    let executor = try Executor(rest.removingUnused(), batch: 2)
    func outputs(_ z: Tensor) throws -> [Float] {
      try executor.run([points[0].value: z]).values.flatMap(\.scalars)
    }
    var trace = 0.0
    for element in 0..<26 {
      var (above, below) = (z, z)
      above.scalars[element] += 0.01
      below.scalars[element] -= 0.01
      trace += zip(try outputs(above), try outputs(below)).reduce(0.0) {
        let slope = Double($1.0 - $1.1) / 0.02
        return $0 + slope * slope
      }
    }
    #expect(abs(known.traces[0].mean - trace / 2) < 0.01 * trace)
  }

  @Test("A Softmax at the end is left out")
  func softmax() throws {
    let images = SmallNetworks.images(6)
    let traces = try [false, true].map { softmax in
      let graph = try SmallNetworks.residual(seed: 5, softmax: softmax).preparedForCalibration()
      return try LabelFreeHessian(
        exactly: graph, points: graph.interestPoints(), images: images
      ).traces.map(\.mean)
    }
    #expect(traces[0] == traces[1])
    #expect(traces[0].last == 4)
  }

  @Test("The number of threads changes no bit; more accuracy takes more passes")
  func threads() throws {
    let graph = try SmallNetworks.residual(seed: 6).preparedForCalibration()
    let points = try graph.interestPoints()
    let images = SmallNetworks.images(8)
    func estimate(_ threads: Int, _ error: Double) throws -> LabelFreeHessian {
      var settings = LabelFreeHessian.Settings()
      settings.relativeError = error
      return try LabelFreeHessian(
        graph, points: points, images: images, settings: settings, streams: RandomStreams(seed: 1),
        pool: WorkerPool(threads: threads))
    }
    let (one, three) = (try estimate(1, 0.1), try estimate(3, 0.1))
    #expect(one.traces == three.traces && one.passes == three.passes)
    #expect(try estimate(2, 0.02).passes > one.passes)
  }

  @Test("Weights add up to 1 and follow their definition")
  func weights() {
    let traces = [0.1, 1, 100, 0]
    #expect(LayerWeighting.uniform.weights(traces) == [0.25, 0.25, 0.25, 0.25])
    let logarithmic = LayerWeighting.logarithmic.weights(traces)
    for (found, expected) in zip(logarithmic, [1.0 / 8, 2.0 / 8, 4.0 / 8, 1.0 / 8]) {
      #expect(abs(found - expected) < 1e-12)
    }
    let proportional = LayerWeighting.proportional.weights(traces)
    #expect(abs(proportional[2] - 100 / 101.2) < 1e-12)
  }

  @Test("An activation that is no number is named with its layer")
  func notFinite() throws {
    let graph = try SmallNetworks.residual(seed: 7).preparedForCalibration()
    var images = SmallNetworks.images(4)
    images.scalars[3] = .nan
    #expect(throws: CalibrationError.notFinite(value: "stem.norm.out", layer: "stem")) {
      try LabelFreeHessian(
        graph, points: graph.interestPoints(), images: images, streams: RandomStreams(seed: 1))
    }
  }
}
