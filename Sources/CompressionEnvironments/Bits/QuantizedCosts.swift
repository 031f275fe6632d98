public import Compression
public import Hardware
import Networks
import Units

/// What a network costs at the bits of its layers, worked out once for each layer and pair of bits.
public final class QuantizedCosts {
  /// What is counted: time and energy only on a device.
  public let quantities: [CostQuantity]
  /// The device's cost model; nil where none is asked.
  public let model: (any CostModel)?

  private let structure: NetworkCost
  private let layers: [Layer]
  /// Time and energy of the layers that have no bits to decide.
  private let rest: Physical
  /// For each layer what its pairs of bits cost, as far as prepared.
  private var known: [[Physical?]]

  private struct Layer {
    let weights: Int
    let macs: Int
    /// Nil where there is no device.
    let work: LayerWorkload?
  }

  private static let mostBits = LayerQuantization.untouched

  private static func place(_ quantization: LayerQuantization) -> Int {
    quantization.weightBits * (mostBits + 1) + quantization.activationBits
  }

  private struct Physical {
    var latency = 0
    var energy = 0

    init() {}

    init(_ cost: Cost) {
      latency = Self.count(cost.latency.value, .latency)
      energy = Self.count(cost.energy.value, .energy)
    }

    /// Counts of seconds or joules; those that no number holds are the largest one.
    private static func count(_ amount: Double, _ quantity: CostQuantity) -> Int {
      Int(min((amount * quantity.countsPerUnit).rounded(.up), 4e18))
    }

    static func + (a: Physical, b: Physical) -> Physical {
      var sum = a
      sum.latency = Self.sum(a.latency, b.latency)
      sum.energy = Self.sum(a.energy, b.energy)
      return sum
    }

    private static func sum(_ a: Int, _ b: Int) -> Int {
      let (sum, overflow) = a.addingReportingOverflow(b)
      return overflow ? .max : sum
    }
  }

  /// The costs of a network's layers.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - quantized: the layers whose bits are decided or pinned.
  ///   - model: the device; nil counts neither time nor energy.
  ///   - batch: the examples in a pass on the device.
  /// - Throws: `GraphError` when shapes cannot be inferred, `HardwareError` for layers that the device
  ///   cannot run.
  public init(
    _ graph: Graph, quantized: [QuantizableLayer], model: (any CostModel)?, batch: Int
  ) throws {
    structure = try NetworkCost(graph)
    self.model = model.map { RememberedCosts($0) }
    let all = model == nil ? [] : try graph.layers(batch: batch)
    let works = Dictionary(all.map { ($0.name, $0.work) }) { first, _ in first }
    layers = quantized.map {
      Layer(weights: $0.weightShape.count, macs: $0.macs, work: works[$0.name])
    }
    var rest = Physical()
    if let model {
      let names = Set(quantized.map(\.name))
      let bits = model.supportedBits.nearest(to: 8)
      for layer in all where !names.contains(layer.name) {
        rest = rest + Physical(try model.cost(of: layer.work, bits: bits))
      }
    }
    self.rest = rest
    known = layers.map { _ in
      [Physical?](repeating: nil, count: (Self.mostBits + 1) * (Self.mostBits + 1))
    }
    quantities = CostQuantity.structural + [.bitOps] + (model == nil ? [] : CostQuantity.physical)
  }

  /// Works out what every layer costs at some bits, so that `cost` can count on it.
  ///
  /// - Throws: `HardwareError` for bits that the device lacks and entries that a table lacks.
  public func prepare(_ quantizations: [LayerQuantization]) throws {
    guard let model else { return }
    for (number, quantization) in quantizations.enumerated() {
      let place = Self.place(quantization)
      guard known[number][place] == nil, let work = layers[number].work else { continue }
      known[number][place] = Physical(
        try model.cost(of: work, bits: LayerBits(quantization)))
    }
  }

  /// The cost of a network in one quantity, after `prepare` for its layers' bits.
  public func cost(of quantizations: [LayerQuantization], in quantity: CostQuantity) -> Int {
    switch quantity {
    case .macs, .parameters, .peakActivationBytes: return structure[quantity]
    case .weightBytes:
      let decided = layers.reduce(0) { $0 + $1.weights }
      return zip(layers, quantizations).reduce(4 * (structure.parameters - decided)) { sum, pair in
        sum
          + QuantizedCost.weightBytes(
            count: pair.0.weights, bits: pair.1.weightBits, pair.1.quantizer)
      }
    case .bitOps:
      return zip(layers, quantizations).reduce(0) { sum, pair in
        sum + pair.0.macs * pair.1.weightBits * pair.1.activationBits
      }
    case .latency: return physical(quantizations).latency
    case .energy: return physical(quantizations).energy
    }
  }

  private func physical(_ quantizations: [LayerQuantization]) -> Physical {
    zip(known, quantizations).reduce(rest) { sum, pair in
      sum + (pair.0[Self.place(pair.1)] ?? Physical())
    }
  }
}

extension LayerBits {
  /// The bits of a quantised layer.
  init(_ quantization: LayerQuantization) {
    self.init(
      weights: BitWidth(quantization.weightBits),
      activations: BitWidth(quantization.activationBits))
  }
}

extension SupportedBits {
  /// The supported bits that are nearest to a number, of two as near the larger.
  func nearest(to wanted: Int) -> LayerBits {
    func nearest(_ bits: [Int]) -> Int {
      bits.reversed().min { abs($0 - wanted) < abs($1 - wanted) } ?? wanted
    }
    return LayerBits(
      weights: BitWidth(nearest(weights)), activations: BitWidth(nearest(activations)))
  }
}
