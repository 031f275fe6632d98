import Compression
import Networks
import Tensors
import Testing

@testable import Calibration

struct CalibratorTests {
  static let images = SmallNetworks.images(64)

  static func settings(_ method: CalibrationMethod, iterations: Int = 250) -> CalibrationSettings {
    var settings = CalibrationSettings(method: method, iterations: iterations)
    settings.rounding.batch = 16
    settings.hessianImages = 16
    return settings
  }

  static func calibrate(
    _ graph: Graph, _ settings: CalibrationSettings, bits: Int = 2, threads: Int = 2,
    seed: UInt64 = 1
  ) throws -> CalibrationResult {
    let calibrator = try Calibrator(
      graph, images: images, settings: settings, streams: RandomStreams(seed: seed),
      pool: WorkerPool(threads: threads))
    return try calibrator.calibrate(
      calibrator.layers.map {
        LayerQuantization(layer: $0.name, weightBits: bits, activationBits: 8)
      })
  }

  /// The mean squared error of the network's outputs, on images that were not calibrated on.
  static func outputError(_ graph: Graph, of original: Graph) throws -> Double {
    let unseen = SmallNetworks.images(64, seed: 77)
    let outputs = try [graph, original].map { graph in
      try Executor(graph, batch: 64).run(["x": unseen]).values.flatMap(\.scalars)
    }
    return zip(outputs[0], outputs[1]).reduce(0.0) {
      $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
    } / Double(outputs[0].count)
  }

  @Test("The prepared network computes the same with folded normalisations and biases everywhere")
  func prepared() throws {
    let graph = SmallNetworks.residual(seed: 1)
    let prepared = try graph.preparedForCalibration()
    #expect(try Self.outputError(prepared, of: graph) < 1e-9)
    #expect(!prepared.nodes.contains { $0.operatorType == "BatchNormalization" })
    #expect(try prepared.quantizableLayers().map(\.name) == graph.quantizableLayers().map(\.name))
    #expect(prepared.nodes.filter { $0.operatorType == "Conv" }.allSatisfy { $0.inputs.count == 3 })
  }

  @Test("Learned rounding is nearer to the original than nearest rounding, on unseen images too")
  func better() throws {
    let graph = SmallNetworks.residual(seed: 2)
    var errors: [CalibrationMethod: Double] = [:]
    for method in CalibrationMethod.allCases {
      let result = try Self.calibrate(graph, Self.settings(method))
      errors[method] = try Self.outputError(result.graph, of: graph)
      if method == .nearest {
        #expect(result.loss == result.nearestLoss && result.changedWeights == 0)
      } else {
        // Blocks are compared behind their activation functions, the loss is taken before them.
        let isBlockwise = method == .brecq || method == .qdrop
        #expect(result.loss < (isBlockwise ? 1 : 0.7) * result.nearestLoss, "\(method)")
        #expect(result.changedWeights > 0.01 && result.changedWeights < 0.6)
      }
    }
    let nearest = try #require(errors[.nearest])
    for method in [CalibrationMethod.adaRound, .brecq, .qdrop] {
      #expect(try #require(errors[method]) < 0.8 * nearest, "\(errors)")
    }
    #expect(try #require(errors[.eptq]) < 0.7 * nearest, "\(errors)")
  }

  @Test("Equal seeds give equal bits at any number of threads; other seeds others")
  func deterministic() throws {
    let graph = SmallNetworks.residual(seed: 3)
    for method in [CalibrationMethod.adaRound, .qdrop, .eptq] {
      let settings = Self.settings(method, iterations: 40)
      let one = try Self.calibrate(graph, settings, threads: 1)
      let three = try Self.calibrate(graph, settings, threads: 3)
      #expect(one.graph == three.graph && one.loss == three.loss)
      #expect(try Self.calibrate(graph, settings, seed: 2).graph != one.graph)
    }
  }

  @Test("Weights lie on few levels, next to where they were; scales and biases are learned")
  func levels() throws {
    let graph = SmallNetworks.residual(seed: 4)
    let nearest = try Self.calibrate(graph, Self.settings(.nearest)).graph
    let result = try Self.calibrate(graph, Self.settings(.eptq, iterations: 60)).graph
    let start = try SoftlyRoundedNetwork(nearest)
    #expect(start.layers.count == 5)
    var movedBiases = 0
    for layer in start.layers {
      let floor = try #require(start.graph.initializers[layer.floor]?.tensor?.scalars)
      let weight = try #require(result.initializers[layer.weight]?.tensor)
      let scale = try #require(result.initializers[layer.scale]?.tensor?.scalars)
      let numbers = layer.levels.numbers(of: weight, scales: scale, axis: layer.axis)
      for (number, below) in zip(numbers, floor) {
        #expect(number == Int(below) || number == Int(below) + 1)
        #expect(number >= -2 && number <= 1)
      }
      // What is written is what was computed: quantising changes no bit.
      #expect(layer.levels.quantize(weight, scales: scale, axis: layer.axis) == weight)
      #expect(result.initializers[layer.scale] != nearest.initializers[layer.scale])
      let bias = try #require(layer.bias)
      if result.initializers[bias] != nearest.initializers[bias] { movedBiases += 1 }
    }
    #expect(movedBiases == 5)
  }

  @Test("Outputs of the original computed anew for each batch give the same bits as kept ones")
  func cache() throws {
    let graph = SmallNetworks.residual(seed: 5)
    var settings = Self.settings(.eptq, iterations: 20)
    let kept = try Self.calibrate(graph, settings)
    settings.rounding.cacheLimit = 0
    #expect(try Self.calibrate(graph, settings).graph == kept.graph)
  }

  @Test("Layers left as floats stay, and one bit works")
  func partial() throws {
    let graph = SmallNetworks.residual(seed: 6)
    let calibrator = try Calibrator(
      graph, images: Self.images, settings: Self.settings(.eptq, iterations: 30),
      streams: RandomStreams(seed: 1))
    let result = try calibrator.calibrate([
      LayerQuantization(layer: "second", weightBits: 1)
    ])
    for name in ["stem", "first", "third", "classes"] {
      let node = try #require(result.graph.nodes.first { $0.name == name })
      #expect(
        result.graph.initializers[node.inputs[1]] == calibrator.graph.initializers[node.inputs[1]])
    }
    #expect(result.loss < result.nearestLoss)
  }
}
