public import Networks
public import Tensors

/// Cuts a network to given widths and lets what remains make up for what went.
///
/// Everything that does not depend on the widths is computed once: dependencies, the original network's
/// targets at the sampled positions, for the fast mode its moments, and the criterion's scores. `prune`
/// may then be called for any number of candidates.
public final class ChannelPruner {
  /// The network to cut.
  public let original: Graph
  /// Its channel groups.
  public let dependencies: ChannelDependencies
  /// How channels are chosen and weights made up.
  public let settings: PruningSettings

  private let input: String
  private let images: StoredValue
  /// The criterion's score of each class that can go.
  private let scores: [Int: Double]
  private let pool: WorkerPool
  /// The layers that reconstruction solves for, in graph order.
  private let layers: [DenseLayer]
  /// The layers that read channels which can go and that reconstruction cannot solve for, such as
  /// grouped convolutions.
  private let followers: [Int]
  private var samplers: [Int: PatchSampler] = [:]
  private var targets: [Int: [Float]] = [:]
  /// The problems of the fast mode, by node.
  private var originalProblems: [Int: LeastSquares] = [:]

  /// What a candidate becomes.
  public struct Result: Sendable {
    /// The sliced network with its new weights.
    public let graph: Graph
    /// The channel classes that went.
    public let removed: Set<Int>
  }

  /// Which channels a candidate keeps.
  public enum Choice: Sendable {
    /// So many of each group (by its number in `dependencies.groups`), at least one; a group left out
    /// stays whole.
    case widths([Int: Int])
    /// All but these classes.
    case removing(Set<Int>)
  }

  /// Prepares a network.
  ///
  /// - Parameters:
  ///   - original: the network; it has one input of examples.
  ///   - images: calibration examples, N×C×H×W; unused unless `settings.needsImages`.
  ///   - labels: the class of each example; unused unless `settings.needsLabels`.
  ///   - settings: how to choose and reconstruct.
  ///   - streams: the run's random streams; `calibration-positions/…` are used.
  ///   - pool: the threads to use.
  /// - Throws: `CompressionError` or `GraphError` when the network cannot be read or the examples do
  ///   not fit it, `TrainingError` when labels or class scores do not.
  public init(
    _ original: Graph, images: Tensor, labels: [Int] = [], settings: PruningSettings,
    streams: RandomStreams, pool: WorkerPool
  ) throws {
    let graph = original.unsharingParameters()
    self.original = graph
    dependencies = try ChannelDependencies(graph)
    self.settings = settings
    self.images = StoredValue(images)
    self.pool = pool
    let needsImages = settings.needsImages
    input =
      needsImages
      ? try graph.imageInput(
        for: Shape(Array(images.shape.extents.dropFirst())), of: "calibration images")
      : ""
    scores = try settings.criterion.scores(
      CriterionData(
        graph: graph, dependencies: dependencies, input: input, images: self.images,
        labels: labels, pool: pool))
    let shapes = dependencies.shapes
    let prunable = Set(
      dependencies.groups.filter { $0.obstacle == nil }.flatMap(\.consumers))
    layers = graph.nodes.indices.compactMap { index in
      guard settings.refit == .all || prunable.contains(graph.nodes[index].name) else { return nil }
      return DenseLayer(index, of: graph, shapes: shapes)
    }
    let solved = Set(layers.map(\.index))
    followers = graph.nodes.indices.filter { index in
      prunable.contains(graph.nodes[index].name) && !solved.contains(index)
    }
    guard settings.needsTargets else { return }
    for layer in layers {
      var stream = streams.stream("calibration-positions/\(layer.name)")
      samplers[layer.index] = PatchSampler(
        images: images.shape[0], perImage: settings.positionsPerImage,
        output: shapes[graph.nodes[layer.index].outputs[0]] ?? [], using: &stream)
    }
    try gatherOriginals()
  }

  // MARK: - The original network, once

  private func gatherOriginals() throws {
    let wanted = layers.map(\.target)
    for layer in layers {
      targets[layer.index] = [Float](
        repeating: 0, count: (samplers[layer.index]?.rowCount ?? 0) * layer.outputs)
    }
    try ChunkedRun.run(original, inputs: [input: images], outputs: wanted, pool: pool) {
      first, count, executor in
      for layer in layers {
        let values = try executor.output(layer.target)
        guard let base = values.baseAddress, let sampler = samplers[layer.index] else { continue }
        sample(layer, sampler, base, count: values.count / count, first: first, images: count)
      }
    }
    guard settings.reconstruction == .original else { return }
    var run = PrefixRun(inputs: [input: images], pool: pool)
    for layer in layers {
      if let problem = try problem(layer, run: &run, graph: original) {
        originalProblems[layer.index] = problem
      }
    }
  }

  private func sample(
    _ layer: DenseLayer, _ sampler: PatchSampler, _ values: UnsafeMutablePointer<Float>,
    count: Int, first: Int, images: Int
  ) {
    targets[layer.index]?.withUnsafeMutableBufferPointer { rows in
      guard let rows = rows.baseAddress else { return }
      for image in 0..<images {
        sampler.gatherOutputs(
          values + image * count, outputs: layer.outputs, number: first + image,
          into: rows + sampler.firstRow(of: first + image) * layer.outputs)
      }
    }
  }

  // MARK: - A candidate

  /// The network cut to a choice of channels.
  ///
  /// - Throws: `CompressionError` when a layer cannot be sliced or reconstructed.
  public func prune(_ choice: Choice) throws -> Result {
    var selection = ChannelSelection(choice, dependencies: dependencies, scores: scores)
    guard !selection.isEmpty else { return Result(graph: original, removed: []) }
    var graph = original
    var run = PrefixRun(inputs: [input: images], pool: pool)
    var waiting = followers[...]
    for layer in layers {
      while let index = waiting.first, index < layer.index, settings.reconstruction != .none {
        waiting.removeFirst()
        selection.settle(graph.nodes[index])
        graph.withhold(selection.removed, from: graph.nodes[index], dependencies)
      }
      let isSettled = selection.isSettled(inputsOf: layer)
      let isSolvedFor =
        settings.reconstruction != .none
        && (!isSettled || settings.refit == .all
          || selection.keptInputs(of: layer).count < layer.channels)
      let needsProblem = isSolvedFor || (settings.criterion == .leastSquares && !isSettled)
      let problem = needsProblem ? try self.problem(layer, run: &run, graph: graph) : nil
      try selection.settle(layer, criterion: settings.criterion, problem: problem)
      guard settings.reconstruction != .none, let problem else { continue }
      let kept = selection.keptInputs(of: layer)
      guard kept.count < layer.channels || settings.refit == .all else { continue }
      let solution = try problem.solve(keeping: kept)
      graph.setEffectiveWeights(of: layer, weight: solution.weight, bias: solution.bias)
    }
    selection.settleRest()
    var sliced = try graph.sliced(removing: selection.removed, dependencies: dependencies)
    if settings.normalization == .reestimate {
      sliced = try sliced.reestimatingStatistics(on: [input: images], pool: pool)
    }
    return Result(graph: sliced, removed: selection.removed)
  }

  /// The least-squares problem of a layer behind the prefix as it stands.
  private func problem(
    _ layer: DenseLayer, run: inout PrefixRun, graph: Graph
  ) throws -> LeastSquares? {
    if let known = originalProblems[layer.index] { return known }
    guard let sampler = samplers[layer.index], var rows = targets[layer.index] else { return nil }
    var wanted = [layer.input]
    var addend: String?
    if let value = layer.addend {
      // A branch that runs through layers still to be settled cannot be corrected for yet: then this
      // branch aims at its own original output, and the other one takes up the difference.
      let open = Set(layers.map(\.index) + followers).filter { $0 >= layer.index }
      if run.canCompute(value, without: open, in: graph) { addend = value }
    }
    if let addend { wanted.append(addend) }
    let values = try run.compute(wanted, in: graph)
    guard let input = values[layer.input] else { return nil }
    if layer.addend != nil {
      guard let addend, let carried = values[addend] else { return nil }
      subtract(carried, from: &rows, layer, sampler)
    }
    let moments = SecondMoments(
      layer, sampler: sampler, input: input, targets: rows, pool: pool)
    return LeastSquares(
      layer, moments: moments, prior: original.effectiveWeights(of: layer), ridge: settings.ridge)
  }

  private func subtract(
    _ carried: StoredValue, from rows: inout [Float], _ layer: DenseLayer, _ sampler: PatchSampler
  ) {
    let count = carried.exampleCount
    var image = [Float](repeating: 0, count: rows.count / max(carried.shape[0], 1))
    carried.scalars.withUnsafeBufferPointer { values in
      guard let values = values.baseAddress else { return }
      for number in 0..<carried.shape[0] {
        image.withUnsafeMutableBufferPointer { buffer in
          guard let buffer = buffer.baseAddress else { return }
          sampler.gatherOutputs(
            values + number * count, outputs: layer.outputs, number: number, into: buffer)
        }
        let first = sampler.firstRow(of: number) * layer.outputs
        for position in image.indices { rows[first + position] -= image[position] }
      }
    }
  }
}
