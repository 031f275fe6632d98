import Compression
import CompressionEnvironments
import CompressionPolicies
import Foundation
import Hardware
import Networks
import Tensors

/// What a search for bits needs beside a problem: quantised candidates, their costs, the rule that brings
/// them to the budget.
struct BitSearch {
  let space: any OperandSpace
  private(set) var rule: BudgetRule
  /// The device's name; nil where none is asked.
  let device: String?
  private let equalBins: Bool
  /// The short training of candidates; nil where they are measured as they are quantised.
  private let training: EpisodeTraining?
  private let form: Form
  /// What the rule follows; nil where it follows nothing that is measured.
  private let sensitivity: (losses: BitSensitivity, divergence: OutputDivergence)?

  private enum Form {
    case bits(BitSpace, QuantizedCandidates)
    case joint(JointSpace)
  }

  /// Gathers ranges and measures sensitivities.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - settings: the environment's.
  ///   - channels: the channels, in a joint search.
  ///   - device: what prices layers; nil counts neither time nor energy.
  ///   - images: calibration images, preprocessed.
  ///   - training: trains every candidate before it is measured.
  /// - Throws: `HardwareError` for bits or layers that the device does not take; what quantising throws.
  init(
    _ graph: Graph, _ settings: QuantizationSettings, channels: ChannelSpace?,
    device: PricingDevice?, images: Tensor, training: EpisodeTraining?,
    streams: RandomStreams, pool: WorkerPool
  ) throws {
    self.training = training
    // Shared values are decoded before they are computed with: a device sees no fewer bits.
    let priced = settings.rules.quantizer == .kMeans ? nil : device
    self.device = priced?.name
    let rules = settings.rules.limited(to: priced?.model.supportedBits)
    func candidates(_ graph: Graph) throws -> QuantizedCandidates {
      let made = try QuantizedCandidates(
        graph, images: images, settings: settings.clips, normalization: settings.normalization,
        streams: streams, pool: pool)
      try rules.checkWritable(made)
      return made
    }
    func costs(_ graph: Graph, _ layers: [QuantizableLayer]) throws -> QuantizedCosts {
      try QuantizedCosts(
        graph, quantized: layers,
        device: try priced.map {
          try DeviceCosts(
            graph, dependencies: channels?.pruner.dependencies, model: $0.model, batch: $0.batch)
        }, pruner: channels?.pruner)
    }
    let original: Graph
    if let channels {
      original = channels.pruner.original
      let joint = try JointSpace(
        channels, costs: costs(original, original.quantizableLayers()), rules: rules,
        quantize: candidates)
      (space, form) = (joint, .joint(joint))
    } else {
      let whole = try candidates(graph)
      original = whole.graph
      let bits = try BitSpace(whole, costs: costs(original, whole.layers), rules: rules)
      (space, form) = (bits, .bits(bits, whole))
    }
    equalBins = settings.actionMap == .equalBins
    switch settings.budgetRule {
    case .sequential: (rule, sensitivity) = (.sequential, nil)
    case .sensitivity:
      let count = min(settings.sensitivityImages, images.shape[0])
      let divergence = try OutputDivergence(
        from: original, images: images.prefix(count), pool: pool)
      let losses = try BitSensitivity(
        space, against: divergence, onDecision: Self.heedInterruption)
      sensitivity = (losses, divergence)
      rule = .sensitivity(losses: losses.losses)
    }
  }

  /// Measures the sensitivities again where they matter: around what the rule makes of the most bits.
  ///
  /// What comes of it replaces the rule only where the candidate that it suggests is nearer to the original,
  /// since further rounds may go to and fro.
  ///
  /// - Parameters:
  ///   - rounds: how often at most; each time around what the rule makes by then.
  ///   - problem: the limits.
  /// - Throws: what quantising and running throw.
  mutating func refine(rounds: Int, for problem: SearchProblem) throws {
    guard rounds > 0, let (first, divergence) = sensitivity else { return }
    let whole = problem.decisions.map(\.whole)
    var losses = first
    var suggested = rule.fitted(whole, to: problem)
    var least = try divergence.measure(space.network(suggested))
    for _ in 0..<rounds {
      losses = try losses.refined(
        around: suggested, space, divergence: divergence, center: least,
        onDecision: Self.heedInterruption)
      let next = BudgetRule.sensitivity(losses: losses.losses)
      suggested = next.fitted(whole, to: problem)
      let found = try divergence.measure(space.network(suggested))
      guard found < least else { return }
      (rule, least) = (next, found)
    }
  }

  /// Ends what takes long before the first episode when the user asks for it.
  private static func heedInterruption() throws {
    if Interruption.isRequested { throw EspalierError.interruptedEarly }
  }

  /// What is searched: the space, its candidates trained where the environment says so.
  var searched: any SearchSpace {
    training == nil ? space : TrainedBitSpace(space, make: writtenNetwork)
  }

  /// The weights of a candidate that share values.
  func ties(of graph: Graph) -> ParameterTies {
    guard layout.rules.quantizer == .kMeans else { return ParameterTies() }
    return ParameterTies(equalElementsOf: graph, in: layout.layers.map(\.weight))
  }

  /// Makes what agents act in.
  var environment: LearningSearch.EnvironmentMaker {
    { [space, rule, equalBins] in
      HAQEnvironment($0, space, rule: rule, equalBins: equalBins)
    }
  }

  /// What a candidate makes of every quantised layer.
  func quantizations(_ choices: [Int]) -> [LayerQuantization] {
    switch form {
    case .bits(let space, _): space.quantizations(choices)
    case .joint(let space): space.quantizations(choices)
    }
  }

  /// The widths of a candidate of a joint search; nil where no channels are decided.
  func widths(_ choices: [Int]) -> [Int]? {
    if case .joint(let space) = form { space.widths(choices) } else { nil }
  }

  /// A candidate's network whose weights stand before their quantisers: to be written, or trained.
  ///
  /// - Throws: what cutting, quantising and training throw.
  func writtenNetwork(_ choices: [Int]) throws -> Graph {
    let quantizations = quantizations(choices)
    let graph =
      switch form {
      case .bits(_, let candidates): try candidates.network(quantizations, form: .nodes)
      case .joint(let space):
        try space.candidates(space.widths(choices)).network(quantizations, form: .nodes)
      }
    return try training?.train(graph, choices: choices, ties: ties(of: graph)) ?? graph
  }

  private var layout: BitLayout {
    switch form {
    case .bits(let space, _): space.layout
    case .joint(let space): space.layout
    }
  }

  /// The operator of each quantised layer.
  var operators: [String: String] {
    Dictionary(layout.layers.map { ($0.name, $0.operatorType) }) { first, _ in first }
  }
}

extension BitRules {
  /// Makes sure that every candidate can be written: ONNX has no type for −s and s.
  ///
  /// - Throws: `EspalierError.setting` that names the layer.
  fileprivate func checkWritable(_ candidates: QuantizedCandidates) throws(EspalierError) {
    guard quantizer != .kMeans else { return }
    let layers = candidates.layers
    for (number, layer) in layers.enumerated() {
      let pin = number == 0 ? firstBits : number == layers.count - 1 ? lastBits : nil
      guard (pin ?? activationBits[0]) == 1,
        (candidates.ranges.histograms[layer.input]?.minimum ?? 0) < 0
      else { continue }
      throw .setting(
        name: "quantization.activationBits",
        expected: "2 or more, since layer '\(layer.name)' reads negative numbers too", found: "1")
    }
  }

  /// The rules without bits that a device lacks; all of them where it has none of them, for the device to
  /// refuse by name.
  fileprivate func limited(to supported: SupportedBits?) -> BitRules {
    guard let supported else { return self }
    var rules = self
    let weights = weightBits.filter(supported.weights.contains)
    let activations = activationBits.filter(supported.activations.contains)
    if !weights.isEmpty { rules.weightBits = weights }
    if !activations.isEmpty { rules.activationBits = activations }
    return rules
  }
}

extension Tensor {
  /// The first examples.
  fileprivate func prefix(_ count: Int) -> Tensor {
    let size = scalars.count / max(shape[0], 1)
    return Tensor(shape: Shape([count] + shape.extents.dropFirst())) {
      scalars[$0 % (count * size)]
    }
  }
}
