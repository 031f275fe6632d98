import Compression
import Networks
import Tensors
import Testing

@testable import Calibration

struct BitAssignmentTests {
  private static let graph = SmallNetworks.residual(seed: 4)
  private static let images = SmallNetworks.images(32)

  private static func prepared() throws -> (graph: Graph, layers: [QuantizableLayer]) {
    let graph = try Self.graph.preparedForCalibration()
    return (graph, try graph.quantizableLayers())
  }

  private static func measure(
    _ candidates: BitCandidates, _ measure: SensitivityMeasure = .outputs, threads: Int = 2
  ) throws -> BitSensitivities {
    var settings = BitSensitivities.Settings()
    (settings.measure, settings.images, settings.batch) = (measure, 24, 10)
    return try BitSensitivities(
      prepared().graph, candidates: candidates, images: images, settings: settings,
      streams: RandomStreams(seed: 1), pool: WorkerPool(threads: threads))
  }

  @Test("Fewer bits lose more, whatever is compared", arguments: SensitivityMeasure.allCases)
  func falling(_ measure: SensitivityMeasure) throws {
    let candidates = try BitCandidates(weights: [2, 4, 8], activations: [2, 8])
    let found = try Self.measure(candidates, measure)
    #expect(found.layers == (try Self.prepared().layers.map(\.name)) && found.leftOut.isEmpty)
    for (weights, inputs) in zip(found.weights, found.activations) {
      let losses = try [2, 4, 8].map { try #require(weights[$0]) }
      #expect(losses[0] > losses[1] && losses[1] > losses[2] && losses[2] >= 0, "\(losses)")
      #expect(try #require(inputs[2]) > (try #require(inputs[8])))
    }
    #expect(try Self.measure(candidates, measure, threads: 1) == found)
  }

  @Test("A sensitivity is the divergence of the network with one layer quantised")
  func divergence() throws {
    let (graph, layers) = try Self.prepared()
    let found = try Self.measure(try BitCandidates(weights: [2, 3], activations: [8]))
    var quantizer = try NetworkQuantizer(
      graph, ranges: ActivationRanges(graph, images: Self.images),
      settings: BitSensitivities.Settings().clips, streams: RandomStreams(seed: 1))
    let divergence = try OutputDivergence(
      from: graph, images: Self.images.examples(0..<24), pool: WorkerPool(threads: 1))
    for (number, layer) in layers.enumerated() {
      let changed = try quantizer.quantized([
        LayerQuantization(layer: layer.name, weightBits: 2)
      ])
      let expected = try divergence.measure(changed)
      #expect(abs(try #require(found.weights[number][2]) - expected) <= 1e-6 + 1e-3 * expected)
    }
  }

  @Test("Assignments are the best of all that fit, in bytes and bit operations at once")
  func best() throws {
    let (graph, layers) = try Self.prepared()
    let candidates = try BitCandidates(weights: [2, 3, 8], activations: [4, 8])
    let sensitivities = try Self.measure(candidates)
    let costs = try QuantizedCosts(graph, quantized: layers, device: nil)
    let options = candidates.quantizations(of: "").count
    let uniform = layers.map { candidates.uniform(4, of: $0.name) }
    let limits = [CostQuantity.weightBytes, .bitOps].map {
      CostLimit($0, most: costs.cost(of: uniform, in: $0))
    }
    let found = try BitAssignment(
      sensitivities, candidates: candidates, costs: costs, limits: limits)
    var least = Double.infinity
    var total = 1
    for _ in layers { total *= options }
    for code in 0..<total {
      var rest = code
      var loss = 0.0
      let choices = layers.enumerated().map { number, layer in
        let own = candidates.quantizations(of: layer.name)[rest % options]
        rest /= options
        loss += sensitivities.weights[number][own.weightBits] ?? .infinity
        loss += sensitivities.activations[number][own.activationBits] ?? .infinity
        return own
      }
      if loss < least,
        limits.allSatisfy({ costs.cost(of: choices, in: $0.quantity) <= $0.most })
      {
        least = loss
      }
    }
    #expect(abs(found.sensitivity - least) < 1e-12)
    #expect(zip(found.costs, limits).allSatisfy { $0 <= $1.most })
  }

  @Test("Pinned layers keep their bits, and a budget below everything is refused with the smallest")
  func pinned() throws {
    let (graph, layers) = try Self.prepared()
    let candidates = try BitCandidates(
      weights: [2, 4], activations: [8],
      pinned: [layers[0].name: 8, layers[layers.count - 1].name: 8])
    let sensitivities = try Self.measure(candidates)
    let costs = try QuantizedCosts(graph, quantized: layers, device: nil)
    let fewest = layers.map { candidates.quantizations(of: $0.name)[0] }
    let smallest = costs.cost(of: fewest, in: .weightBytes)
    let found = try BitAssignment(
      sensitivities, candidates: candidates, costs: costs,
      limits: [CostLimit(.weightBytes, most: smallest)])
    #expect(found.choices == fewest && found.costs == [smallest])
    let error = #expect(throws: CompressionError.self) {
      try BitAssignment(
        sensitivities, candidates: candidates, costs: costs,
        limits: [CostLimit(.weightBytes, most: smallest - 1)])
    }
    #expect("\(try #require(error))".contains("the smallest reachable is \(smallest)"))
    #expect(throws: CompressionError.self) {
      try BitAssignment(
        sensitivities, candidates: candidates, costs: costs,
        limits: [CostLimit(.macs, most: 1 << 40)])
    }
  }

  @Test("Candidates without a finite sensitivity are named and never chosen")
  func broken() throws {
    let (graph, layers) = try Self.prepared()
    let names = layers.map(\.name)
    let candidates = try BitCandidates(weights: [2, 3], activations: [8])
    var table: [[Int: Double]] = names.map { _ in [2: 1, 3: 0.5] }
    table[1][2] = .nan
    let sensitivities = BitSensitivities(layers: names, weights: table, activations: [])
    #expect(
      sensitivities.leftOut
        == [BitSensitivities.LeftOut(layer: names[1], operand: .weights, bits: 2)])
    #expect("\(sensitivities.leftOut[0])".contains("'\(names[1])' with weights of 2 bits"))
    let costs = try QuantizedCosts(graph, quantized: layers, device: nil)
    let roomy = CostLimit(.weightBytes, most: 1 << 30)
    let found = try BitAssignment(
      sensitivities, candidates: candidates, costs: costs, limits: [roomy])
    #expect(found.choices.map(\.weightBits) == names.map { _ in 3 })
    table[1][3] = .infinity
    let none = BitSensitivities(layers: names, weights: table, activations: [])
    let error = #expect(throws: CompressionError.self) {
      try BitAssignment(none, candidates: candidates, costs: costs, limits: [roomy])
    }
    #expect("\(try #require(error))".contains("'\(names[1])'"))
  }
}
