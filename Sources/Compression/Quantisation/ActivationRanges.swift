import Networks
import Tensors

/// How the values that layers read are spread, gathered once from images without labels.
///
/// Two runs of the network over the images: the first for the exact extremes, the second for the
/// histograms between them. Counts are whole numbers, so that the number of threads changes nothing.
/// From then on the clip for any bits and any method is found without running the network.
public struct ActivationRanges: Hashable, Sendable {
  /// The histogram of each value that a quantisable layer reads.
  public let histograms: [String: ActivationHistogram]

  /// Ranges that were gathered elsewhere.
  public init(histograms: [String: ActivationHistogram]) {
    self.histograms = histograms
  }

  /// Gathers.
  ///
  /// - Parameters:
  ///   - graph: the network, not quantised.
  ///   - images: images × channels × height × width, preprocessed; a few hundred.
  ///   - pool: the threads to use.
  /// - Throws: `CompressionError.data` when there are no images, they do not fit, or a value is no finite
  ///   number; `GraphError` when the network cannot be run.
  public init(_ graph: Graph, images: Tensor, pool: WorkerPool = WorkerPool()) throws {
    let input = try graph.calibrationInput(for: images)
    let values = Set(try graph.quantizableLayers().map(\.input)).sorted()
    let fed = [input: StoredValue(images)]
    var found = values.map { _ in (Float.infinity, -Float.infinity) }
    try Self.visit(graph, fed, values, &found, pool) { extremes, elements in
      for element in elements {
        extremes.0 = min(extremes.0, element)
        extremes.1 = max(extremes.1, element)
        // Comparisons lose what is no number; a sum does not.
        if !element.isFinite { extremes = (.nan, .nan) }
      }
    }
    for (value, extremes) in zip(values, found) where !(extremes.0.isFinite && extremes.1.isFinite)
    {
      throw CompressionError.data(
        expected: "finite numbers in '\(value)'", found: "\(extremes.0) to \(extremes.1)")
    }
    var histograms = found.map { ActivationHistogram(minimum: $0.0, maximum: $0.1) }
    try Self.visit(graph, fed, values, &histograms, pool) { $0.add($1) }
    self.histograms = Dictionary(uniqueKeysWithValues: zip(values, histograms))
  }

  /// Shows what is kept of each value all of its elements, values at the same time.
  private static func visit<Kept>(
    _ graph: Graph, _ images: [String: StoredValue], _ values: [String], _ kept: inout [Kept],
    _ pool: WorkerPool, _ body: (inout Kept, UnsafeBufferPointer<Float>) -> Void
  ) throws {
    let fed = values.filter { images[$0] == nil }
    try ChunkedRun.run(graph, inputs: images, outputs: fed, pool: pool) { first, count, executor in
      let buffers = try values.map { value in
        if fed.contains(value) { return UnsafeBufferPointer(try executor.output(value)) }
        return UnsafeBufferPointer(try executor.input(value))
      }
      kept.withUnsafeMutableBufferPointer { kept in
        // Each value is one shard's alone.
        pool.run(shards: values.count) { body(&kept[$0], buffers[$0]) }
      }
    }
  }
}
