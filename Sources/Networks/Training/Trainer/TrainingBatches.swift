public import Tensors

/// Labelled examples to train on.
public protocol TrainingBatches {
  /// One pass over the examples.
  associatedtype Epoch: TrainingEpoch

  /// The number of examples.
  var exampleCount: Int { get }
  /// The extents of one example, without the batch.
  var exampleShape: Shape { get }

  /// One pass over all examples in random order.
  ///
  /// The same stream must give the same pass, whatever was asked for before.
  ///
  /// - Parameters:
  ///   - batchSize: the number of examples in each batch that will be asked for.
  ///   - stream: where the order, and whatever changes the examples, is drawn from.
  /// - Throws: what the data find wrong.
  func epoch(batchSize: Int, shuffledBy stream: inout SeededGenerator) throws -> Epoch
}

/// One pass over labelled examples, in batches of the size that was asked for.
public protocol TrainingEpoch {
  /// Writes the examples of a batch, row-major, and gives their labels.
  ///
  /// - Parameters:
  ///   - index: from 0 to below `exampleCount / batchSize`, in rising order: the trainer leaves out
  ///     a last batch that is not full.
  ///   - inputs: batch size × example shape numbers.
  /// - Returns: a label for each example.
  /// - Throws: what the data find wrong.
  func fill(
    _ inputs: UnsafeMutableBufferPointer<Float>, withBatch index: Int
  ) throws -> [Int]
}
