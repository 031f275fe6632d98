import Calibration
import Compression
import CompressionPolicies
import Datasets
import Foundation
import Hardware
import Interchange
import Networks
import Tensors
import Units

/// The bits that were decided within budgets, and what became of the decision.
struct BitDecision {
  /// What is done to each layer.
  let choices: [LayerQuantization]
  /// What a report says of it.
  let summary: CalibrationReport.Decision
  private let layers: [QuantizableLayer]
  private let device: String?
  private let original: NetworkCost
  private let decided: NetworkCost

  /// Measures sensitivities and decides.
  ///
  /// Budgets are parts of the network at 8/8, as in a search for bits.
  ///
  /// - Parameters:
  ///   - bits: the budgets and candidates.
  ///   - calibrator: holds the network as it is calibrated.
  ///   - images: the calibration images, preprocessed.
  ///   - clips: how ranges are chosen.
  /// - Throws: `EspalierError.budget`; `CompressionError.unreachableBudget` with the smallest reachable cost;
  ///   what pricing, quantising and running throw.
  init(
    _ bits: BudgetedBits, _ calibrator: Calibrator, images: Tensor,
    clips: NetworkQuantizer.Settings, streams: RandomStreams, pool: WorkerPool,
    onProgress: (_ done: Int, _ all: Int) throws -> Void
  ) throws {
    let (graph, layers) = (calibrator.graph, calibrator.layers)
    let names = layers.map(\.name)
    let priced = try bits.device.map {
      try DeviceCatalog(own: bits.deviceFolders).pricingDevice($0)
    }
    let candidates = try bits.candidates(names, priced?.model.supportedBits)
    let costs = try QuantizedCosts(
      graph, quantized: layers,
      device: try priced.map { try DeviceCosts(graph, model: $0.model, batch: $0.batch) })
    func cost(_ choices: [LayerQuantization]) -> NetworkCost {
      NetworkCost { costs.quantities.contains($0) ? costs.cost(of: choices, in: $0) : nil }
    }
    let original = cost(names.map { candidates.whole(of: $0) })
    let limits = try bits.budgets.map { budget in
      try budget.limit(original: original) { wanted in
        cost(names.map { candidates.uniform(wanted, of: $0) })
      }
    }
    // A budget that nothing meets is told of before anything is measured.
    _ = try BitAssignment(
      .alike(names, candidates), candidates: candidates, costs: costs, limits: limits)
    var settings = BitSensitivities.Settings()
    settings.measure = bits.measure
    settings.images = bits.images
    settings.clips = clips
    let sensitivities = try BitSensitivities(
      graph, candidates: candidates, images: images, settings: settings, streams: streams,
      pool: pool, onProgress: onProgress)
    let assignment = try BitAssignment(
      sensitivities, candidates: candidates, costs: costs, limits: limits)
    choices = assignment.choices
    self.layers = layers
    self.original = original
    device = priced?.name
    decided = cost(assignment.choices)
    summary = CalibrationReport.Decision(
      limits: zip(limits, assignment.costs).map {
        .init(quantity: $0.quantity, limit: $0.most, cost: $1)
      },
      sensitivity: assignment.sensitivity, leftOut: sensitivities.leftOut.map(\.description))
  }

  /// Writes the policy, where the request asks for it.
  ///
  /// - Throws: `PolicyError`, `FileError`.
  func write(
    to url: URL?, _ request: CalibrationRequest, _ file: ModelFile, clips: NetworkQuantizer.Settings
  ) throws {
    guard let url else { return }
    let chosen = Dictionary(choices.map { ($0.layer, $0) }) { first, _ in first }
    let policy = CompressionPolicy(
      environment: "calibrate", device: device,
      model: CompressionPolicy.Model(file: file.name, sha256: file.sha256),
      search: CompressionPolicy.Search(agent: "knapsack", seed: request.seed, episodes: 0),
      original: NetworkFigures(original, validation: nil, top1: nil),
      compressed: NetworkFigures(decided, validation: nil, top1: nil),
      quantization: CompressionPolicy.Quantization(
        granularity: LayerQuantization.Granularity.channel.rawValue,
        weightClip: clips.weightClip.rawValue, activationClip: clips.activationClip.rawValue,
        calibration: CompressionPolicy.Calibration(
          data: try LabelledImages.load(DataSpecification(request.data), defaultSplit: .train).name,
          images: request.images, preprocessing: request.preprocessing.record,
          seed: request.seed)),
      layers: layers.map { layer in
        var own = LayerPolicy(name: layer.name, operator: layer.operatorType)
        guard let choice = chosen[layer.name] else { return own }
        own.weightBits = BitWidth(choice.weightBits)
        if choice.activationBits != LayerQuantization.untouched {
          own.activationBits = BitWidth(choice.activationBits)
        }
        own.quantizer = choice.quantizer.rawValue
        return own
      })
    try AtomicFile.write(Data(try policy.fileText().utf8), to: url)
  }
}

extension BitCandidates {
  /// A layer at 8/8, or as it is pinned: what budgets are parts of.
  fileprivate func whole(of layer: String) -> LayerQuantization {
    let bits = pinned[layer] ?? 8
    return LayerQuantization(layer: layer, weightBits: bits, activationBits: bits)
  }
}

extension BitSensitivities {
  /// Nothing loses anything: only costs count.
  fileprivate static func alike(_ layers: [String], _ candidates: BitCandidates) -> BitSensitivities
  {
    func table(_ bits: [Int]) -> [Int: Double] {
      Dictionary(bits.map { ($0, 0) }) { first, _ in first }
    }
    return BitSensitivities(
      layers: layers, weights: layers.map { _ in table(candidates.weights) },
      activations: layers.map { _ in table(candidates.activations) })
  }
}
