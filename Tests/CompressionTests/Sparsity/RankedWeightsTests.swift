import Networks
import Tensors
import Testing

@testable import Compression

@Suite struct RankedWeightsTests {
  private func graph(_ name: String) throws -> Graph {
    var generator = SeededGenerator(seed: 3)
    var graph = try ModelBuilder.named(name).graph(
      ModelParameters(height: 8, width: 8, widthMultiplier: 0.25), using: &generator)
    // Few different magnitudes of either sign, zeros among them: ties everywhere.
    for name in graph.initializers.keys.sorted() {
      guard let tensor = graph.initializers[name]?.tensor, tensor.shape.rank > 1 else { continue }
      graph.initializers[name] = TypedArray(
        Tensor(shape: tensor.shape) { _ in Float(generator.integer(below: 15) - 7) / 4 })
    }
    return graph
  }

  private func scalars(_ graph: Graph, _ name: String) throws -> [Float] {
    try #require(graph.initializers[name]?.tensor?.scalars)
  }

  @Test func everyLayerWithWeightsIsThereAndNothingElse() throws {
    let graph = try graph("mobilenet_v2")
    let layers = try graph.rankedWeights()
    let expected = graph.nodes.filter { ["Conv", "Gemm", "MatMul"].contains($0.operatorType) }
    #expect(layers.map(\.layer) == expected.map(\.name))
    #expect(layers.map(\.parameter) == expected.map { $0.inputs[1] })
    #expect(
      expected.contains { $0.attributes["group"] != nil && $0.attributes["group"] != .int(1) })
    let macs = try graph.multiplyAccumulates().reduce(0) { $0 + $1.macs }
    #expect(layers.reduce(0) { $0 + $1.count * $1.macsPerWeight } == macs)
  }

  @Test func theLargestMagnitudesStayOfEqualOnesTheFirst() throws {
    let graph = try graph("resnet8")
    for layer in try graph.rankedWeights() {
      let weights = try scalars(graph, layer.parameter)
      #expect(layer.count == weights.count)
      #expect(layer.standing == weights.count { $0 != 0 } && layer.standing < layer.count)
      for kept in [0, 1, 2, layer.standing / 3, layer.standing - 1, layer.standing] {
        // One at a time the largest that is left, by looking at all of them.
        var left = weights.map(\.magnitude)
        var expected = [Bool](repeating: false, count: weights.count)
        for _ in 0..<min(kept, 40) {
          let largest = left.max() ?? 0
          let position = try #require(left.firstIndex(of: largest))
          expected[position] = true
          left[position] = -1
        }
        let mask = layer.mask(keeping: kept)
        #expect(mask.count { $0 } == kept)
        if kept <= 40 { #expect(mask == expected) }
        // A threshold with its ties: nothing that went is larger than what stayed.
        let stayed = zip(weights, mask).filter { $1 }.map { $0.0.magnitude }.min() ?? .infinity
        let went = zip(weights, mask).filter { !$1 }.map { $0.0.magnitude }.max() ?? 0
        #expect(went <= stayed)
        let firstGone =
          zip(weights, mask).enumerated()
          .first { $1.0.magnitude == stayed && !$1.1 }?.offset ?? weights.count
        let lastKept =
          zip(weights, mask).enumerated()
          .filter { $1.0.magnitude == stayed && $1.1 }.last?.offset ?? -1
        #expect(lastKept < firstGone)
      }
      // Asking for more than there are keeps no zero.
      #expect(layer.mask(keeping: layer.count) == layer.mask(keeping: layer.standing))
    }
  }

  @Test func masksOfFewerWeightsArePartOfThoseOfMore() throws {
    for layer in try graph("resnet8").rankedWeights() {
      for kept in stride(from: 1, through: layer.standing, by: max(1, layer.standing / 7)) {
        let (fewer, more) = (layer.mask(keeping: kept - 1), layer.mask(keeping: kept))
        #expect(zip(fewer, more).allSatisfy { !$0 || $1 })
      }
    }
  }

  @Test func aNetworkKeepsItsLargestWeightsAndItsCostIsCountedFromThem() throws {
    let graph = try graph("mobilenet_v2")
    let layers = try graph.rankedWeights()
    let kept = layers.map { max(1, $0.standing / 3) }
    let sparse = graph.keeping(zip(layers, kept))
    let dense = try NetworkCost(graph)
    #expect(sparse.nodes == graph.nodes && sparse.initializers.count == graph.initializers.count)
    var expected = dense
    for (layer, kept) in zip(layers, kept) {
      let (before, after) = (
        try scalars(graph, layer.parameter), try scalars(sparse, layer.parameter)
      )
      #expect(zip(before, after).allSatisfy { $1 == 0 || $0 == $1 })
      #expect(after.count { $0 != 0 } == kept)
      expected.macs -= (before.count - kept) * layer.macsPerWeight
      expected.parameters -= before.count - kept
      let bytes = RelativeIndexing.layout(after.map { $0 != 0 }).bytes
      expected.weightBytes += bytes - 4 * before.count
    }
    #expect(try NetworkCost(sparse: sparse) == expected)
    #expect(expected.peakActivationBytes == dense.peakActivationBytes)
    let masks = try sparse.zeroMasks().kept
    #expect(masks.count == layers.count)
    for layer in layers {
      #expect(try masks[layer.parameter] == scalars(sparse, layer.parameter).map { $0 != 0 })
    }
  }

  @Test func aProductMayHaveItsConstantOnEitherSide() throws {
    var graph = Graph(
      name: "products",
      inputs: [Graph.Value(name: "x", extents: [.batch, .fixed(3), .fixed(4)])],
      outputs: [Graph.Value(name: "z", extents: nil)],
      nodes: [
        Node(name: "left", operatorType: "MatMul", inputs: ["a", "x"], outputs: ["y"]),
        Node(name: "right", operatorType: "MatMul", inputs: ["y", "b"], outputs: ["z"]),
      ])
    graph.initializers["a"] = TypedArray(Tensor(shape: [5, 3]) { Float($0 + 1) })
    graph.initializers["b"] = TypedArray(Tensor(shape: [4, 2]) { Float($0 - 3) })
    let layers = try graph.rankedWeights()
    #expect(layers.map(\.parameter) == ["a", "b"])
    #expect(layers.map(\.standing) == [15, 7])
    #expect(layers.map(\.macsPerWeight) == [4, 5])
  }
}
