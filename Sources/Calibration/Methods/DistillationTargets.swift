import Networks
import Tensors

/// Where a quantised network is compared with the original, and how much each place counts.
struct DistillationTargets {
  /// What every layer writes.
  let points: [InterestPoint]
  /// The values behind which outputs are only probabilities.
  private let outputs: [InterestPoint]

  /// Finds them.
  ///
  /// - Throws: `GraphError` when shapes cannot be inferred.
  init(_ graph: Graph) throws {
    points = try graph.interestPoints()
    let producers = graph.producers
    var seen: Set<String> = []
    outputs = graph.valuesBeforeSoftmax().filter { seen.insert($0).inserted }.map { value in
      InterestPoint(layer: producers[value].map { graph.nodes[$0].name } ?? value, value: value)
    }
  }

  /// Layers' points, and behind them those of outputs that no layer writes.
  var all: [InterestPoint] {
    let known = Set(points.map(\.value))
    return points + outputs.filter { !known.contains($0.value) }
  }

  /// The error, with the Hessian where the settings ask for one.
  ///
  ///     w_l = weighting(T)_l / variance_l, together 1; outputs count `outputWeight` more
  ///
  /// - Throws: `CalibrationError.notFinite`, `GraphError`.
  func error(
    _ graph: Graph, images: Tensor, teacher: TeacherOutputs, settings: CalibrationSettings,
    streams: RandomStreams, pool: WorkerPool
  ) throws -> (LabelFreeHessian?, DistillationError) {
    let weighting = settings.method == .eptq ? settings.weighting : .uniform
    let hessian =
      weighting == .uniform
      ? nil
      : try LabelFreeHessian(
        graph, points: points,
        images: weighting == .samples ? images : images.first(settings.hessianImages),
        settings: settings.hessian, streams: streams, pool: pool)
    var weights = weighting.weights(hessian?.traces.map(\.mean) ?? points.map { _ in 1 })
    if settings.method == .eptq, settings.normalizesErrors {
      let variances = try teacher.variances(batch: settings.rounding.batch, batches: 4)
      // What never varies has no error that could be relative to it.
      let least = (variances.max() ?? 1) * 1e-6
      weights = zip(weights, variances).map { $0 / max($1, least, Double(Float.ulpOfOne)) }
      let sum = weights.reduce(0, +)
      weights = weights.map { $0 / sum }
    }
    var weighted = Array(zip(points, weights)).map { (point: $0, weight: $1) }
    if settings.method == .eptq, settings.outputWeight > 0 {
      let share = settings.outputWeight / Double(max(outputs.count, 1))
      for output in outputs {
        if let known = weighted.firstIndex(where: { $0.point.value == output.value }) {
          weighted[known].weight += share
        } else {
          weighted.append((output, share))
        }
      }
    }
    var error = DistillationError(points: weighted)
    if weighting == .samples, let hessian {
      error.attentions =
        hessian.traces.map { trace in
          trace.perImage.map { trace.mean > 0 ? $0 / trace.mean : 1 }
        } + weighted.dropFirst(points.count).map { _ in images.ones }
    }
    return (hessian, error)
  }
}

extension Tensor {
  /// The first examples, all of them where there are fewer.
  fileprivate func first(_ count: Int) -> Tensor {
    let taken = min(count, shape[0])
    return Tensor(shape: Shape([taken] + shape.extents.dropFirst())) { scalars[$0] }
  }

  /// A 1 for each example.
  fileprivate var ones: [Double] { [Double](repeating: 1, count: shape[0]) }
}
