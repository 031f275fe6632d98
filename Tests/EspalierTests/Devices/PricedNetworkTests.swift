import Compression
import CompressionPolicies
import Foundation
import Hardware
import Interchange
import Networks
import Tensors
import Testing
import Units

@testable import Espalier

@Suite struct PricedNetworkTests {
  static func graph() throws -> Graph {
    var generator = SeededGenerator(seed: 1)
    return try ModelBuilder.named("resnet8").graph(
      ModelParameters(widthMultiplier: 0.25), using: &generator)
  }

  @Test func withoutADeviceOnlyTheNetworkIsCounted() throws {
    let network = try PricedNetwork(Self.graph(), on: nil)
    #expect(network.cost == nil && network.batch == 1)
    #expect(network.macs == (try NetworkCost(Self.graph()).macs))
    #expect(network.layers.allSatisfy { $0.bits == LayerBits(32) })
    #expect(try network.json.child(at: "total").double(at: "macs") == Double(network.macs))
    #expect(network.json["total"]?["latencySeconds"] == nil)
  }

  @Test func theTotalIsTheSumOfTheLayers() throws {
    let device = PricingDevice(StepDevice(), batch: 3)
    let network = try PricedNetwork(Self.graph(), on: device)
    let macs = 3 * (try NetworkCost(Self.graph()).macs)
    #expect(network.batch == 3 && network.macs == macs && network.cost?.cycles == macs)
    let json = network.json
    #expect(try json.string(at: "device") == "step")
    #expect(try json.child(at: "total").int(at: "cycles") == macs)
    for layer in try json.elements(at: "layers") {
      for field in ["macs", "weightBytes", "bitOps", "cycles", "computeCycles", "stallCycles"] {
        #expect(try layer.int(at: field) >= 0)
      }
      #expect(try layer.double(at: "latencySeconds") == layer.double(at: "macs") / 1000)
      #expect(try layer.string(at: "bits") == "8/8")
    }
  }

  @Test func aBatchAndBitsThatAreGivenHold() throws {
    let device = PricingDevice(StepDevice(), batch: 3)
    let bits = LayerBits(weights: BitWidth(4), activations: BitWidth(8))
    let network = try PricedNetwork(Self.graph(), on: device, batch: 1, bits: bits)
    let whole = try PricedNetwork(Self.graph(), on: device, batch: 1)
    #expect(2 * network.weightBytes == whole.weightBytes)
    #expect(2 * network.bitOperations == whole.bitOperations)
  }

  @Test func defaultBitsAreEightOrTheWidest() {
    var device = StepDevice()
    #expect(PricingDevice(device).defaultBits == LayerBits(8))
    device.supportedBits = SupportedBits(weights: [2, 16], activations: [4])
    #expect(
      PricingDevice(device).defaultBits
        == LayerBits(weights: BitWidth(16), activations: BitWidth(4)))
  }

  @Test func bitsThatADeviceLacksAreNamedWithTheLayer() throws {
    let name = try #require(try Self.graph().layers(batch: 1).first?.name)
    let decided = [name: DecidedBits(weights: BitWidth(3), activations: nil)]
    #expect(
      throws: EspalierError.unpriced(
        layer: name, reason: "device 'step' has no 3-bit weights, only 4, 8")
    ) {
      try PricedNetwork(
        Self.graph(), on: PricingDevice(StepDevice()), bitsByLayer: decided)
    }
  }

  // MARK: - Policies

  private func policy(of tiny: TinySearch) throws -> CompressionPolicy {
    _ = try SearchRun.run(
      {
        var request = tiny.request("run")
        request.episodes = 1
        return request
      }())
    return try CompressionPolicy(reading: tiny.folder("run/policy.json"))
  }

  @Test func aPolicysChannelsAndBitsArePriced() throws {
    let tiny = try TinySearch()
    var policy = try policy(of: tiny)
    let model = try ModelFile(tiny.folder("tiny.onnx"))
    let name = policy.layers[1].name
    policy.layers[1].weightBits = BitWidth(4)
    let shapes = try policy.shapes(of: model)
    let network = try PricedNetwork(
      shapes.graph, on: PricingDevice(StepDevice()), bitsByLayer: shapes.bitsByLayer)
    #expect(network.macs == policy.compressed.macs.macs)
    #expect(network.macs < (try NetworkCost(model.graph).macs))
    for layer in network.layers where layer.macs > 0 {
      #expect(layer.bits.weights.value == (layer.layer.name == name ? 4 : 8))
      let decided = policy.layers.first { $0.name == layer.layer.name }
      if let kept = decided?.keptInputChannels {
        #expect(layer.layer.workload.inputChannels == kept)
      }
    }
  }

  @Test func aPolicyForAnotherModelIsRefused() throws {
    let tiny = try TinySearch()
    var policy = try policy(of: tiny)
    try TinySearch.network(seed: 2, to: tiny.folder("other.onnx"))
    let other = try ModelFile(tiny.folder("other.onnx"))
    #expect(
      throws: EspalierError.otherModel(expected: policy.model.sha256, found: other.sha256)
    ) { try policy.shapes(of: other) }
    policy.layers[0].name = "nobody"
    let model = try ModelFile(tiny.folder("tiny.onnx"))
    #expect(throws: CompressionError.self) { try policy.shapes(of: model) }
  }
}
