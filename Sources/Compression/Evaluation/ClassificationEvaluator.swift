public import Datasets
public import Networks
public import Tensors

/// Top-1 and top-5 accuracy of a classifier on labelled images.
///
/// An image counts when its label's score is the largest (top-1) or among the five largest (top-5); of
/// equal scores the class that comes first is the larger one, as in NumPy's `argmax`.
public struct ClassificationEvaluator: Evaluator {
  /// What `evaluate` returns: `top1`, or `agreement` where there is a reference.
  public var metric: String { reference == nil ? "top1" : "agreement" }
  /// The images.
  public let images: LabelledImages
  /// How pixels become numbers.
  public let preprocessing: Preprocessing
  /// Images in one pass.
  public let batch: Int
  /// Images after which a measurement that is far below its threshold ends.
  public let screeningImages: Int?
  /// What is remembered of the networks measured before; nil to run every network from its input.
  public let memory: PrefixMemory?
  /// What the network that candidates are compared with says of each image; nil compares with the labels.
  public let reference: ClassProbabilities?
  private let arithmetic: Arithmetic
  private let pool: WorkerPool

  /// What a pass over the images gives.
  public struct Outcome: Equatable, Sendable {
    /// Percent of the images whose label has the largest score.
    public let top1: Double
    /// Percent of the images whose label is among the five largest scores.
    public let top5: Double
    /// Whether the label has the largest score, for each image that was run.
    public let isRight: [Bool]
    /// How far class probabilities agree with the reference's, 0…1, for each image that was run; empty
    /// without a reference.
    public let agreement: [Double]
    /// The time of each full pass of the network alone, in order.
    public let passSeconds: [Double]

    /// The number of images.
    public var images: Int { isRight.count }
  }

  /// An evaluator on all images of a set.
  public init(
    _ images: LabelledImages, preprocessing: Preprocessing, batch: Int = 50,
    screeningImages: Int? = nil, memory: PrefixMemory? = nil,
    reference: ClassProbabilities? = nil, arithmetic: Arithmetic = .fast, pool: WorkerPool
  ) {
    self.reference = reference
    self.memory = memory
    self.screeningImages = screeningImages
    self.images = images
    self.preprocessing = preprocessing
    self.batch = min(max(1, batch), images.count)
    self.arithmetic = arithmetic
    self.pool = pool
  }

  /// Top-1, or the mean agreement with the reference, in percent.
  ///
  /// - Throws: see `measure`.
  public func evaluate(_ graph: Graph) throws -> Double { score(try measure(graph)) }

  private func score(_ outcome: Outcome) -> Double {
    guard reference != nil else { return outcome.top1 }
    return 100 * outcome.agreement.reduce(0, +) / Double(max(outcome.agreement.count, 1))
  }

  /// The same, of the first images alone when they show that it stays below a threshold.
  ///
  /// "Show" means four standard errors: with p̂ of n images right, p̂ + 4·√(p̂(1 − p̂)/n) is still below.
  /// An image that agrees in part counts in part, which makes the error no larger. Looked at once, after
  /// `screeningImages`; the images are in random order.
  ///
  /// - Throws: see `measure`.
  public func evaluate(_ graph: Graph, unlessBelow threshold: Double) throws -> Double {
    guard let screeningImages, screeningImages < images.count else { return try evaluate(graph) }
    let outcome = try measure(graph) { right, seen in
      guard seen >= screeningImages, seen < screeningImages + batch else { return true }
      let part = right / Double(seen)
      let error = (max(part * (1 - part), 0) / Double(seen)).squareRoot()
      return 100 * (part + 4 * error) >= threshold
    }
    return score(outcome)
  }

  /// Runs every image once.
  ///
  /// - Parameter goesOn: asked after each pass, with the images right (or the sum of what agrees) and seen so
  ///   far; a no ends the measurement with what was seen.
  /// - Throws: `CompressionError.data` when the network takes other images or has fewer classes than
  ///   the labels need, `GraphError` when it cannot be run.
  public func measure(
    _ graph: Graph, goesOn: (_ right: Double, _ seen: Int) -> Bool = { _, _ in true }
  ) throws -> Outcome {
    var ranks: [Int] = []
    var agreement: [Double] = []
    var right = 0.0
    let seconds = try visit(graph) { scores, part in
      ranks += labelRanks(scores, of: part)
      if let reference {
        agreement += reference.agreement(with: scores, of: part)
        right += agreement.suffix(part.count).reduce(0, +)
      } else {
        right += Double(ranks.suffix(part.count).count { $0 == 0 })
      }
      return goesOn(right, ranks.count)
    }
    let total = Double(ranks.count)
    return Outcome(
      top1: 100 * Double(ranks.count { $0 == 0 }) / total,
      top5: 100 * Double(ranks.count { $0 < 5 }) / total,
      isRight: ranks.map { $0 == 0 }, agreement: agreement, passSeconds: seconds)
  }

  /// Runs the images a pass at a time and hands out the scores.
  ///
  /// - Parameter body: given the scores of the images of a pass; returns whether to go on.
  /// - Returns: the time of each full pass of the network alone.
  /// - Throws: as `measure`, and what the body throws.
  func visit(
    _ graph: Graph,
    _ body: (_ scores: UnsafeMutableBufferPointer<Float>, _ images: Range<Int>) throws -> Bool
  ) throws -> [Double] {
    let (input, output) = try names(of: graph)
    var passes = try NetworkPasses(
      graph, input: input, output: output, images: images.count, memory: memory,
      arithmetic: arithmetic, pool: pool)
    var seconds: [Double] = []
    for first in stride(from: 0, to: images.count, by: batch) {
      let part = first..<min(first + batch, images.count)
      let (scores, time) = try passes.run(part) { buffer in
        try images.pixels(of: Array(part), into: buffer, normalization: preprocessing)
      }
      if part.count == batch { seconds.append(time) }
      guard try body(scores, part) else { break }
    }
    return seconds
  }

  /// How many classes score above the label, for each image of a pass.
  private func labelRanks(
    _ scores: UnsafeMutableBufferPointer<Float>, of examples: Range<Int>
  ) -> [Int] {
    let classes = scores.count / examples.count
    return examples.enumerated().map { position, example in
      Self.rank(
        of: images.labels[example],
        in: UnsafeBufferPointer(
          rebasing: scores[(position * classes)..<((position + 1) * classes)]))
    }
  }

  /// How many classes score above the label.
  ///
  /// A score that is no number ranks the label last.
  private static func rank(of label: Int, in scores: UnsafeBufferPointer<Float>) -> Int {
    guard label < scores.count, !scores[label].isNaN else { return scores.count }
    var rank = 0
    for (position, score) in scores.enumerated()
    where score > scores[label] || (score == scores[label] && position < label) {
      rank += 1
    }
    return rank
  }

  /// Makes sure that a network takes the images and has a score for each class.
  ///
  /// - Throws: `CompressionError.data` with what does not fit.
  public func check(_ graph: Graph) throws { _ = try names(of: graph) }

  private func names(of graph: Graph) throws -> (input: String, output: String) {
    let input = try graph.imageInput(for: images.shape, of: images.name)
    let (output, classes) = try graph.classOutput()
    let needed = (images.labels.max() ?? 0) + 1
    guard needed <= classes else {
      throw CompressionError.data(
        expected: "at least \(needed) classes, as in '\(images.name)'", found: "\(classes)")
    }
    return (input, output)
  }
}

extension LabelledImages {
  /// All images as one tensor, N×C×H×W, made ready for a network.
  ///
  /// - Throws: `DatasetError` when the preprocessing is for another number of channels.
  public func tensor(_ preprocessing: Preprocessing) throws -> Tensor {
    var tensor = Tensor(shape: Shape([count] + shape.extents))
    try tensor.scalars.withUnsafeMutableBufferPointer { buffer in
      try pixels(of: Array(0..<count), into: buffer, normalization: preprocessing)
    }
    return tensor
  }
}
