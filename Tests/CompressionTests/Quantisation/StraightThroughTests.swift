import Compression
import Networks
import Tensors
import Testing

/// Training with quantisers in the loop.
struct StraightThroughTests {
  /// Images of which one channel, the label, is brighter.
  struct Examples: TrainingBatches {
    let exampleShape: Shape = [3, 6, 6]
    let exampleCount = 96
    let images: Tensor

    init() {
      var generator = SeededGenerator(seed: 5)
      images = Tensor(shape: [96, 3, 6, 6]) { position in
        let isBright = position / 36 % 3 == position / 108 % 3
        return Float(generator.normal()) + (isBright ? 0.7 : 0)
      }
    }

    struct Epoch: TrainingEpoch {
      let images: Tensor
      let order: [Int]
      let batchSize: Int

      func fill(
        _ inputs: UnsafeMutableBufferPointer<Float>, withBatch index: Int
      ) throws -> [Int] {
        let examples = order[index * batchSize..<(index + 1) * batchSize]
        for (position, example) in examples.enumerated() {
          for element in 0..<108 {
            inputs[position * 108 + element] = images.scalars[example * 108 + element]
          }
        }
        return examples.map { $0 % 3 }
      }
    }

    func epoch(
      batchSize: Int, shuffledBy stream: inout SeededGenerator
    ) throws -> Epoch {
      Epoch(images: images, order: stream.permutation(of: 96), batchSize: batchSize)
    }
  }

  static func network() -> Graph {
    var sketch = Sketch([3, 6, 6], seed: 4)
    _ = sketch.draws("w1", [8, 3, 3, 3])
    _ = sketch.draws("w2", [8, 8, 3, 3], scale: 0.2)
    _ = sketch.draws("w3", [3, 8])
    let same: [String: Attribute] = ["pads": .ints([1, 1, 1, 1])]
    sketch.node("Conv", "conv1", ["x", "w1"], same)
    sketch.node("Relu", "relu1", ["conv1"])
    sketch.node("Conv", "conv2", ["relu1", "w2"], same)
    sketch.node("Relu", "relu2", ["conv2"])
    sketch.node("GlobalAveragePool", "pool", ["relu2"])
    sketch.node("Flatten", "flat", ["pool"])
    sketch.node("Gemm", "dense", ["flat", "w3"], ["transB": .int(1)])
    return sketch.graph("dense")
  }

  @Test("Weights of 2 bits learn through their quantisers; levels stay levels")
  func learns() throws {
    let examples = Examples()
    let graph = Self.network()
    var quantizer = try NetworkQuantizer(
      graph, ranges: try ActivationRanges(graph, images: examples.images),
      streams: RandomStreams(seed: 1))
    let choices = quantizer.layers.map {
      LayerQuantization(layer: $0.name, weightBits: 2, activationBits: 4)
    }
    let start = try quantizer.quantized(choices, form: .nodes)
    var configuration = TrainingConfiguration()
    configuration.epochs = 12
    configuration.batchSize = 16
    configuration.learningRate = 0.03
    var losses: [Double] = []
    let runs = try [1, 3].map { threads in
      losses = []
      return try Trainer.train(
        start, on: examples, configuration: configuration, streams: RandomStreams(seed: 2),
        pool: WorkerPool(threads: threads)
      ) { report in
        losses.append(report.meanLoss)
        return true
      }
    }
    #expect(runs[0] == runs[1])
    #expect((losses.last ?? 1) < 0.6 * (losses.first ?? 0))
    let trained = runs[0]
    #expect(trained.nodes == start.nodes)
    for name in ["w1", "w2", "w3"] {
      #expect(trained.initializers[name] != start.initializers[name])
      let scale = "\(name).quantized.scale"
      #expect(trained.initializers[scale] == start.initializers[scale])
    }
    // What is deployed has the trained weights on the levels that training saw.
    let baked = try trained.bakingQuantizedWeights()
    let x = ["x": examples.images]
    #expect(
      try Executor(baked, batch: 96).run(x) == Executor(trained, batch: 96).run(x))
    for index in 0..<8 {
      let own = try #require(baked.initializers["w2.quantized"]?.tensor?.scalars)
      #expect(Set(own[index * 72..<(index + 1) * 72]).count <= 4)
    }
  }
}
