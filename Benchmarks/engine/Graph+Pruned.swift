import Compression
import Networks

extension Graph {
  /// The network with one keep ratio everywhere and an odd number of channels in every group.
  ///
  /// As near to a part of its multiply-accumulates as ratios in hundredths come. Which channels stay is
  /// of no interest here: the first.
  func pruned(toMACs part: Double) throws -> Graph {
    let dependencies = try ChannelDependencies(self)
    let wanted = part * Double(try NetworkCost(self).macs)
    var best: (distance: Double, graph: Graph) = (.infinity, self)
    for hundredths in stride(from: 100, through: 1, by: -1) {
      let kept = Double(hundredths) / 100
      let candidate = try sliced(
        removing: dependencies.removed(keeping: kept), dependencies: dependencies)
      let macs = Double(try NetworkCost(candidate).macs)
      if abs(macs - wanted) < best.distance { best = (abs(macs - wanted), candidate) }
      if macs < wanted { break }
    }
    return best.graph
  }
}

extension ChannelDependencies {
  fileprivate func removed(keeping ratio: Double) -> Set<Int> {
    var removed: Set<Int> = []
    for group in groups where group.obstacle == nil {
      let pairs = Int((ratio * Double(group.width) / 2).rounded(.down))
      removed.formUnion(group.classes.dropFirst(min(2 * pairs + 1, group.width - 1)))
    }
    return removed
  }
}
