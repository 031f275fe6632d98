import Hardware
public import Networks

/// What a network costs at the bits of its layers, and at some widths where these are decided too.
public struct QuantizedCosts {
  /// What is counted: time and energy only on a device.
  public let quantities: [CostQuantity]
  /// What counts time and energy; nil where no device is asked.
  public let device: DeviceCosts?

  private let structure: NetworkCost
  /// The structure as a function of widths; empty where none are decided.
  private let widthCosts: [CostQuantity: WidthCosts]
  private let layers: [WidthScaledLayer]
  /// Where the device has each layer.
  private let places: [Int?]

  /// The costs of a network's layers.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - quantized: the layers whose bits are decided or pinned.
  ///   - device: what counts time and energy; nil counts neither.
  ///   - pruner: what cuts channels, where widths are decided.
  /// - Throws: `GraphError` when shapes cannot be inferred.
  public init(
    _ graph: Graph, quantized: [QuantizableLayer], device: DeviceCosts?,
    pruner: ChannelPruner? = nil
  ) throws {
    structure = try NetworkCost(graph)
    self.device = device
    places = device?.positions(of: quantized.map(\.name)) ?? []
    quantities = CostQuantity.structural + [.bitOps] + (device == nil ? [] : CostQuantity.physical)
    layers = quantized.map { WidthScaledLayer($0, of: graph, pruner?.dependencies) }
    guard let pruner else {
      widthCosts = [:]
      return
    }
    widthCosts = try Dictionary(
      uniqueKeysWithValues: CostQuantity.structural.map { quantity in
        let costs = try WidthCosts(
          quantity, of: graph, dependencies: pruner.dependencies, settings: pruner.settings)
        return (quantity, costs)
      })
  }

  /// Makes sure that the device can say what every layer costs at some bits.
  ///
  /// - Throws: `HardwareError` for bits that the device lacks and entries that a table lacks.
  public func check(_ quantizations: [LayerQuantization]) throws {
    try device?.check(quantizations)
  }

  /// The cost of a network in one quantity.
  ///
  /// Weights are counted at their bits, with a codebook where they are shared; everything else that is a
  /// parameter at 32 bits.
  ///
  /// - Parameters:
  ///   - quantizations: one for each quantised layer, in their order.
  ///   - widths: the groups that are narrower.
  public func cost(
    of quantizations: [LayerQuantization], widths: [Int: Int] = [:], in quantity: CostQuantity
  ) -> Int {
    switch quantity {
    case .macs, .parameters, .peakActivationBytes: return structure(quantity, widths)
    case .weightBytes:
      let decided = layers.reduce(0) { $0 + $1.weights(widths) }
      return zip(layers, quantizations).reduce(
        4 * (structure(.parameters, widths) - decided)
      ) { sum, pair in
        QuantizedCost.sum(
          sum,
          QuantizedCost.weightBytes(
            count: pair.0.weights(widths), bits: pair.1.weightBits, pair.1.quantizer))
      }
    case .bitOps:
      return zip(layers, quantizations).reduce(0) { sum, pair in
        QuantizedCost.sum(
          sum, QuantizedCost.bitOperations(macs: pair.0.macs(widths), pair.1))
      }
    case .latency: return physical(quantizations, widths).latency
    case .energy: return physical(quantizations, widths).energy
    }
  }

  private func physical(
    _ quantizations: [LayerQuantization], _ widths: [Int: Int]
  ) -> PhysicalCost {
    device?.cost(
      widths: widths, bits: zip(places, quantizations.lazy.map { LayerBits($0) })
    ) ?? PhysicalCost()
  }

  private func structure(_ quantity: CostQuantity, _ widths: [Int: Int]) -> Int {
    widths.isEmpty
      ? structure[quantity] : widthCosts[quantity]?.cost(widths) ?? structure[quantity]
  }
}

/// A layer whose weights and MACs follow the widths of the groups it reads and makes.
///
/// Both are in proportion to the input channels of one group of the convolution times all output channels.
private struct WidthScaledLayer {
  private let layer: QuantizableLayer
  private let inputs: Side?
  private let outputs: Side?

  private struct Side {
    let groups: [(group: Int, width: Int, perClass: Int)]
    let full: Int

    init?(_ value: String, _ dependencies: ChannelDependencies) {
      full = dependencies.classes(of: value).count
      guard full > 0 else { return nil }
      groups = dependencies.multiplicities(of: value).map {
        ($0.group, dependencies.groups[$0.group].width, $0.perClass)
      }
    }

    func channels(_ widths: [Int: Int]) -> Int {
      groups.reduce(0) { $0 + (widths[$1.group] ?? $1.width) * $1.perClass }
    }
  }

  init(_ layer: QuantizableLayer, of graph: Graph, _ dependencies: ChannelDependencies?) {
    self.layer = layer
    guard let dependencies, let node = graph.nodes.first(where: { $0.name == layer.name }) else {
      (inputs, outputs) = (nil, nil)
      return
    }
    let isDepthwise =
      layer.operatorType == "Conv" && layer.weightShape.rank > 1 && layer.weightShape[1] == 1
      && dependencies.classes(of: node.inputs[0]).count > 1
    inputs = isDepthwise ? nil : Side(node.inputs[0], dependencies)
    outputs = Side(node.outputs[0], dependencies)
  }

  func weights(_ widths: [Int: Int]) -> Int { scaled(layer.weightShape.count, widths) }
  func macs(_ widths: [Int: Int]) -> Int { scaled(layer.macs, widths) }

  private func scaled(_ total: Int, _ widths: [Int: Int]) -> Int {
    guard !widths.isEmpty else { return total }
    let full = (inputs?.full ?? 1) * (outputs?.full ?? 1)
    guard total % full == 0 else { return total }
    return total / full * (inputs?.channels(widths) ?? 1) * (outputs?.channels(widths) ?? 1)
  }
}
