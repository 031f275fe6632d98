import Foundation
public import Networks

/// What a network says of each image, to hold others against: the softmax of its class scores.
public struct ClassProbabilities: Sendable {
  private let probabilities: [Float]
  private let classes: Int

  /// What a network says of the images of an evaluator.
  ///
  /// - Throws: as measuring does.
  public init(of graph: Graph, _ evaluator: ClassificationEvaluator) throws {
    classes = try graph.classOutput().classes
    var probabilities: [Float] = []
    probabilities.reserveCapacity(classes * evaluator.images.count)
    let classes = classes
    _ = try evaluator.visit(graph) { scores, _ in
      for image in 0..<(scores.count / classes) {
        probabilities += Self.softmax(of: image, in: UnsafeBufferPointer(scores), classes)
      }
      return true
    }
    self.probabilities = probabilities
  }

  /// What the probabilities of each of some images have in common with these.
  ///
  ///     Σ_c min(p_c, q_c) = 1 − ½·Σ_c |p_c − q_c|
  ///
  /// one minus the total variation distance, 1 where they are equal. No label is asked. A score that is no
  /// number has nothing in common.
  func agreement(
    with scores: UnsafeMutableBufferPointer<Float>, of images: Range<Int>
  ) -> [Double] {
    images.enumerated().map { position, image in
      let other = Self.softmax(of: position, in: UnsafeBufferPointer(scores), classes)
      let own = probabilities[(image * classes)..<((image + 1) * classes)]
      let common = zip(own, other).reduce(0.0) { $0 + Double(min($1.0, $1.1)) }
      return common.isFinite ? common : 0
    }
  }

  private static func softmax(
    of image: Int, in scores: UnsafeBufferPointer<Float>, _ classes: Int
  ) -> [Float] {
    let row = scores[(image * classes)..<((image + 1) * classes)]
    let largest = row.max() ?? 0
    let exponentials = row.map { exp($0 - largest) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }
}
