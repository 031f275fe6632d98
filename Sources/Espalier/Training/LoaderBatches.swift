import Datasets
import Networks
import Tensors

/// A data set's batches as the trainer asks for them.
struct LoaderBatches: TrainingBatches {
  let loader: BatchLoader

  var exampleCount: Int { loader.indices.count }
  var exampleShape: Shape { loader.images.shape }

  /// One pass in random order; the batch size is the loader's own.
  ///
  /// - Throws: `EspalierError.setting` when another batch size is asked for.
  func epoch(batchSize: Int, shuffledBy stream: inout SeededGenerator) throws -> Epoch {
    guard batchSize == loader.batchSize else {
      throw EspalierError.setting(
        name: "batch size", expected: "the loader's \(loader.batchSize)", found: "\(batchSize)")
    }
    return Epoch(batches: loader.epoch(shuffledBy: &stream))
  }

  /// One pass: each batch is made when it is asked for.
  struct Epoch: TrainingEpoch {
    let batches: Batches

    func fill(
      _ inputs: UnsafeMutableBufferPointer<Float>, withBatch index: Int
    ) throws -> [Int] {
      let batch = batches[index]
      guard batch.images.scalars.count == inputs.count else {
        throw DatasetError.bufferSize(expected: batch.images.scalars.count, found: inputs.count)
      }
      _ = inputs.update(fromContentsOf: batch.images.scalars)
      return batch.labels
    }
  }
}
