import Networks
import Tensors

/// Images of noise with a bright patch, whose place is the class: separable, but not by a mean over
/// all pixels.
struct SyntheticBatches: TrainingBatches {
  let examples: Tensor
  let labels: [Int]

  init(count: Int, channels: Int = 2, height: Int = 8, width: Int = 6, seed: UInt64 = 5) {
    var generator = SeededGenerator(seed: seed)
    let labels = (0..<count).map { _ in generator.integer(below: 3) }
    let area = height * width
    examples = Tensor(shape: [count, channels, height, width]) { place in
      let (row, column) = (place % area / width, place % width)
      let label = labels[place / (channels * area)]
      // Horizontal stripes, vertical stripes or a chequerboard.
      let bright = [row % 2, column % 2, (row + column) % 2][label]
      return Float(bright) + 0.5 * Float(generator.normal())
    }
    self.labels = labels
  }

  var exampleCount: Int { labels.count }
  var exampleShape: Shape { Shape(Array(examples.shape.extents.dropFirst())) }

  func epoch(batchSize: Int, shuffledBy stream: inout SeededGenerator) -> Pass {
    Pass(data: self, order: stream.permutation(of: exampleCount), batchSize: batchSize)
  }

  struct Pass: TrainingEpoch {
    let data: SyntheticBatches
    let order: [Int]
    let batchSize: Int

    func fill(_ inputs: UnsafeMutableBufferPointer<Float>, withBatch index: Int) -> [Int] {
      let chosen = order[index * batchSize..<(index + 1) * batchSize]
      let size = data.exampleShape.count
      for (row, example) in chosen.enumerated() {
        for element in 0..<size {
          inputs[row * size + element] = data.examples.scalars[example * size + element]
        }
      }
      return chosen.map { data.labels[$0] }
    }
  }
}
