import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@testable import Compression

/// A small residual network with two readers of one value and a dense end.
struct SmallNetwork {
  let graph: Graph
  let images: Tensor

  init() throws {
    var sketch = Sketch([3, 7, 5], seed: 3)
    var constants: [String: TypedArray] = [:]
    _ = sketch.draws("w1", [6, 3, 3, 3])
    _ = sketch.draws("w2", [6, 6, 3, 3])
    _ = sketch.draws("w3", [6, 6, 1, 1])
    _ = sketch.draws("w4", [4, 6])
    _ = sketch.draws("b4", [4])
    for (name, value) in [("gamma", 1.5), ("beta", 0.25), ("mean", 0.1), ("variance", 2)] {
      constants[name] = TypedArray(Tensor(shape: [6], repeating: Float(value)))
    }
    let same: [String: Attribute] = ["pads": .ints([1, 1, 1, 1])]
    sketch.node("Conv", "conv1", ["x", "w1"], same)
    sketch.node("BatchNormalization", "norm1", ["conv1", "gamma", "beta", "mean", "variance"])
    sketch.node("Relu", "relu1", ["norm1"])
    sketch.node("Conv", "conv2", ["relu1", "w2"], same)
    sketch.node("Conv", "conv3", ["relu1", "w3"])
    sketch.node("Add", "sum", ["conv2", "conv3"])
    sketch.node("Add", "skip", ["sum", "relu1"])
    sketch.node("Relu", "relu2", ["skip"])
    sketch.node("ReduceMean", "pool", ["relu2", "axes"], ["keepdims": .int(0)])
    sketch.node("Gemm", "dense", ["pool", "w4", "b4"], ["transB": .int(1)])
    var graph = sketch.graph("dense")
    graph.initializers.merge(constants) { $1 }
    graph.initializers["axes"] = TypedArray([2, 3])
    self.graph = graph
    images = Tensor.normal([70, 3, 7, 5], seed: 8)
  }

  func quantizer(
    _ settings: NetworkQuantizer.Settings = .init(), seed: UInt64 = 1
  ) throws -> NetworkQuantizer {
    try NetworkQuantizer(
      graph, ranges: try ActivationRanges(graph, images: images), settings: settings,
      streams: RandomStreams(seed: seed))
  }

  func output(_ graph: Graph) throws -> Tensor {
    try #require(try Executor(graph, batch: 70).run(["x": images])["dense"])
  }

  static func uniform(_ bits: Int) -> [LayerQuantization] {
    ["conv1", "conv2", "conv3", "dense"].map {
      LayerQuantization(layer: $0, weightBits: bits, activationBits: bits)
    }
  }
}

struct NetworkQuantizerTests {
  let net: SmallNetwork

  init() throws { net = try SmallNetwork() }

  @Test("Layers are found with their inputs, weights and MACs")
  func layers() throws {
    let layers = try net.graph.quantizableLayers()
    #expect(layers.map(\.name) == ["conv1", "conv2", "conv3", "dense"])
    #expect(layers.map(\.input) == ["x", "relu1", "relu1", "pool"])
    #expect(layers.map(\.macs) == [35 * 6 * 27, 35 * 6 * 54, 35 * 36, 24])
  }

  @Test("Ranges hold exact extremes and count every element, at any number of threads")
  func ranges() throws {
    let one = try ActivationRanges(net.graph, images: net.images, pool: WorkerPool(threads: 1))
    let three = try ActivationRanges(net.graph, images: net.images, pool: WorkerPool(threads: 3))
    #expect(one == three)
    #expect(Set(one.histograms.keys) == ["x", "relu1", "pool"])
    let values = try Executor(net.graph, batch: 70, outputs: ["relu1"]).run(["x": net.images])
    let relu = try #require(values["relu1"]?.scalars)
    let histogram = try #require(one.histograms["relu1"])
    #expect(histogram.minimum == 0 && histogram.maximum == relu.max())
    #expect(histogram.zeros == relu.count { $0 == 0 })
    #expect(histogram.counts.reduce(histogram.zeros, +) == relu.count)
    #expect(histogram.levels(bits: 4)?.isSigned == false)
    let image = try #require(one.histograms["x"])
    #expect(image.minimum == net.images.scalars.min() && image.maximum == net.images.scalars.max())
    #expect(image.levels(bits: 4)?.isSigned == true)
    // The scale from the histogram is about as good as that of the numbers themselves.
    for method in [ClipMethod.maximum, .meanSquaredError] {
      let levels = try #require(histogram.levels(bits: 4))
      let exact = SortedValues(relu).scale(levels, method)
      let found = Double(histogram.scale(levels, method))
      let numbers = SortedValues(relu)
      #expect(
        numbers.squaredError(levels, scale: found)
          <= 1.01 * numbers.squaredError(levels, scale: exact))
    }
  }

  @Test("A value with several readers of the same bits passes one quantiser; Adds read it as it is")
  func quantisers() throws {
    var quantizer = try net.quantizer()
    let same = try quantizer.quantized(SmallNetwork.uniform(4))
    #expect(
      same.nodes.filter(\.isFakeQuantize).map(\.name) == [
        "x.quantized4", "relu1.quantized4", "pool.quantized4",
      ])
    #expect(same.nodes.first { $0.name == "skip" }?.inputs == ["sum", "relu1"])
    var choices = SmallNetwork.uniform(4)
    choices[2].activationBits = 3
    choices[0].activationBits = 32
    choices[3].weightBits = 32
    let other = try quantizer.quantized(choices)
    #expect(
      other.nodes.filter(\.isFakeQuantize).map(\.name) == [
        "relu1.quantized4", "relu1.quantized3", "pool.quantized4",
      ])
    #expect(other.initializers["w4"] == net.graph.initializers["w4"])
    #expect(try quantizer.quantized([]) == net.graph)
  }

  @Test("The outputs are those of layers quantised by hand")
  func byHand() throws {
    var quantizer = try net.quantizer()
    let found = try net.output(try quantizer.quantized(SmallNetwork.uniform(4)))
    var graph = net.graph
    for (layer, weight) in [("conv1", "w1"), ("conv2", "w2"), ("conv3", "w3"), ("dense", "w4")] {
      let tensor = try #require(net.graph.initializers[weight]?.tensor)
      graph.initializers[weight] = TypedArray(try LinearQuantizer(bits: 4).quantize(tensor))
      let value = graph.nodes.first { $0.name == layer }?.inputs[0] ?? ""
      let histogram = try #require(quantizer.ranges.histograms[value])
      let levels = try #require(histogram.levels(bits: 4))
      let scale = histogram.scale(levels, .meanSquaredError)
      // Multiples of the scale through other operators: Clip, then a sum that rounds.
      for (name, number) in [
        ("\(layer).scale", scale), ("\(layer).low", Float(levels.lowest)),
        ("\(layer).high", Float(levels.highest)), ("\(layer).big", 0x1.8p23),
      ] { graph.initializers[name] = TypedArray(Tensor(shape: [], repeating: number)) }
      let steps = [
        ("Div", ["\(layer).scale"]), ("Clip", ["\(layer).low", "\(layer).high"]),
        ("Add", ["\(layer).big"]), ("Sub", ["\(layer).big"]), ("Mul", ["\(layer).scale"]),
      ]
      var current = value
      var added: [Node] = []
      for (type, others) in steps {
        let name = "\(layer).\(type)"
        added.append(
          Node(name: name, operatorType: type, inputs: [current] + others, outputs: [name]))
        current = name
      }
      let position = try #require(graph.nodes.firstIndex { $0.name == layer })
      graph.nodes[position].inputs[0] = current
      graph.nodes.insert(contentsOf: added, at: position)
    }
    let expected = try net.output(graph)
    #expect(found.error(against: expected.scalars.map { Double($0) }) < 1e-5)
  }

  @Test("Weights as nodes compute what quantised weights do, and are the same when they are baked")
  func forms() throws {
    var quantizer = try net.quantizer()
    for granularity in LayerQuantization.Granularity.allCases {
      var choices = SmallNetwork.uniform(3)
      for index in choices.indices { choices[index].granularity = granularity }
      let values = try quantizer.quantized(choices)
      let nodes = try quantizer.quantized(choices, form: .nodes)
      #expect(nodes.nodes.count == values.nodes.count + 4)
      #expect(nodes.initializers["w2"] == net.graph.initializers["w2"])
      #expect(try net.output(values) == net.output(nodes))
    }
  }

  @Test("A candidate does not depend on those before it; shared values draw from the seed")
  func cache() throws {
    var used = try net.quantizer()
    for bits in [2, 3, 8] { _ = try used.quantized(SmallNetwork.uniform(bits)) }
    var fresh = try net.quantizer()
    #expect(try used.quantized(SmallNetwork.uniform(3)) == fresh.quantized(SmallNetwork.uniform(3)))
    var shared = SmallNetwork.uniform(2)
    for index in shared.indices { shared[index].quantizer = .kMeans }
    let one = try fresh.quantized(shared)
    #expect(try used.quantized(shared) == one)
    #expect(Set(one.initializers["w2"]?.tensor?.scalars ?? []).count == 4)
    // Shared values are no levels: both forms hold them as numbers.
    #expect(try fresh.quantized(shared, form: .nodes) == one)
  }

  @Test("More bits come closer")
  func bits() throws {
    var quantizer = try net.quantizer()
    let exact = try net.output(net.graph).scalars.map { Double($0) }
    let errors = try [2, 4, 6, 8].map { bits in
      try net.output(try quantizer.quantized(SmallNetwork.uniform(bits))).error(against: exact)
    }
    #expect(errors == errors.sorted(by: >))
    #expect(errors[3] < 0.02)
  }

  @Test("Impossible bits, unknown layers and names given twice are refused")
  func refused() throws {
    var quantizer = try net.quantizer()
    for bits in [0, 9, 31, -4, Int.max] {
      #expect(throws: CompressionError.self) {
        try quantizer.quantized([LayerQuantization(layer: "conv1", weightBits: bits)])
      }
      #expect(throws: CompressionError.self) {
        try quantizer.quantized([
          LayerQuantization(layer: "conv1", weightBits: 4, activationBits: bits)
        ])
      }
    }
    #expect(
      throws: CompressionError.policyMismatch(
        layer: "conv9", expected: "a layer of the network with weights, named once",
        found: "no such layer")
    ) { try quantizer.quantized([LayerQuantization(layer: "conv9", weightBits: 4)]) }
    let twice = [SmallNetwork.uniform(4)[0], SmallNetwork.uniform(4)[0]]
    #expect(throws: CompressionError.self) { try quantizer.quantized(twice) }
    // Without ranges weights can be quantised, inputs cannot.
    var rangeless = try NetworkQuantizer(
      net.graph, ranges: ActivationRanges(histograms: [:]), streams: RandomStreams(seed: 1))
    let weightsAlone = [LayerQuantization(layer: "conv2", weightBits: 4)]
    var ranged = try net.quantizer()
    #expect(try rangeless.quantized(weightsAlone) == ranged.quantized(weightsAlone))
    #expect(
      throws: CompressionError.data(
        expected: "a range of the input of layer 'conv1'", found: "none")
    ) { try rangeless.quantized(SmallNetwork.uniform(4)) }
    #expect(throws: CompressionError.self) {
      try ActivationRanges(net.graph, images: Tensor(shape: [0, 3, 7, 5]))
    }
    var broken = net.images
    broken.scalars[17] = .infinity
    #expect(throws: CompressionError.self) { try ActivationRanges(net.graph, images: broken) }
  }
}

struct QuantizedCostTests {
  @Test("Bytes and bit operations by hand")
  func byHand() throws {
    let layers = try SmallNetwork().graph.quantizableLayers()
    var choices = SmallNetwork.uniform(3)
    choices[1] = LayerQuantization(
      layer: "conv2", weightBits: 2, activationBits: 5, quantizer: .kMeans)
    choices.remove(at: 0)
    let cost = QuantizedCost(layers, choices)
    // 6·27 floats; 6·54 numbers of 2 bits and 4 values; 36 and 24 numbers of 3 bits.
    #expect(cost.layers.map(\.weightBytes) == [648, 81 + 16, 14, 9])
    #expect(
      cost.layers.map(\.bitOperations) == [
        35 * 162 * 1024, 35 * 324 * 10, 35 * 36 * 9, 24 * 9,
      ])
    #expect(cost.weightBytes == 648 + 97 + 14 + 9)
    #expect(QuantizedCost.weightBytes(count: Int.max, bits: 8, .linear) == Int.max)
  }
}

struct NormalizationTests {
  @Test("Inserted normalisations change nothing; statistics brought back are those of the floats")
  func inserted() throws {
    let net = try SmallNetwork()
    let folded = try net.graph.foldingBatchNormalization()
    #expect(!folded.nodes.contains { $0.operatorType == "BatchNormalization" })
    let exact = try net.output(net.graph)
    let numbers = exact.scalars.map { Double($0) }
    #expect(try net.output(folded).error(against: numbers) < 1e-5)
    let inserted = try folded.insertingNormalizations(from: net.images)
    #expect(inserted.nodes.count { $0.operatorType == "BatchNormalization" } == 3)
    #expect(try net.output(inserted).error(against: numbers) < 1e-4)
    var quantizer = try NetworkQuantizer(
      inserted, ranges: try ActivationRanges(inserted, images: net.images),
      streams: RandomStreams(seed: 1))
    let coarse = try quantizer.quantized(SmallNetwork.uniform(2))
    let repaired = try coarse.reestimatingNormalizations(on: net.images)
    #expect(
      try net.output(repaired)
        == net.output(
          try coarse.reestimatingNormalizations(on: net.images, pool: WorkerPool(threads: 3))))
    // Each channel behind a repaired layer has the mean and the variance that it had.
    for value in ["norm1", "conv2", "conv3"] {
      let was = try statistics(of: value, in: folded, net)
      let found = try statistics(of: value, in: repaired, net)
      for channel in was.mean.indices {
        #expect(abs(found.mean[channel] - was.mean[channel]) < 1e-3)
        #expect(abs(found.variance[channel] / was.variance[channel] - 1) < 1e-2)
      }
    }
  }

  private func statistics(
    of value: String, in graph: Graph, _ net: SmallNetwork
  ) throws -> ChannelStatistics {
    let found = try Executor(graph, batch: 70, outputs: [value]).run(["x": net.images])[value]
    return ChannelStatistics(
      StoredValue(try #require(found)), pool: WorkerPool(threads: 1))
  }
}
