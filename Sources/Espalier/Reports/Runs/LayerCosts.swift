import Compression
import CompressionPolicies
import Foundation
import Hardware
import Networks
import Units

/// What each layer costs before and after: the policy's shapes and bits, priced.
struct LayerCosts {
  /// One layer, for one example; time and energy for one batch of the device.
  struct Layer: Equatable {
    var name: String
    /// By the policy's names of costs.
    var before: [String: Double]
    var after: [String: Double]
  }

  /// The layers that compute, in graph order.
  let layers: [Layer]
  /// The device; nil where none was asked.
  let device: String?

  /// The costs of a run's policy.
  ///
  /// - Parameters:
  ///   - model: the file of the original network; nil takes where the search found it.
  ///   - devices: folders with devices of one's own.
  /// - Throws: what keeps the network or the device from being read or priced, in one sentence.
  init(_ run: RunRecord, model: URL?, devices: [URL]) throws {
    guard
      let model = model ?? run.environment["model"]?.stringValue.map({ URL(fileURLWithPath: $0) })
    else { throw EspalierError.missing(what: "where the model is", option: "--model FILE") }
    let policy = try CompressionPolicy(reading: run.directory.policy)
    let file = try ModelFile(model)
    let shapes = try policy.shapes(of: file)
    // A search for bits counts the network as it came with eight bits, or what is nearest on the device.
    let reference = policy.quantization == nil ? nil : LayerBits(8)
    func plain(_ graph: Graph, _ bits: [String: DecidedBits]) throws -> [PricedNetwork.Layer] {
      try PricedNetwork(graph, on: nil, bits: reference, bitsByLayer: bits).layers
    }
    let before = try plain(file.graph, [:])
    let after = try plain(shapes.graph, shapes.bitsByLayer)
    let pricing = try policy.device.map { name in
      try DeviceCatalog(own: devices).pricingDevice(
        run.environment["device"]?.stringValue ?? name)
    }
    device = pricing?.name
    let priced = try pricing.map { device in
      (
        try PricedNetwork(file.graph, on: device).layers,
        try PricedNetwork(shapes.graph, on: device, bitsByLayer: shapes.bitsByLayer).layers
      )
    }
    let ends = Dictionary(after.map { ($0.layer.name, $0) }) { first, _ in first }
    let pricedStarts = Dictionary((priced?.0 ?? []).map { ($0.layer.name, $0) }) { $1 }
    let pricedEnds = Dictionary((priced?.1 ?? []).map { ($0.layer.name, $0) }) { $1 }
    let showsBits = policy.quantization != nil
    layers = before.filter { $0.macs > 0 }.compactMap { layer in
      let name = layer.layer.name
      guard let end = ends[name] else { return nil }
      return Layer(
        name: name,
        before: Self.costs(layer, pricedStarts[name], showsBits: showsBits),
        after: Self.costs(end, pricedEnds[name], showsBits: showsBits))
    }
  }

  private static func costs(
    _ layer: PricedNetwork.Layer, _ priced: PricedNetwork.Layer?, showsBits: Bool
  ) -> [String: Double] {
    var costs = ["macs": Double(layer.macs), "weightBytes": Double(layer.weightBytes)]
    if showsBits { costs["bitOps"] = Double(layer.bitOperations) }
    if let cost = priced?.cost {
      costs["latencySeconds"] = cost.latency.value
      costs["energyJoules"] = cost.energy.value
    }
    return costs
  }

  /// The costs that are known, in the order of reports.
  var names: [CostName] {
    CostName.all.filter { name in layers.contains { $0.before[name.field] != nil } }
  }
}
