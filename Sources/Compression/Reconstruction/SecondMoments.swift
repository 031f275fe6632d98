import Tensors

/// All that least squares needs of the data: XᵀX and XᵀY over the sampled rows.
///
/// Any subset of the features is then a small solve; no row is read again. Sums run in single precision
/// within blocks of rows and in double precision across them, block after block in a fixed order.
struct SecondMoments {
  let features: Int
  let outputs: Int
  /// features × features, symmetric, both triangles filled.
  private(set) var gram: [Double]
  /// features × outputs.
  private(set) var cross: [Double]

  /// Rows that one block adds up in single precision.
  private static let blockRows = 256
  /// Parts of the images summed apart, whatever the number of threads.
  private static let shards = 4

  /// Gathers the moments of a layer.
  ///
  /// - Parameters:
  ///   - layer: the layer.
  ///   - sampler: the positions to read.
  ///   - input: the layer's input for all images.
  ///   - targets: rows × outputs, what the layer should give.
  ///   - pool: where the shards run.
  init(
    _ layer: DenseLayer, sampler: PatchSampler, input: StoredValue, targets: [Float],
    pool: WorkerPool
  ) {
    features = layer.features
    outputs = layer.outputs
    let images = sampler.positions.count
    let extents = input.shape
    let gramCount = features * features
    let crossCount = features * outputs
    var partialGram = [Double](repeating: 0, count: gramCount * Self.shards)
    var partialCross = [Double](repeating: 0, count: crossCount * Self.shards)
    let imageCount = input.exampleCount
    partialGram.withUnsafeMutableBufferPointer { grams in
      partialCross.withUnsafeMutableBufferPointer { crosses in
        input.scalars.withUnsafeBufferPointer { input in
          targets.withUnsafeBufferPointer { targets in
            guard let gram = grams.baseAddress, let cross = crosses.baseAddress,
              let input = input.baseAddress, let targets = targets.baseAddress
            else { return }
            pool.run(shards: Self.shards) { shard in
              let accumulator = BlockAccumulator(
                layer, gram: gram + shard * gramCount, cross: cross + shard * crossCount,
                capacity: Self.blockRows)
              for image in (shard * images / Self.shards)..<((shard + 1) * images / Self.shards) {
                accumulator.add(
                  sampler, image: image, input: input + image * imageCount,
                  targets: targets + sampler.firstRow(of: image) * layer.outputs,
                  extents: extents)
              }
              accumulator.finish()
            }
          }
        }
      }
    }
    gram = Self.sum(partialGram, count: gramCount)
    cross = Self.sum(partialCross, count: crossCount)
    for row in 0..<features {
      for column in 0..<row { gram[column * features + row] = gram[row * features + column] }
    }
  }

  private static func sum(_ partial: [Double], count: Int) -> [Double] {
    var total = Array(partial[0..<count])
    for shard in 1..<shards {
      for position in 0..<count { total[position] += partial[shard * count + position] }
    }
    return total
  }
}

/// Collects rows until a block is full, then adds their moments.
private final class BlockAccumulator {
  private let layer: DenseLayer
  private let gram: UnsafeMutablePointer<Double>
  private let cross: UnsafeMutablePointer<Double>
  private let capacity: Int
  private var rows: [Float]
  private var targets: [Float]
  private var blockGram: [Float]
  private var blockCross: [Float]
  private var count = 0

  init(
    _ layer: DenseLayer, gram: UnsafeMutablePointer<Double>, cross: UnsafeMutablePointer<Double>,
    capacity: Int
  ) {
    self.layer = layer
    self.gram = gram
    self.cross = cross
    self.capacity = capacity
    rows = []
    targets = []
    blockGram = [Float](repeating: 0, count: layer.features * layer.features)
    blockCross = [Float](repeating: 0, count: layer.features * layer.outputs)
  }

  func add(
    _ sampler: PatchSampler, image: Int, input: UnsafePointer<Float>,
    targets newTargets: UnsafePointer<Float>, extents: Shape
  ) {
    let added = sampler.positions[image].count
    let features = layer.features
    rows.append(contentsOf: repeatElement(0, count: added * features))
    rows.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      sampler.gatherPatches(
        layer, image: input, extents: extents, number: image, into: base + count * features)
    }
    targets.append(
      contentsOf: UnsafeBufferPointer(start: newTargets, count: added * layer.outputs))
    count += added
    if count >= capacity { finish() }
  }

  func finish() {
    guard count > 0 else { return }
    let (features, outputs) = (layer.features, layer.outputs)
    blockGram.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    blockCross.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    rows.withUnsafeBufferPointer { rows in
      targets.withUnsafeBufferPointer { targets in
        blockGram.withUnsafeMutableBufferPointer { blockGram in
          blockCross.withUnsafeMutableBufferPointer { blockCross in
            guard let rows = rows.baseAddress, let targets = targets.baseAddress,
              let blockGram = blockGram.baseAddress, let blockCross = blockCross.baseAddress
            else { return }
            Kernels.accumulateGram(
              rows: rows, rowCount: count, columns: features, into: blockGram)
            Kernels.accumulateProducts(
              rows: rows, columns: features, others: targets, otherColumns: outputs,
              rowCount: count, into: blockCross)
          }
        }
      }
    }
    for row in 0..<features {
      for column in 0...row {
        gram[row * features + column] += Double(blockGram[row * features + column])
      }
    }
    for position in 0..<(features * outputs) { cross[position] += Double(blockCross[position]) }
    rows.removeAll(keepingCapacity: true)
    targets.removeAll(keepingCapacity: true)
    count = 0
  }
}
