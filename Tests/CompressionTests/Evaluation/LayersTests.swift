import Foundation
import Hardware
import Interchange
import Networks
import Tensors
import Testing
import Units

@testable import Compression

@Suite struct LayersTests {
  /// Two convolutions with a normalised shortcut, a pool, a depthwise convolution and a classifier.
  private static let graph = {
    var sketch = Sketch([3, 8, 6])
    let stem = sketch.block("stem", "x", 3, 4, stride: 2)
    let branch = sketch.convolution("branch", stem, 4, 4)
    let sum = sketch.node("Add", "sum", [branch, stem])
    let pooled = sketch.node(
      "MaxPool", "max", [sum], ["kernel_shape": .ints([2, 1]), "strides": .ints([2, 1])])
    let deep = sketch.block("deep", pooled, 4, 4, groups: 4)
    let gated = sketch.node("Sigmoid", "gate", [deep])
    return sketch.graph(sketch.head(gated, 4, classes: 5))
  }()

  @Test func layersAreWhatTheEngineLeaves() throws {
    let layers = try Self.graph.layers(batch: 2)
    #expect(layers.map(\.name) == ["stem", "branch", "max", "deep", "gate", "pool", "classes"])
    #expect(
      layers.map(\.operatorType) == [
        "Conv", "Conv", "MaxPool", "Conv", "Sigmoid", "GlobalAveragePool", "Gemm",
      ])
    let workloads = layers.map(\.workload)
    #expect(
      workloads[0]
        == (try Workload(
          .convolution, batch: 2, inputChannels: 3, outputChannels: 4, input: .init(8, 6),
          output: .init(4, 3), kernel: .init(3), stride: .init(2), isFirst: true)))
    #expect(
      workloads[2]
        == (try Workload(
          .pooling, batch: 2, inputChannels: 4, outputChannels: 4, input: .init(4, 3),
          output: .init(2, 3), kernel: .init(2, 1), stride: .init(2, 1))))
    #expect(workloads[3].isDepthwise && workloads[3].weights == 36)
    #expect(workloads[4].operation == .elementwise && workloads[4].outputElements == 2 * 4 * 6)
    #expect(workloads[5].operation == .pooling && workloads[5].kernel == .init(2, 3))
    #expect(
      workloads[6]
        == (try Workload(
          .dense, batch: 2, inputChannels: 4, outputChannels: 5, output: .init(1))))
    #expect(workloads.filter(\.isFirst).count == 1)
  }

  @Test func bytesAndBitOperationsFollowTheBits() throws {
    let stem = try Self.graph.layers(batch: 1)[0]
    #expect(stem.weights == 108)
    #expect(stem.weightBytes(at: BitWidth(3)).value == 41)
    let bits = LayerBits(weights: BitWidth(2), activations: BitWidth(5))
    #expect(stem.bitOperations(at: bits).value == 12 * 108 * 10)
  }

  @Test func productsOfEveryShapeCountAsTheOperatorDoes() throws {
    for (a, b) in [
      ([5, 3], [3, 4]), ([2, 5, 3], [3, 4]), ([2, 6, 5, 3], [2, 6, 3, 4]), ([2, 5, 3], [2, 3, 4]),
      ([3], [3, 4]), ([2, 5, 3], [3]), ([5, 3], [2, 3, 4]), ([1, 3], [3, 4]),
    ] {
      for isConstant in [true, false] {
        let graph = Self.product(a, b, isConstant: isConstant)
        let layer = try #require(try graph.layers(batch: 1).first)
        let macs = try graph.multiplyAccumulates()[0].macs
        #expect(layer.workload.macs == macs, "\(a) · \(b)")
        #expect(layer.weights == (isConstant ? b.reduce(1, *) : 0), "\(a) · \(b)")
        #expect((layer.workload.operation == .dense) == (isConstant && b.count < 3))
      }
    }
  }

  @Test func weightsBehindANodeOfConstantsAreWeights() throws {
    var sketch = Sketch([3])
    let weight = sketch.node("Transpose", "turned", [sketch.draws("w", [5, 3])])
    let graph = sketch.graph(sketch.node("MatMul", "y", ["x", weight]))
    let layers = try graph.layers(batch: 4)
    #expect(layers.map(\.name) == ["y"] && layers[0].weights == 15)
    #expect(layers[0].workload.operation == .dense && layers[0].workload.batch == 4)
  }

  private static func product(_ a: [Int], _ b: [Int], isConstant: Bool) -> Graph {
    func value(_ name: String, _ extents: [Int]) -> Graph.Value {
      Graph.Value(name: name, extents: extents.map { .fixed($0) })
    }
    return Graph(
      name: "product", inputs: isConstant ? [value("a", a)] : [value("a", a), value("b", b)],
      outputs: [Graph.Value(name: "y", extents: nil)],
      nodes: [Node(name: "y", operatorType: "MatMul", inputs: ["a", "b"], outputs: ["y"])],
      initializers: isConstant ? ["b": TypedArray(Tensor(shape: Shape(b)))] : [:])
  }

  @Test func aLayerBeyondEveryModelIsNamed() {
    do {
      _ = try Self.graph.layers(batch: 1 << 25)
      Issue.record("a batch of 2^25 was taken")
    } catch {
      #expect("\(error)".hasPrefix("layer 'stem', batch: expected "))
    }
  }

  private static let folder = ProcessInfo.processInfo.environment["ESPALIER_MODELS"]

  @Test(.enabled(if: folder != nil, "ESPALIER_MODELS names no folder of models"))
  func realModelsHaveTheMACsOfTheCounter() throws {
    let folder = URL(fileURLWithPath: try #require(Self.folder))
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".onnx") }.sorted()
    try #require(!files.isEmpty)
    for file in files {
      let graph = try ONNXFile.read(
        folder.appendingPathComponent(file), options: ONNXReadOptions(freeBatch: true)
      ).graph
      let layers = try graph.layers(batch: 3)
      let counts = try graph.multiplyAccumulates().filter { $0.macs > 0 }
      let priced = layers.filter { $0.workload.macs > 0 }
      #expect(priced.map(\.name) == counts.map(\.node), "\(file)")
      #expect(priced.map(\.workload.macs) == counts.map { 3 * $0.macs }, "\(file)")
      #expect(Set(layers.map(\.name)).count == layers.count, "\(file)")
      #expect(layers.filter { $0.workload.isFirst }.map(\.name) == counts.prefix(1).map(\.node))
    }
  }
}
