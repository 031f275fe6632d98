import Networks
import Tensors

/// How far the filters that make a channel are from all others: those nearest to the geometric median
/// can be replaced best by the rest.
///
/// With F_c the weights that make output channel c of a layer of n channels,
///
///     d(c) = Σ_j ‖F_c − F_j‖₂ ,   score = Σ over producers of d(c) / (Σ_j d(j) / n)
///
/// Producers are the layers whose weights make the group's channels; dividing by a producer's mean lets
/// each speak as loudly as the others. A class that holds several channels of a producer, as with
/// groups of a convolution, gets the sum. Depthwise filters only follow and do not count. Where no
/// producer has filters that differ, `l1` decides.
///
/// Source: He et al. 2019, "Filter pruning via geometric median for deep convolutional neural networks
/// acceleration" (FPGM), section 3 (there for one layer).
struct GeometricMedian: ChannelCriterion {
  private let data: CriterionData
  private let fallback: Magnitude

  init(_ data: CriterionData) {
    self.data = data
    fallback = Magnitude(.absolute, data)
  }

  func scores(of group: ChannelGroup) -> [Int: Double] {
    let members = Set(group.classes)
    let producers = Set(group.producers)
    var scores: [Int: Double] = [:]
    for node in data.graph.nodes where producers.contains(node.name) {
      let classes = data.dependencies.classes(of: node.outputs[0])
      guard let filters = LayerFilters(node, in: data.graph), filters.count == classes.count else {
        continue
      }
      let distances = filters.distances(pool: data.pool)
      let mean = distances.reduce(0, +) / Double(filters.count)
      guard mean > 0 else { continue }
      for (channel, member) in classes.enumerated() where members.contains(member) {
        scores[member, default: 0] += distances[channel] / mean
      }
    }
    return scores.isEmpty ? fallback.scores(of: group) : scores
  }
}

/// The weights that make each output channel of a layer, filter after filter.
struct LayerFilters {
  /// The number of filters.
  let count: Int
  private let size: Int
  private let weights: [Float]

  /// The filters of a layer, nil when its weights are not constant.
  init?(_ node: Node, in graph: Graph) {
    guard node.hasChannelWeights(in: graph),
      let tensor = graph.initializers[node.inputs[1]]?.tensor, tensor.shape.rank >= 2,
      tensor.count > 0
    else { return nil }
    let standsInColumns =
      node.operatorType != "Conv" && (node.attributes["transB"] ?? .int(0)) == .int(0)
    count = tensor.shape[standsInColumns ? 1 : 0]
    size = tensor.count / count
    guard standsInColumns else {
      weights = tensor.scalars
      return
    }
    let (count, size) = (count, size)
    weights = (0..<tensor.count).map { tensor.scalars[$0 % size * count + $0 / size] }
  }

  /// Σ_j ‖F_c − F_j‖₂ of each filter, in double precision and in the order of the filters.
  func distances(pool: WorkerPool) -> [Double] {
    var distances = [Double](repeating: 0, count: count)
    weights.withUnsafeBufferPointer { weights in
      distances.withUnsafeMutableBufferPointer { distances in
        guard let weights = weights.baseAddress, let distances = distances.baseAddress else {
          return
        }
        pool.run(shards: count) { filter in
          for other in 0..<count where other != filter {
            distances[filter] += distance(weights + filter * size, weights + other * size)
          }
        }
      }
    }
    return distances
  }

  private func distance(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>) -> Double {
    // Four sums, so that an addition need not wait for the one before.
    var sums = SIMD4<Double>.zero
    for first in stride(from: 0, to: size - 3, by: 4) {
      let difference = SIMD4<Double>(
        Double(a[first]) - Double(b[first]), Double(a[first + 1]) - Double(b[first + 1]),
        Double(a[first + 2]) - Double(b[first + 2]), Double(a[first + 3]) - Double(b[first + 3]))
      sums += difference * difference
    }
    for position in (size / 4 * 4)..<size {
      let difference = Double(a[position]) - Double(b[position])
      sums[0] += difference * difference
    }
    return sums.sum().squareRoot()
  }
}
