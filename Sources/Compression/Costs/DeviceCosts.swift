public import Hardware
public import Networks
import Units

/// What a device asks for a network whose layers have some widths and bits, each layer worked out once.
public final class DeviceCosts {
  /// The device's name.
  public let device: String
  /// The bits that it has.
  public let supportedBits: SupportedBits

  private let model: any CostModel
  private let layers: [Layer]
  private let standardBits: LayerBits
  /// The position of each layer by name.
  private let position: [String: Int]
  private var known: [Key: PhysicalCost] = [:]

  private struct Layer {
    let name: String
    let workload: Workload
    /// The groups of its input and output channels; nil where they stay whatever is cut.
    let inputs: [(group: Int, perClass: Int)]?
    let outputs: [(group: Int, perClass: Int)]?
  }

  private struct Key: Hashable {
    let layer: Int
    let inputs: Int
    let outputs: Int
    let bits: LayerBits
  }

  private let fullWidths: [Int]

  /// Prices a network's layers.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - dependencies: its channel groups, where widths are decided.
  ///   - model: the device's cost model.
  ///   - batch: the examples in a pass on the device.
  /// - Throws: `GraphError` when shapes cannot be inferred, `HardwareError` for a layer that the device
  ///   cannot run as it is.
  public init(
    _ graph: Graph, dependencies: ChannelDependencies? = nil, model: any CostModel, batch: Int
  ) throws {
    self.model = model
    device = model.device
    supportedBits = model.supportedBits
    standardBits = model.supportedBits.nearest(to: 8)
    fullWidths = dependencies?.groups.map(\.width) ?? []
    let nodes = Dictionary(graph.nodes.map { ($0.name, $0) }) { first, _ in first }
    layers = try graph.layers(batch: batch).map { layer in
      func groups(_ value: String?, _ channels: Int) -> [(group: Int, perClass: Int)]? {
        guard let value, let dependencies else { return nil }
        return dependencies.classes(of: value).count == channels
          ? dependencies.multiplicities(of: value) : nil
      }
      let node = nodes[layer.name]
      return Layer(
        name: layer.name, workload: layer.workload,
        inputs: groups(node?.inputs.first, layer.workload.inputChannels),
        outputs: groups(node?.outputs.first, layer.workload.outputChannels))
    }
    position = Dictionary(
      uniqueKeysWithValues: layers.enumerated().map { ($0.element.name, $0.offset) })
    for number in layers.indices { _ = try price(number, widths: [:], bits: standardBits) }
  }

  /// Works out what a layer costs at some bits, to find out whether the device can say.
  ///
  /// - Throws: `HardwareError` for bits that the device lacks and entries that a table lacks.
  func check(_ quantizations: [LayerQuantization]) throws(HardwareError) {
    for quantization in quantizations {
      guard let number = position[quantization.layer] else { continue }
      _ = try price(number, widths: [:], bits: LayerBits(quantization))
    }
  }

  /// The positions of some layers among the device's; nil for one that costs it nothing.
  func positions(of names: [String]) -> [Int?] { names.map { position[$0] } }

  /// Time and energy of a pass.
  ///
  /// - Parameters:
  ///   - widths: the groups that are narrower.
  ///   - decided: positions and bits of layers; the others count with 8, or what is nearest on the device.
  /// - Returns: more than any limit allows where the device cannot run a layer.
  public func cost(
    widths: [Int: Int] = [:], bits decided: some Sequence<(Int?, LayerBits)>
  ) -> PhysicalCost {
    var bits = [LayerBits](repeating: standardBits, count: layers.count)
    for case (let number?, let own) in decided { bits[number] = own }
    return layers.indices.reduce(PhysicalCost()) { sum, number in
      let cost = try? price(number, widths: widths, bits: bits[number])
      return sum + (cost ?? .impossible)
    }
  }

  private func price(
    _ number: Int, widths: [Int: Int], bits: LayerBits
  ) throws(HardwareError) -> PhysicalCost {
    let layer = layers[number]
    let full = layer.workload
    let inputs = channels(layer.inputs, widths) ?? full.inputChannels
    let outputs = channels(layer.outputs, widths) ?? full.outputChannels
    let key = Key(layer: number, inputs: inputs, outputs: outputs, bits: bits)
    if let cost = known[key] { return cost }
    let workload =
      inputs == full.inputChannels && outputs == full.outputChannels
      ? full
      : try Workload(
        full.operation, batch: full.batch, inputChannels: inputs, outputChannels: outputs,
        input: full.input, output: full.output, kernel: full.kernel, stride: full.stride,
        groups: full.groups == full.inputChannels && full.groups > 1 ? inputs : full.groups,
        isFirst: full.isFirst)
    let cost = PhysicalCost(
      try model.cost(of: LayerWorkload(layer.name, workload), bits: bits))
    known[key] = cost
    return cost
  }

  private func channels(_ side: [(group: Int, perClass: Int)]?, _ widths: [Int: Int]) -> Int? {
    side?.reduce(0) { $0 + (widths[$1.group] ?? fullWidths[$1.group]) * $1.perClass }
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
