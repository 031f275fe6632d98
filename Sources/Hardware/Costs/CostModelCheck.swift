/// Holds any cost model to what an agent may rely on.
///
/// The contract: a model is deterministic; times, energies and counts are finite and not negative; cycles are
/// those that compute and those that wait; bits that the device lacks are refused; neither time nor energy falls
/// when the bits of weights or activations, the channels on either side or the batch grow; and twice the batch
/// costs at most twice. Growth is compared exactly, twice the batch to a relative 10⁻¹² (sums of rounded
/// terms). A layer that a model refuses as `HardwareError.unsupportedLayer` or `missingEntry` is passed over.
///
/// What it finds is returned: some published models are not monotone, and their READMEs say where.
public struct CostModelCheck {
  private let model: any CostModel
  private var violations: [CostModelViolation] = []
  private var tried: Set<CostModelViolation.Rule> = []
  private var hasFailed = false

  /// What became of every rule: broken, never tried, or else it holds.
  public struct Report: Equatable, Sendable {
    /// Every place where a rule is broken.
    public let violations: [CostModelViolation]
    /// Why rules were not tried, or not to the end.
    public let untried: [CostModelViolation.Rule: String]
  }

  /// All violations of a model on some layers, with all the bits that it supports.
  ///
  /// - Parameters:
  ///   - layers: those tried, each also with one more channel (a group) and twice the channels on either side,
  ///     and with one more and twice the examples.
  ///   - bits: those with which channels and batches grow; all pairs of the least and most bits when left
  ///     out.
  public static func violations(
    of model: any CostModel, layers: [Workload], bits: [LayerBits]? = nil
  ) -> [CostModelViolation] {
    report(on: model, layers: layers, bits: bits).violations
  }

  /// What became of every rule on some layers: as `violations(of:layers:bits:)`, and what was never tried.
  ///
  /// Where a model fails, other than by refusing a layer or bits, no rule counts as kept.
  public static func report(
    on model: any CostModel, layers: [Workload], bits: [LayerBits]? = nil
  ) -> Report {
    var check = CostModelCheck(model: model)
    let supported = model.supportedBits
    let chosen = bits ?? Self.corners(of: supported)
    for layer in layers {
      check.tryBits(of: layer)
      for bits in chosen {
        check.tryChannels(of: layer, bits: bits)
        check.tryBatches(of: layer, bits: bits)
      }
    }
    return check.report
  }

  private var report: Report {
    let broken = Set(violations.map(\.rule))
    var untried: [CostModelViolation.Rule: String] = [:]
    for rule in CostModelViolation.Rule.allCases where !broken.contains(rule) {
      if hasFailed {
        untried[rule] = "the model failed before this was through"
      } else if !tried.contains(rule) {
        untried[rule] =
          rule == .cyclesAddUp
          ? "the model counts no cycles" : "no two layers to compare were priced"
      }
    }
    return Report(violations: violations, untried: untried)
  }

  private init(model: any CostModel) { self.model = model }

  private static func corners(of supported: SupportedBits) -> [LayerBits] {
    func ends(_ bits: [Int]) -> [Int] { Set([bits.first, bits.last].compactMap(\.self)).sorted() }
    return ends(supported.weights).flatMap { weights in
      ends(supported.activations).map {
        LayerBits(weights: .init(weights), activations: .init($0))
      }
    }
  }

  // MARK: - Bits

  private mutating func tryBits(of layer: Workload) {
    let supported = model.supportedBits
    var costs: [LayerBits: Cost] = [:]
    for weights in supported.weights {
      for activations in supported.activations {
        let bits = LayerBits(weights: .init(weights), activations: .init(activations))
        if let cost = checked(layer, bits) { costs[bits] = cost }
      }
    }
    for bits in costs.keys.sorted(by: {
      ($0.weights, $0.activations) < ($1.weights, $1.activations)
    }) {
      let (weights, activations) = (bits.weights, bits.activations)
      if let more = supported.weights.first(where: { $0 > weights.value }) {
        let next = LayerBits(weights: .init(more), activations: activations)
        compare(
          costs[bits], costs[next], layer, bits, "\(next) bits",
          rules: (.weightBitsLatency, .weightBitsEnergy))
      }
      if let more = supported.activations.first(where: { $0 > activations.value }) {
        let next = LayerBits(weights: weights, activations: .init(more))
        compare(
          costs[bits], costs[next], layer, bits, "\(next) bits",
          rules: (.activationBitsLatency, .activationBitsEnergy))
      }
    }
    tryForeignBits(of: layer)
  }

  /// The least bits that a device lacks on either side, and those above its most.
  private mutating func tryForeignBits(of layer: Workload) {
    let supported = model.supportedBits
    guard let weights = supported.weights.last, let activations = supported.activations.last else {
      return
    }
    func lacking(_ bits: [Int], _ last: Int) -> [Int] {
      [(0...last + 1).first { !bits.contains($0) } ?? 0, last + 1]
    }
    let foreign =
      lacking(supported.weights, weights).map {
        LayerBits(weights: .init($0), activations: .init(activations))
      }
      + lacking(supported.activations, activations).map {
        LayerBits(weights: .init(weights), activations: .init($0))
      }
    tried.insert(.bits)
    for bits in foreign {
      do throws(HardwareError) {
        _ = try model.cost(of: layer, bits: bits)
        report(.bits, layer, bits, "bits that the device lacks are priced")
      } catch .unsupportedBits {
      } catch {
        report(.bits, layer, bits, "expected a refusal of the bits, found: \(error)")
      }
    }
  }

  // MARK: - Channels and batches

  private mutating func tryChannels(of layer: Workload, bits: LayerBits) {
    guard let cost = cost(layer, bits) else { return }
    for more in [layer.groups, layer.inputChannels] {
      let wider =
        layer.isDepthwise
        ? try? layer.with(
          inputChannels: layer.inputChannels + more,
          outputChannels: layer.outputChannels / layer.groups * (layer.groups + more))
        : try? layer.with(
          inputChannels: layer.inputChannels + more, outputChannels: layer.outputChannels)
      guard let wider else { continue }
      compare(
        cost, self.cost(wider, bits), layer, bits, "\(wider.inputChannels) input channels",
        rules: (.inputChannelsLatency, .inputChannelsEnergy))
    }
    for more in [layer.groups, layer.outputChannels] {
      guard
        let wider = try? layer.with(
          inputChannels: layer.inputChannels, outputChannels: layer.outputChannels + more)
      else { continue }
      compare(
        cost, self.cost(wider, bits), layer, bits, "\(wider.outputChannels) output channels",
        rules: (.outputChannelsLatency, .outputChannelsEnergy))
    }
  }

  private mutating func tryBatches(of layer: Workload, bits: LayerBits) {
    guard let cost = cost(layer, bits) else { return }
    for batch in [layer.batch + 1, layer.batch * 2] {
      guard let larger = try? layer.with(batch: batch), let more = self.cost(larger, bits) else {
        continue
      }
      compare(
        cost, more, layer, bits, "batch \(batch)", rules: (.batchLatency, .batchEnergy))
      guard batch == layer.batch * 2 else { continue }
      tried.formUnion([.twiceTheBatchLatency, .twiceTheBatchEnergy])
      let most = 2 * (1 + 1e-12)
      if more.latency.value > most * cost.latency.value {
        report(
          .twiceTheBatchLatency, layer, bits,
          "\(cost.latency), and \(more.latency) for twice the batch")
      }
      if more.energy.value > most * cost.energy.value {
        report(
          .twiceTheBatchEnergy, layer, bits,
          "\(cost.energy), and \(more.energy) for twice the batch")
      }
    }
  }

  // MARK: - One cost

  /// The cost of supported bits, with everything that can be seen from it alone.
  private mutating func checked(_ layer: Workload, _ bits: LayerBits) -> Cost? {
    let cost: Cost
    do throws(HardwareError) {
      cost = try model.cost(of: layer, bits: bits)
    } catch .unsupportedLayer {
      return nil
    } catch .missingEntry {
      return nil
    } catch {
      if !note(error, layer, bits) {
        report(.bits, layer, bits, "bits that the device has are refused: \(error)")
      }
      return nil
    }
    tried.formUnion([.deterministic, .finite])
    if self.cost(layer, bits) != cost {
      report(.deterministic, layer, bits, "another cost when asked again")
    }
    let counts =
      [cost.cycles, cost.computeCycles, cost.stallCycles]
      + cost.accesses.flatMap { [$0.readBits, $0.writtenBits] }
    let measures = [cost.latency.value, cost.energy.value]
    if counts.contains(where: { $0 < 0 }) || measures.contains(where: { !$0.isFinite || $0 < 0 }) {
      report(.finite, layer, bits, "\(cost)")
    }
    if cost.cycles != 0 {
      tried.insert(.cyclesAddUp)
      let (sum, overflow) = cost.computeCycles.addingReportingOverflow(cost.stallCycles)
      if overflow || sum != cost.cycles {
        report(
          .cyclesAddUp, layer, bits,
          "\(cost.cycles) cycles, \(cost.computeCycles) that compute and \(cost.stallCycles) that wait"
        )
      }
    }
    return cost
  }

  private mutating func cost(_ layer: Workload, _ bits: LayerBits) -> Cost? {
    do throws(HardwareError) {
      return try model.cost(of: layer, bits: bits)
    } catch {
      _ = note(error, layer, bits)
      return nil
    }
  }

  /// A model that fails leaves the check unfinished, which is told of once; one that refuses does not.
  private mutating func note(_ error: HardwareError, _ layer: Workload, _ bits: LayerBits) -> Bool {
    guard case .model = error else { return false }
    if !hasFailed { report(.bits, layer, bits, "no price: \(error)") }
    hasFailed = true
    return true
  }

  private mutating func compare(
    _ less: Cost?, _ more: Cost?, _ layer: Workload, _ bits: LayerBits, _ change: String,
    rules: (latency: CostModelViolation.Rule, energy: CostModelViolation.Rule)
  ) {
    guard let less, let more else { return }
    tried.formUnion([rules.latency, rules.energy])
    if more.latency < less.latency || more.cycles < less.cycles {
      report(
        rules.latency, layer, bits,
        "\(less.latency) (\(less.cycles) cycles), and \(more.latency) (\(more.cycles)) with \(change)"
      )
    }
    if more.energy < less.energy {
      report(rules.energy, layer, bits, "\(less.energy), and \(more.energy) with \(change)")
    }
  }

  private mutating func report(
    _ rule: CostModelViolation.Rule, _ layer: Workload, _ bits: LayerBits, _ found: String
  ) {
    violations.append(
      CostModelViolation(rule: rule, workload: layer, bits: bits, found: found))
  }
}

extension Workload {
  /// The same layer with other channels; a depthwise one stays depthwise.
  fileprivate func with(inputChannels: Int, outputChannels: Int) throws(HardwareError) -> Workload {
    try Workload(
      operation, batch: batch, inputChannels: inputChannels, outputChannels: outputChannels,
      input: input, output: output, kernel: kernel, stride: stride,
      groups: isDepthwise ? inputChannels : groups, isFirst: isFirst)
  }
}
