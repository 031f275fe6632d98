import Networks
import TestSupport
import Tensors
import Testing

@testable import Compression

/// A layer in one of its forms: convolution or product, with and without bias and normalisation.
struct LayerForm: CustomTestStringConvertible, Sendable {
  let isDense: Bool
  let hasBias: Bool
  let hasNormalization: Bool
  var testDescription: String {
    "\(isDense ? "Gemm" : "Conv")\(hasBias ? ", bias" : "")"
      + (hasNormalization ? ", normalisation" : "")
  }

  static let all = [true, false].flatMap { isDense in
    [true, false].flatMap { hasBias in
      [true, false].map {
        LayerForm(isDense: isDense, hasBias: hasBias, hasNormalization: $0)
      }
    }
  }

  /// The layer on 3 channels with 5 outputs, one of which has a scale of almost nothing.
  var graph: Graph {
    var sketch = Sketch(isDense ? [3] : [3, 4, 5], seed: 40)
    var inputs = ["x"]
    inputs.append(sketch.draws("layer.weight", isDense ? [5, 3] : [5, 3, 1, 3]))
    if hasBias { inputs.append(sketch.draws("layer.bias", [5])) }
    var value = sketch.node(
      isDense ? "Gemm" : "Conv", "layer", inputs, isDense ? ["transB": .int(1)] : [:])
    if hasNormalization {
      value = sketch.normalization("norm", value, 5)
      let scale: [Float] = [0.7, 1e-6, -1.2, 0, 2]
      sketch.set("norm.scale", TypedArray(Tensor(shape: [5]) { scale[$0] }))
    }
    return sketch.graph(sketch.node("Relu", "out", [value]))
  }

  func layer(of graph: Graph) throws -> DenseLayer? {
    DenseLayer(0, of: graph, shapes: try graph.shapes(batch: 1))
  }
}

@Suite struct LayerWeightsTests {
  @Test(arguments: LayerForm.all)
  func whatIsSetIsWhatIsReadBack(_ form: LayerForm) throws {
    var graph = form.graph
    let layer = try #require(try form.layer(of: graph))
    #expect((layer.normalization != nil) == form.hasNormalization)
    var generator = SeededGenerator(seed: 9)
    let count = 5 * (layer.features - 1)
    let weight = (0..<count).map { _ in generator.normal() }
    graph.setEffectiveWeights(
      of: layer, weight: weight, bias: (0..<5).map { _ in generator.normal() })
    let read = graph.effectiveWeights(of: layer)
    #expect(read.count == count)
    #expect(zip(read, weight).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test(arguments: LayerForm.all)
  func theNetworkComputesTheMapThatWasSet(_ form: LayerForm) throws {
    var graph = form.graph
    let layer = try #require(try form.layer(of: graph))
    #expect(layer.target == (form.hasNormalization ? "norm" : "layer"))
    var generator = SeededGenerator(seed: 10)
    let weight = (0..<(5 * (layer.features - 1))).map { _ in generator.normal() }
    let bias = (0..<5).map { _ in generator.normal() }
    graph.setEffectiveWeights(of: layer, weight: weight, bias: bias)
    try graph.validate()
    let plain = self.plain(form, weight, bias)
    let examples = Tensor.normal(form.isDense ? [4, 3] : [4, 3, 4, 5], seed: 12)
    #expect(
      difference(try output(of: graph, for: examples), try output(of: plain, for: examples))
        < 1e-5)
  }

  /// The same map as a layer of its own.
  private func plain(_ form: LayerForm, _ weight: [Double], _ bias: [Double]) -> Graph {
    var sketch = Sketch(form.isDense ? [3] : [3, 4, 5])
    let own = LayerForm(isDense: form.isDense, hasBias: true, hasNormalization: false).graph
    let shape = own.initializers["layer.weight"]?.shape ?? []
    sketch.set("w", TypedArray(Tensor(shape: shape) { Float(weight[$0]) }))
    sketch.set("b", TypedArray(Tensor(shape: [5]) { Float(bias[$0]) }))
    let value = sketch.node(
      own.nodes[0].operatorType, "layer", ["x", "w", "b"], own.nodes[0].attributes)
    return sketch.graph(sketch.node("Relu", "out", [value]))
  }

  @Test func aChannelWithoutScaleReadsAsZeroAndCanBeSet() throws {
    let form = LayerForm(isDense: false, hasBias: true, hasNormalization: true)
    let graph = form.graph
    let layer = try #require(try form.layer(of: graph))
    let weights = graph.effectiveWeights(of: layer)
    #expect(weights[(3 * 9)..<(4 * 9)].allSatisfy { $0 == 0 })
    #expect(weights[..<9].contains { abs($0) > 0.1 })
  }

  @Test func theTargetOfABranchIsTheSumAndOfATrunkThePreActivation() throws {
    let graph = HandBuilt.residual.graph
    let shapes = try graph.shapes(batch: 1)
    func layer(_ name: String) throws -> DenseLayer {
      let index = try #require(graph.nodes.firstIndex { $0.name == name })
      return try #require(DenseLayer(index, of: graph, shapes: shapes))
    }
    #expect(try layer("second").target == "sum")
    #expect(try layer("second").addend == "stem.relu")
    #expect(try layer("first").target == "first.norm")
    #expect(try layer("first").addend == nil)
    #expect(try layer("classes").target == "classes")
  }

  @Test func productsOfAnotherFormAndDepthwiseConvolutionsAreNotSolvedFor() throws {
    for (network, names) in [
      (HandBuilt.products, ["one", "two"]), (.depthwise, ["depth"]), (.grouped, ["halves"]),
    ] {
      let shapes = try network.graph.shapes(batch: 1)
      for name in names {
        let index = try #require(network.graph.nodes.firstIndex { $0.name == name })
        #expect(DenseLayer(index, of: network.graph, shapes: shapes) == nil)
      }
    }
  }
}
