import Compression
public import CompressionPolicies
import Datasets
public import Foundation
import Interchange
public import Networks
import Tensors

/// Applies a policy to the model it was made for.
///
/// Channels are sliced off; of layers with a density the smallest weights become zero, in one step and
/// without the training that a search may have done between stages; layers with bits are quantised, with
/// ranges from the calibration images of the search.
///
/// Given the data, weights are reconstructed and running statistics re-estimated as the search did, on the
/// same images and positions, and come out the same; without them the kept channels keep theirs.
public struct PolicyApplication {
  /// The policy.
  public let policy: CompressionPolicy
  /// The network, sliced, with weights at zero or quantised.
  public let graph: Graph
  /// Whether weights were reconstructed, or running statistics re-estimated, where the policy asks.
  public let isReconstructed: Bool
  /// Whether the policy asks for reconstruction or for re-estimated statistics.
  public let asksForReconstruction: Bool
  /// Whether the search trained the network, which applying does not repeat.
  public let lacksFineTuning: Bool

  /// Applies a policy.
  ///
  /// - Parameters:
  ///   - policy: the policy's file.
  ///   - model: the original model's file.
  ///   - data: the data that the search used, to reconstruct; nil leaves the weights as they are.
  ///   - preprocessing: how pixels become numbers; nil takes what the policy says.
  ///   - threads: threads; nil takes one per processor.
  /// - Throws: `PolicyError`, `EspalierError.otherModel`, `EspalierError.setting` for a preprocessing
  ///   or images that are not the policy's and for data that a policy with bits of activations lacks,
  ///   `CompressionError.policyMismatch` naming the layer.
  public init(
    policy policyURL: URL, model modelURL: URL, data: String?, preprocessing: Preprocessing?,
    threads: Int?
  ) throws {
    let policy = try CompressionPolicy(reading: policyURL)
    let model = try ModelFile(modelURL)
    guard model.sha256 == policy.model.sha256 else {
      throw EspalierError.otherModel(expected: policy.model.sha256, found: model.sha256)
    }
    let pool = WorkerPool(threads: threads)
    self.policy = policy
    lacksFineTuning =
      (policy.decidesWeights && policy.isFineTuned)
      || policy.quantization?.episodeTraining != nil
    let bits =
      policy.decidesBits
      ? BitApplication(policy, data: data, preprocessing: preprocessing, pool: pool) : nil
    try bits?.check(model.graph)
    if let bits, policy.pruning == nil {
      asksForReconstruction = bits.needsImages
      isReconstructed = asksForReconstruction
      graph = try bits.apply(to: model.graph)
      return
    }
    if policy.decidesWeights {
      (isReconstructed, asksForReconstruction) = (false, false)
      graph = try policy.zeroingSmallestWeights(of: model.graph.unsharingParameters())
      try policy.check(NetworkCost(sparse: graph))
      return
    }
    let dependencies = try ChannelDependencies(model.graph.unsharingParameters())
    let removed = try policy.removedClasses(in: model.graph, dependencies)
    asksForReconstruction =
      policy.pruning.map { $0.reconstruction != "none" || $0.asksForStatistics } ?? false
    var settings = PruningSettings(criterion: .l1, reconstruction: .none)
    var images = Tensor(shape: [0])
    var seed = policy.search.seed
    isReconstructed = data != nil && asksForReconstruction
    if isReconstructed, let data, let pruning = policy.pruning {
      settings = try PruningSettings(pruning)
      // The indices say what the criterion chose: nothing is scored again.
      settings.criterion = .l1
      seed = pruning.calibration?.seed ?? seed
      images = try CalibrationImages(pruning.calibration, seed: seed).tensor(
        data, preprocessing: preprocessing)
    }
    let pruner = try ChannelPruner(
      model.graph, images: images, settings: settings,
      streams: RandomStreams(seed: UInt64(seed)), pool: pool)
    let cut = try pruner.prune(.removing(removed)).graph
    try policy.check(NetworkCost(cut))
    graph = try bits?.apply(to: cut) ?? cut
  }
}

extension CompressionPolicy {
  /// Reads a policy's file.
  ///
  /// - Throws: `FileError`, `EspalierError.definition` with the field at fault.
  public init(reading url: URL) throws {
    let bytes = try WholeFile.read(url)
    do {
      try self.init(file: Array(bytes))
    } catch {
      throw EspalierError.definition(file: "policy '\(url.path)'", reason: "\(error)")
    }
  }

  /// The network with the policy's channels cut off and every other weight as it was.
  ///
  /// It has the policy's shapes, not its accuracy. What the policy says of bits is left aside.
  ///
  /// - Throws: `CompressionError.policyMismatch` with the layer that is not there or has other extents.
  func cutting(_ graph: Graph) throws -> Graph {
    let unshared = graph.unsharingParameters()
    let dependencies = try ChannelDependencies(unshared)
    let removed = try removedClasses(in: graph, dependencies)
    return try unshared.sliced(removing: removed, dependencies: dependencies)
  }

  /// The channel classes that the layers' indices leave out.
  fileprivate func removedClasses(
    in graph: Graph, _ dependencies: ChannelDependencies
  ) throws -> Set<Int> {
    var removed: Set<Int> = []
    var nodes: [String: Node] = [:]
    for node in graph.nodes { nodes[node.name] = node }
    for layer in layers {
      guard let node = nodes[layer.name] else {
        throw CompressionError.policyMismatch(
          layer: layer.name, expected: "a node of that name", found: "none")
      }
      guard node.operatorType == layer.operator else {
        throw CompressionError.policyMismatch(
          layer: layer.name, expected: layer.operator, found: node.operatorType)
      }
      for (value, channels, kept) in [
        (node.inputs[0], layer.inputChannels, layer.keptInputIndices),
        (node.outputs[0], layer.outputChannels, layer.keptOutputIndices),
      ] {
        let classes = dependencies.classes(of: value)
        if let channels, channels != classes.count {
          throw CompressionError.policyMismatch(
            layer: layer.name, expected: "\(channels) channels", found: "\(classes.count)")
        }
        guard let kept else { continue }
        removed.formUnion(Set(classes).subtracting(kept.map { classes[$0] }))
      }
    }
    try checkPrunable(removed, dependencies)
    for layer in layers {
      guard let node = nodes[layer.name], let kept = layer.keptInputIndices else { continue }
      let classes = dependencies.classes(of: node.inputs[0])
      let remaining = classes.indices.filter { !removed.contains(classes[$0]) }
      guard remaining == kept else {
        throw CompressionError.policyMismatch(
          layer: layer.name, expected: "\(kept.count) input channels",
          found: "\(remaining.count), since layers tied to it keep others")
      }
    }
    return removed
  }

  private func checkPrunable(
    _ removed: Set<Int>, _ dependencies: ChannelDependencies
  ) throws(CompressionError) {
    for group in dependencies.groups {
      let gone = group.classes.filter(removed.contains)
      if let obstacle = group.obstacle, !gone.isEmpty {
        throw .policyMismatch(layer: group.name, expected: "all channels kept", found: obstacle)
      }
      if gone.count == group.width, !gone.isEmpty {
        throw .policyMismatch(
          layer: group.name, expected: "at least one channel", found: "none kept")
      }
    }
  }

  /// Holds the network against what the policy claims of it.
  func check(_ cost: NetworkCost) throws(CompressionError) {
    let macs = cost.macs
    guard macs == compressed.macs.macs else {
      throw .policyMismatch(
        layer: layers.last?.name ?? "", expected: "\(compressed.macs.macs) MACs in all",
        found: "\(macs)")
    }
  }
}

extension PruningSettings {
  fileprivate init(_ record: CompressionPolicy.Pruning) throws {
    self.init()
    func choice<Choice: RawRepresentable>(_ name: String, _ text: String) throws -> Choice
    where Choice.RawValue == String {
      guard let choice = Choice(rawValue: text) else {
        throw EspalierError.setting(
          name: "pruning.\(name)", expected: "a \(name) that is built in", found: "'\(text)'")
      }
      return choice
    }
    reconstruction = try choice("reconstruction", record.reconstruction)
    if let text = record.refit { refit = try choice("refit", text) }
    if let given = record.ridge { ridge = given }
    if let text = record.normalization { normalization = try choice("normalization", text) }
    if let given = record.calibration?.positions { positionsPerImage = given }
  }
}
