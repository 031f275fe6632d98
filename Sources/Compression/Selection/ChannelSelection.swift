import Networks
import Tensors

/// Which channel classes a candidate removes, settled group by group as the layers are reached.
struct ChannelSelection {
  private(set) var removed: Set<Int> = []
  private var open: [Int: Int] = [:]
  private let dependencies: ChannelDependencies
  /// The criterion's score of each class.
  private let scores: [Int: Double]

  init(
    _ choice: ChannelPruner.Choice, dependencies: ChannelDependencies, scores: [Int: Double]
  ) {
    self.dependencies = dependencies
    self.scores = scores
    switch choice {
    case .removing(let classes): removed = classes
    case .widths(let widths):
      open = widths.mapValues { max($0, 1) }
        .filter { dependencies.groups[$0.key].width > $0.value }
    }
  }

  /// Whether nothing is to be removed.
  var isEmpty: Bool { removed.isEmpty && open.isEmpty }

  /// The groups that a layer reads and that are still to be settled.
  private func openGroups(of value: String) -> [Int] {
    dependencies.multiplicities(of: value).map(\.group).filter { open[$0] != nil }
  }

  func isSettled(inputsOf layer: DenseLayer) -> Bool { openGroups(of: layer.input).isEmpty }

  /// Decides the open groups that a layer reads.
  mutating func settle(
    _ layer: DenseLayer, criterion: PruningSettings.Criterion, problem: LeastSquares?
  ) throws(CompressionError) {
    let groups = openGroups(of: layer.input)
    for group in groups {
      guard let width = open[group] else { continue }
      // The exact error is that of one layer: it can speak for a group whose channels only this layer
      // reads, one input channel each.
      let isWhole =
        groups.count == 1 && dependencies.groups[group].consumers == [layer.name]
        && dependencies.classes(of: layer.input).count == dependencies.groups[group].width
      if criterion == .leastSquares, isWhole, let problem {
        var elimination = try BackwardElimination(problem)
        let classes = dependencies.classes(of: layer.input)
        let kept = Set(try elimination.keep(width).map { classes[$0] })
        remove(group) { !kept.contains($0) }
      } else {
        settleByScore(group, width)
      }
    }
  }

  /// Decides the open groups that a layer reads which reconstruction does not solve for.
  mutating func settle(_ node: Node) {
    for group in openGroups(of: node.inputs[0]) {
      if let width = open[group] { settleByScore(group, width) }
    }
  }

  /// Decides what no reconstructed layer reads.
  mutating func settleRest() {
    for group in open.keys.sorted() {
      if let width = open[group] { settleByScore(group, width) }
    }
  }

  /// The input channels of a layer that stay.
  func keptInputs(of layer: DenseLayer) -> [Int] {
    let classes = dependencies.classes(of: layer.input)
    return classes.indices.filter { !removed.contains(classes[$0]) }
  }

  private mutating func remove(_ group: Int, where condition: (Int) -> Bool) {
    removed.formUnion(dependencies.groups[group].classes.filter(condition))
    open[group] = nil
  }

  private mutating func settleByScore(_ group: Int, _ width: Int) {
    let ranked = dependencies.groups[group].classes.sorted { a, b in
      let (scoreA, scoreB) = (scores[a] ?? 0, scores[b] ?? 0)
      return scoreA != scoreB ? scoreA > scoreB : a < b
    }
    let kept = Set(ranked.prefix(width))
    remove(group) { !kept.contains($0) }
  }
}
