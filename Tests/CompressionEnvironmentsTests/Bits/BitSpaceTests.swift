import Compression
import Hardware
import Networks
import Tensors
import Testing
import Units

@testable import CompressionEnvironments

@Suite struct BitSpaceTests {
  @Test func twoDecisionsALayerWeightsFirstTheEndsPinned() throws {
    let space = try SmallBits.space()
    #expect(space.decisions.map(\.layer) == ["b", "b", "c", "c"])
    #expect(space.operands == [.weights, .activations, .weights, .activations])
    let shared = try SmallBits.space(BitRules(quantizer: .kMeans, granularity: .tensor))
    #expect(shared.operands == [.weights, .weights])
    let open = try SmallBits.space(BitRules(firstBits: nil, lastBits: 6))
    #expect(open.decisions.map(\.layer) == ["a", "a", "b", "b", "c", "c"])
  }

  @Test func pinsAreInForceWhateverIsChosen() throws {
    let space = try SmallBits.space(BitRules(weightBits: [1, 2, 8], activationBits: [1, 8]))
    for choices in SmallBits.all(space) {
      let all = space.quantizations(choices)
      #expect(all.map(\.layer) == ["a", "b", "c", "classes"])
      #expect(all[0].weightBits == 8 && all[0].activationBits == 8)
      #expect(all[3].weightBits == 8 && all[3].activationBits == 8)
      #expect(
        [all[1].weightBits, all[1].activationBits, all[2].weightBits, all[2].activationBits]
          == choices)
    }
  }

  @Test func aNetworkOfTwoLayersHasNothingToDecide() throws {
    var graph = SmallProblems.chain
    graph.nodes = graph.nodes.filter { ["a", "a.relu"].contains($0.name) }
    graph.outputs = [Graph.Value(name: "a.relu", extents: nil)]
    let candidates = try SmallBits.candidates(graph)
    #expect(throws: CompressionError.self) {
      try BitSpace(
        candidates,
        costs: QuantizedCosts(candidates.graph, quantized: candidates.layers, device: nil),
        rules: BitRules())
    }
  }

  @Test func costsByHand() throws {
    let space = try SmallBits.space()
    let choices = [4, 3, 2, 5]
    let cost = space.cost(choices)
    #expect(cost.bitOps == 5184 * 64 + 3456 * 12 + 5184 * 10 + 12 * 64)
    // 108 and 12 bytes pinned, 288 weights of 4 bits, 432 of 2, and 20 biases as floats.
    #expect(cost.weightBytes == 108 + 144 + 108 + 12 + 4 * 20)
    #expect(cost.macs == 5184 + 3456 + 5184 + 12 && cost.parameters == 860)
    #expect(cost.latency == nil && cost.energy == nil)
    // Half a byte counts as one: 432 weights of 3 bits are 162 bytes, 288 of 5 are 180.
    #expect(space.cost([5, 8, 3, 8], in: .weightBytes) == 108 + 180 + 162 + 12 + 80)
    #expect(space.originalCost.bitOps == 64 * (5184 + 3456 + 5184 + 12))
    let shared = try SmallBits.space(BitRules(quantizer: .kMeans, granularity: .tensor))
    // A codebook of 2^b floats each; the pinned ones have 256.
    #expect(
      shared.cost([4, 2], in: .weightBytes)
        == (108 + 1024) + (144 + 64) + (108 + 16) + (12 + 1024) + 80)
  }

  @Test(arguments: [1, 3])
  func timeAndEnergyAreThoseOfTheModelLayerByLayer(_ batch: Int) throws {
    let model = RuledDevice()
    let space = try SmallBits.space(BitRules(), model, batch: batch)
    for choices in [[4, 3, 2, 5], [8, 8, 8, 8], [2, 2, 2, 2]] {
      let bits = Dictionary(
        uniqueKeysWithValues: space.quantizations(choices).map { ($0.layer, $0) })
      var (seconds, joules) = (0.0, 0.0)
      for layer in try SmallProblems.chain.layers(batch: batch) {
        let own = bits[layer.name]
        let cost = try model.cost(
          of: layer.workload,
          bits: LayerBits(
            weights: BitWidth(own?.weightBits ?? 8), activations: BitWidth(own?.activationBits ?? 8)
          ))
        seconds += cost.latency.value
        joules += cost.energy.value
      }
      let cost = space.cost(choices)
      #expect(abs(cost.amount(of: .latency) - seconds) < 1e-10)
      #expect(abs(cost.amount(of: .energy) - joules) < 1e-13)
      // By hand: a nanosecond for each bit operation; each of four layers is rounded up to a picosecond.
      let byHand = (cost.bitOps ?? 0) * batch * 1000
      #expect((byHand...byHand + 4).contains(cost.latency ?? 0))
    }
  }

  @Test func bitsThatTheDeviceLacksAreNamedBeforeTheSearch() throws {
    var model = RuledDevice()
    model.supportedBits = SupportedBits(weights: [2, 4, 8], activations: [2, 4, 8])
    #expect(throws: HardwareError.self) { try SmallBits.space(BitRules(), model) }
    _ = try SmallBits.space(BitRules(weightBits: [2, 4, 8], activationBits: [2, 8]), model)
  }

  @Test func uniformTakesTheNearestBitsOfTwoTheMore() throws {
    #expect(try SmallBits.space().uniform(4) == [4, 4, 4, 4])
    let rough = try SmallBits.space(BitRules(weightBits: [2, 8], activationBits: [2, 4, 8]))
    #expect(rough.uniform(4) == [2, 4, 2, 4])
    #expect(rough.uniform(5) == [8, 4, 8, 4])
    #expect(rough.uniform(6) == [8, 8, 8, 8])
  }

  @Test func oneBitNeitherDividesByZeroNorCrashes() throws {
    for quantizer in LayerQuantization.Quantizer.allCases {
      let space = try SmallBits.space(
        BitRules(
          quantizer: quantizer, granularity: .tensor, weightBits: [1], activationBits: [1],
          firstBits: 1, lastBits: 1))
      let graph = try space.network(space.uniform(1))
      let outputs = try Executor(graph, batch: 20).run(["x": SmallBits.images()])
      #expect(try #require(outputs["classes"]).scalars.allSatisfy(\.isFinite))
      let weights = try #require(graph.initializers["b.weight"]?.tensor)
      #expect(Set(weights.scalars).count == 2)
    }
  }
}
