/// Finds the tiling and the order of the loops with the fewest cycles, and of these the least energy.
///
/// The published simulator tries every tiling in powers of two under all 120 orders of the five loops. The
/// answer here is the same; what cannot be it is left out:
/// - tilings that do not fit, with every larger one along the same loop;
/// - tilings whose cycles cannot be few enough: they are tried in the order of a lower bound, until the bound
///   exceeds the best cycles found;
/// - orders that differ in loops of one tile, in loops alike, or after the last tensor stopped being held.
struct BitFusionSearch {
  private let array: BitFusionArray
  private let layer: BitFusionLayer
  private let energies: BitFusionEnergies
  private let counts: BitFusionTileCounts
  private var best: BitFusionOutcome?

  private init(array: BitFusionArray, layer: BitFusionLayer, energies: BitFusionEnergies) {
    self.array = array
    self.layer = layer
    self.energies = energies
    counts = BitFusionTileCounts(array: array, layer: layer)
  }

  /// The best outcome; nil when no tile fits into the buffers.
  static func best(
    array: BitFusionArray, layer: BitFusionLayer, energies: BitFusionEnergies
  ) -> BitFusionOutcome? {
    var search = BitFusionSearch(array: array, layer: layer, energies: energies)
    let candidates = search.candidates().sorted { $0.leastCycles < $1.leastCycles }
    for candidate in candidates {
      if let best = search.best, candidate.leastCycles > best.cycles { break }
      search.tryOrders(of: candidate)
    }
    return search.best
  }

  // MARK: - Tilings

  private struct Candidate {
    let tile: BitFusionTile
    let footprint: BitFusionTensors
    let computeCycles: Int
    let leastCycles: Int
  }

  private func candidates() -> [Candidate] {
    let batches = BitFusionLoop.choices(of: layer.batch)
    let channelsIn = BitFusionLoop.choices(of: layer.inputChannels)
    let channelsOut = BitFusionLoop.choices(
      of: layer.outputChannels, unit: layer.laysOutWindows ? 1 : array.columns)
    let sides = BitFusionLoop.choices(of: max(layer.outputHeight, layer.outputWidth))
    var candidates: [Candidate] = []
    for batch in batches {
      for side in sides {
        let height = BitFusionLoop(size: side.size, of: layer.outputHeight)
        let width = BitFusionLoop(size: side.size, of: layer.outputWidth)
        for channelOut in channelsOut {
          let outputs = counts.outputBits(
            positions: SaturatingCount.product(batch.size, height.size, width.size),
            outputChannels: channelOut.size)
          if outputs > array.halves.outputs { break }
          for channelIn in channelsIn {
            let tile = BitFusionTile(
              batch: batch, height: height, width: width, inputChannels: channelIn,
              outputChannels: channelOut)
            let footprint = BitFusionTensors(
              weights: counts.weightBits(
                inputChannels: channelIn.size, outputChannels: channelOut.size),
              inputs: counts.inputBits(tile), outputs: outputs)
            // More channels take more of both.
            if footprint.weights > array.halves.weights || footprint.inputs > array.halves.inputs {
              break
            }
            candidates.append(candidate(tile, footprint))
          }
        }
      }
    }
    return candidates
  }

  /// With a bound on its cycles over all orders: the compute and what has to come in and go out before and
  /// after it, or each tensor moved once for every tile that it depends on.
  private func candidate(_ tile: BitFusionTile, _ footprint: BitFusionTensors) -> Candidate {
    let compute = counts.computeCycles(tile)
    let lead =
      SaturatingCount.ceiling(
        footprint.weights + footprint.inputs + footprint.outputs, by: array.dramBits)
      + SaturatingCount.ceiling(footprint.outputs, by: array.dramBits)
    var least = footprint
    for loop in loops(of: tile) {
      if loop.weights { least.weights = SaturatingCount.product(least.weights, loop.count) }
      if loop.inputs { least.inputs = SaturatingCount.product(least.inputs, loop.count) }
      if loop.outputs { least.outputs = SaturatingCount.product(least.outputs, loop.count) }
    }
    let traffic = SaturatingCount.sum(
      SaturatingCount.sum(least.weights, least.inputs), SaturatingCount.product(least.outputs, 2))
    return Candidate(
      tile: tile, footprint: footprint, computeCycles: compute,
      leastCycles: max(
        SaturatingCount.sum(compute, lead), SaturatingCount.ceiling(traffic, by: array.dramBits)))
  }

  /// The loops of more than one tile; the others change nothing wherever they are.
  private func loops(of tile: BitFusionTile) -> [BitFusionTraffic.Loop] {
    func positions(_ count: Int) -> BitFusionTraffic.Loop {
      BitFusionTraffic.Loop(count: count, weights: false, inputs: true, outputs: true)
    }
    return [
      positions(tile.batch.count), positions(tile.width.count), positions(tile.height.count),
      BitFusionTraffic.Loop(
        count: tile.inputChannels.count, weights: true, inputs: true, outputs: false),
      BitFusionTraffic.Loop(
        count: tile.outputChannels.count, weights: true, inputs: layer.depthMultiplier != nil,
        outputs: true),
    ].filter { $0.count > 1 }
  }

  // MARK: - Orders

  private mutating func tryOrders(of candidate: Candidate) {
    let moves = counts.moves(candidate.tile)
    let base = energies.ofCompute(cycles: candidate.computeCycles, moves: moves)
    var orders = Orders(
      loops: loops(of: candidate.tile), halves: array.halves, best: best,
      outcome: { [array, energies] traffic, best in
        let cycles = traffic.cycles(compute: candidate.computeCycles, dramBits: array.dramBits)
        if let best, cycles > best.cycles { return nil }
        let energy = base + energies.ofTraffic(traffic)
        if let best, cycles == best.cycles, energy >= best.energy { return nil }
        return BitFusionOutcome(
          cycles: cycles, computeCycles: candidate.computeCycles, energy: energy, moves: moves,
          filled: BitFusionTensors(
            weights: traffic.weights.bits, inputs: traffic.inputs.bits,
            outputs: traffic.outputs.bits))
      })
    orders.wrap(BitFusionTraffic(of: candidate.footprint), left: (1 << orders.loops.count) - 1)
    best = orders.best
  }

  /// Walks all orders of a tiling's loops, from the innermost outwards, sharing what they begin with.
  private struct Orders {
    let loops: [BitFusionTraffic.Loop]
    let halves: BitFusionTensors
    var best: BitFusionOutcome?
    /// The outcome when it is better than the best.
    let outcome: (BitFusionTraffic, BitFusionOutcome?) -> BitFusionOutcome?

    mutating func wrap(_ traffic: BitFusionTraffic, left: Int) {
      guard left != 0 else {
        if let better = outcome(traffic, best) { best = better }
        return
      }
      for next in loops.indices where left & (1 << next) != 0 && !hasTwin(of: next, left: left) {
        var wider = traffic
        wider.wrap(in: loops[next], halves: halves)
        wrap(wider, left: left & ~(1 << next))
        // Every order of the loops left multiplies everything.
        if !traffic.holdsAny { return }
      }
    }

    /// Whether an earlier loop that is left does the same.
    private func hasTwin(of place: Int, left: Int) -> Bool {
      for earlier in 0..<place where left & (1 << earlier) != 0 && loops[earlier] == loops[place] {
        return true
      }
      return false
    }
  }
}

/// What the search found.
struct BitFusionOutcome {
  /// Compute and stalls.
  let cycles: Int
  let computeCycles: Int
  /// In picojoules.
  let energy: Double
  /// Between the buffers and the array.
  let moves: BitFusionTensors
  /// Between DRAM and the buffers; outputs both ways.
  let filled: BitFusionTensors
}
