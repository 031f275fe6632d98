import Foundation
public import Networks
public import Tensors

/// How far the class probabilities of a changed network are from those of the network as it was, on images
/// without labels.
///
///     mean over images of KL(p ‖ q) = Σ_c p_c · (log p_c − log q_c)      in nats
///
/// with p the softmax of the original's scores and q that of the changed network's.
public struct OutputDivergence {
  private let images: Tensor
  private let pool: WorkerPool
  /// For each image the logarithms of the original's probabilities, class after class.
  private let original: [Double]
  private let classes: Int

  /// Runs the original.
  ///
  /// - Parameters:
  ///   - graph: the original.
  ///   - images: images × channels × height × width, preprocessed.
  ///   - pool: the threads to use; their number changes no bit.
  /// - Throws: `CompressionError.data` when the images do not fit, `GraphError` when the network cannot be
  ///   run.
  public init(from graph: Graph, images: Tensor, pool: WorkerPool) throws {
    self.images = images
    self.pool = pool
    classes = try graph.classOutput().classes
    original = try Self.logarithms(of: graph, images, pool)
  }

  /// The divergence of a changed network; 0 or more.
  ///
  /// - Throws: as making one does.
  public func measure(_ graph: Graph) throws -> Double {
    let changed = try Self.logarithms(of: graph, images, pool)
    guard changed.count == original.count else {
      throw CompressionError.data(
        expected: "\(classes) classes", found: "\(try graph.classOutput().classes)")
    }
    let sum = zip(original, changed).reduce(0.0) { $0 + exp($1.0) * ($1.0 - $1.1) }
    return max(0, sum / Double(max(original.count / max(classes, 1), 1)))
  }

  private static func logarithms(
    of graph: Graph, _ images: Tensor, _ pool: WorkerPool
  ) throws -> [Double] {
    let (output, classes) = try graph.classOutput()
    let input = try graph.calibrationInput(for: images)
    let values = try ChunkedRun.run(
      graph, inputs: [input: StoredValue(images)], outputs: [output], pool: pool)
    let scores = values[output]?.scalars ?? []
    return stride(from: 0, to: scores.count, by: classes).flatMap { first in
      let row = scores[first..<(first + classes)].map(Double.init)
      let largest = row.max() ?? 0
      let logSum = largest + log(row.reduce(0) { $0 + exp($1 - largest) })
      return row.map { $0 - logSum }
    }
  }
}
