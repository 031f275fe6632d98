import Hardware

/// The published simulator's search told literally: every tiling under all 120 orders, in plain arithmetic,
/// sharing nothing with the model.
struct BitFusionBruteForce {
  var rows = 16, columns = 32, bandwidth = 192
  var weightBuffer = 65536, inputBuffer = 32768, outputBuffer = 16384
  let layer: Workload
  let weightBits: Int, activationBits: Int

  struct Outcome: Equatable {
    var cycles = Int.max, compute = 0
    var wbuf = [0, 0], ibuf = [0, 0], obuf = [0, 0], dram = [0, 0]
    var energy = Double.infinity

    static func == (left: Outcome, right: Outcome) -> Bool {
      left.cycles == right.cycles && left.compute == right.compute && left.wbuf == right.wbuf
        && left.ibuf == right.ibuf && left.obuf == right.obuf && left.dram == right.dram
        && (left.energy - right.energy).magnitude <= 1e-9 * right.energy
    }
  }

  /// One way to cut the layer; counts and sizes in the order batch, width, height, in, out.
  struct Tiling {
    let sizes: [Int], counts: [Int]
  }

  static func ceiling(_ a: Int, _ b: Int) -> Int { (a + b - 1) / b }

  static let orders: [[Int]] = {
    func orders(_ left: [Int]) -> [[Int]] {
      left.isEmpty
        ? [[]] : left.flatMap { first in orders(left.filter { $0 != first }).map { [first] + $0 } }
    }
    return orders([0, 1, 2, 3, 4])
  }()

  func best() -> Outcome? {
    var best: Outcome?
    for tiling in tilings() {
      for order in Self.orders {
        guard let outcome = outcome(tiling, order) else { break }
        if let old = best, (old.cycles, old.energy) <= (outcome.cycles, outcome.energy) { continue }
        best = outcome
      }
    }
    return best
  }

  private var laidOut: Bool { layer.isFirst && layer.operation == .convolution }
  private var depthwise: Bool { layer.isDepthwise }

  private func tilings() -> [Tiling] {
    func steps(_ extent: Int, _ unit: Int = 1) -> Int {
      var steps = 0
      while unit << steps < extent { steps += 1 }
      return steps
    }
    let extents = [
      layer.batch, layer.output.width, layer.output.height,
      layer.inputChannels / layer.groups,
      depthwise ? layer.outputChannels : layer.outputChannels / layer.groups,
    ]
    let unit = laidOut ? 1 : columns
    var tilings: [Tiling] = []
    for b in 0...steps(extents[0]) {
      for o in 0...steps(max(extents[1], extents[2])) {
        for i in 0...steps(extents[3]) {
          for c in 0...steps(extents[4], unit) {
            let sizes = zip([1 << b, 1 << o, 1 << o, 1 << i, unit << c], extents).map {
              min($0, $1)
            }
            tilings.append(
              Tiling(sizes: sizes, counts: zip(extents, sizes).map { Self.ceiling($0, $1) }))
          }
        }
      }
    }
    return tilings
  }

  private func outcome(_ tiling: Tiling, _ order: [Int]) -> Outcome? {
    let (b, ow, oh) = (tiling.sizes[0], tiling.sizes[1], tiling.sizes[2])
    let (ic, oc) = (tiling.sizes[3], tiling.sizes[4])
    let (a, w) = (activationBits, weightBits)
    let area = layer.kernel.height * layer.kernel.width
    let nf = rows * (8 / max(a, 2)) * (8 / max(w, 2))
    let multiplier = depthwise ? layer.outputChannels / layer.groups : 1
    let channels = depthwise ? Self.ceiling(oc, multiplier) : ic
    let iw = layer.kernel.width + (ow - 1) * layer.stride.width
    let ih = layer.kernel.height + (oh - 1) * layer.stride.height
    // weights, inputs, outputs
    let tile = [
      Self.ceiling(area * ic, nf) * nf * oc * w,
      (laidOut ? ow * oh * area : iw * ih) * channels * b * a,
      ow * oh * Self.ceiling(oc, columns) * columns * b * 32,
    ]
    let halves = [weightBuffer * 4, inputBuffer * 4, outputBuffer * 4]
    if zip(tile, halves).contains(where: { $0 > $1 }) { return nil }
    let depends = [
      [false, false, false, true, true], [true, true, true, true, depthwise],
      [true, true, true, false, true],
    ]
    var traffic = tile
    var held = tile
    var promoted = [true, true, true]
    for loop in order.reversed() {
      for tensor in 0..<3 where !promoted[tensor] || depends[tensor][loop] {
        traffic[tensor] *= tiling.counts[loop]
        guard promoted[tensor] else { continue }
        if traffic[tensor] > halves[tensor] {
          promoted[tensor] = false
        } else {
          held[tensor] = traffic[tensor]
        }
      }
    }
    let tiles = tiling.counts.reduce(1, *)
    let inner = moves(b * ow * oh, ic, channels, oc, area, nf).map { $0 * tiles }
    var outcome = Outcome()
    outcome.compute =
      tiles * b * ow * oh * Self.ceiling(oc, columns)
      * (laidOut ? Self.ceiling(area * ic, nf) : area * Self.ceiling(ic, nf))
    let sum = held.reduce(0, +)
    let rest = traffic.reduce(0, +) + traffic[2] - sum - held[2]
    outcome.cycles =
      outcome.compute + max(0, Self.ceiling(rest, bandwidth) - outcome.compute)
      + Self.ceiling(sum, bandwidth) + Self.ceiling(held[2], bandwidth)
    outcome.wbuf = [inner[0], traffic[0]]
    outcome.ibuf = [inner[1], traffic[1]]
    outcome.obuf = [inner[2] + traffic[2], inner[2] + traffic[2]]
    outcome.dram = [traffic.reduce(0, +), traffic[2]]
    outcome.energy = energy(outcome)
    return outcome
  }

  /// Weights, inputs and outputs that a tile moves with the best tensor kept in the array.
  private func moves(
    _ p: Int, _ ic: Int, _ channels: Int, _ oc: Int, _ area: Int, _ nf: Int
  ) -> [Int] {
    let (a, w) = (activationBits, weightBits)
    let i = Self.ceiling(oc, columns) * columns
    let o = laidOut ? Self.ceiling(area * ic, nf) * nf : Self.ceiling(ic, nf) * nf * area
    let (kept1, kept2, kept3) = (
      o * p * (a + i * (w + 32)), i * p * (32 + o * (a + w)), o * i * (w + p * (a + 32))
    )
    let all = area * ic * oc * p
    if kept1 <= min(kept2, kept3) { return [all * w, area * channels * p * a, all * 32] }
    if kept2 <= kept3 { return [all * w, all * a, oc * p * 32] }
    return [area * ic * oc * w, all * a, all * 32]
  }

  /// In picojoules, with the figures of the simulator's bf_e_conf.ini.
  private func energy(_ outcome: Outcome) -> Double {
    func part(_ bits: [Int], _ read: Double, _ written: Double) -> Double {
      Double(bits[0]) * read + Double(bits[1]) * written
    }
    return Double(outcome.compute) * 0.4591875 * Double(rows * columns)
      + part(outcome.wbuf, 0.02136565625, 0.02891615625)
      + part(outcome.ibuf, 0.059474375, 0.1137040625)
      + part(outcome.obuf, 0.0331553125, 0.0730840625) + part(outcome.dram, 15, 15)
  }
}
