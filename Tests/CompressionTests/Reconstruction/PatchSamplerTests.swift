import Networks
import TestSupport
import Tensors
import Testing

@testable import Compression

/// A convolution's window, with what an explicit im2col needs to know of it.
struct WindowCase: CustomTestStringConvertible, Sendable {
  var kernel = (1, 1)
  var stride = (1, 1)
  var dilation = (1, 1)
  /// top, left, bottom, right: the border that the window really sees.
  var border = [0, 0, 0, 0]
  var attributes: [String: Attribute] = [:]
  var testDescription: String {
    "kernel \(kernel), stride \(stride), dilation \(dilation), border \(border), \(attributes)"
  }

  static let all = [
    WindowCase(),
    WindowCase(stride: (2, 3)),
    WindowCase(kernel: (3, 3), border: [1, 1, 1, 1]).padded,
    WindowCase(kernel: (3, 3), stride: (2, 2), border: [1, 0, 0, 2]).padded,
    WindowCase(kernel: (5, 3), stride: (1, 2), border: [2, 1, 2, 1]).padded,
    WindowCase(kernel: (5, 5), border: [3, 2, 1, 4]).padded,
    WindowCase(kernel: (3, 2), dilation: (2, 3), border: [2, 1, 0, 3]).padded,
    WindowCase(
      kernel: (3, 3), stride: (2, 2), border: [1, 0, 1, 1],
      attributes: ["auto_pad": .string("SAME_UPPER")]),
    WindowCase(
      kernel: (3, 3), stride: (2, 2), border: [1, 1, 1, 0],
      attributes: ["auto_pad": .string("SAME_LOWER")]),
    WindowCase(
      kernel: (5, 4), dilation: (1, 2), border: [2, 3, 2, 3],
      attributes: ["auto_pad": .string("SAME_UPPER"), "pads": .ints([0, 0, 0, 0])]),
    WindowCase(
      kernel: (3, 3), attributes: ["auto_pad": .string("VALID"), "pads": .ints([1, 1, 1, 1])]),
  ]

  private var padded: WindowCase {
    var own = self
    own.attributes["pads"] = .ints(border)
    return own
  }

  /// A convolution 2 → 3 on images of 7 × 6.
  var graph: Graph {
    var sketch = Sketch([2, 7, 6])
    let weight = sketch.draws("weight", [3, 2, kernel.0, kernel.1])
    let bias = sketch.draws("bias", [3])
    var attributes = attributes
    attributes["strides"] = .ints([stride.0, stride.1])
    attributes["dilations"] = .ints([dilation.0, dilation.1])
    return sketch.graph(sketch.node("Conv", "y", ["x", weight, bias], attributes))
  }

  /// Every patch of an image 2 × 7 × 6, cut from a copy with a border of zeros.
  func patches(of image: ArraySlice<Float>) -> [[Float]] {
    let (height, width) = (7 + border[0] + border[2], 6 + border[1] + border[3])
    var bordered = [Float](repeating: 0, count: 2 * height * width)
    for (position, value) in image.enumerated() {
      let (channel, y, x) = (position / 42, position / 6 % 7, position % 6)
      bordered[(channel * height + y + border[0]) * width + x + border[1]] = value
    }
    let rows = (height - (kernel.0 - 1) * dilation.0 - 1) / stride.0 + 1
    let columns = (width - (kernel.1 - 1) * dilation.1 - 1) / stride.1 + 1
    return (0..<(rows * columns)).map { position in
      var patch: [Float] = []
      for channel in 0..<2 {
        for tapY in 0..<kernel.0 {
          for tapX in 0..<kernel.1 {
            let y = position / columns * stride.0 + tapY * dilation.0
            let x = position % columns * stride.1 + tapX * dilation.1
            patch.append(bordered[(channel * height + y) * width + x])
          }
        }
      }
      return patch + [1]
    }
  }
}

@Suite struct PatchSamplerTests {
  @Test(arguments: WindowCase.all)
  func patchesAreThoseOfAnExplicitImageToColumns(_ window: WindowCase) throws {
    let graph = window.graph
    let shapes = try graph.shapes(batch: 1)
    let layer = try #require(DenseLayer(0, of: graph, shapes: shapes))
    #expect(layer.channels == 2 && layer.outputs == 3)
    #expect(layer.area == window.kernel.0 * window.kernel.1)
    let images = Tensor.normal([2, 2, 7, 6], seed: 3)
    let output = try output(of: graph, for: images)
    let area = output.shape[2] * output.shape[3]
    var generator = SeededGenerator(seed: 1)
    let sampler = PatchSampler(
      images: 2, perImage: area, output: output.shape, using: &generator)
    for number in 0..<2 {
      let expected = window.patches(of: images.scalars[(number * 84)..<(number * 84 + 84)])
      let patches = patches(sampler, layer, images, number)
      #expect(patches == expected)
      #expect(expected.count == area)
      try expectProduct(patches, graph, output, number)
    }
  }

  /// Weights times patches are what the executor computes.
  private func expectProduct(
    _ patches: [[Float]], _ graph: Graph, _ output: Tensor, _ number: Int
  ) throws {
    let weight = try #require(graph.initializers["weight"]?.tensor).scalars
    let bias = try #require(graph.initializers["bias"]?.tensor).scalars
    for (position, patch) in patches.enumerated() {
      for channel in 0..<3 {
        var sum = bias[channel]
        for (feature, value) in patch.dropLast().enumerated() {
          sum += value * weight[channel * (patch.count - 1) + feature]
        }
        let found = output.scalars[(number * 3 + channel) * patches.count + position]
        #expect(abs(sum - found) < 1e-4)
      }
    }
  }

  private func patches(
    _ sampler: PatchSampler, _ layer: DenseLayer, _ images: Tensor, _ number: Int
  ) -> [[Float]] {
    let count = sampler.positions[number].count
    let size = images.count / images.shape[0]
    var rows = [Float](repeating: .nan, count: count * layer.features)
    rows.withUnsafeMutableBufferPointer { rows in
      StoredValue(images).scalars.withUnsafeBufferPointer { values in
        guard let rows = rows.baseAddress, let values = values.baseAddress else { return }
        sampler.gatherPatches(
          layer, image: values + number * size, extents: images.shape, number: number, into: rows)
      }
    }
    return (0..<count).map {
      Array(rows[($0 * layer.features)..<(($0 + 1) * layer.features)])
    }
  }

  @Test func positionsAreDrawnWithoutReplacementAndStandInOrder() {
    var generator = SeededGenerator(seed: 4)
    let sampler = PatchSampler(
      images: 9, perImage: 11, output: [1, 5, 6, 4], using: &generator)
    #expect(sampler.positions.count == 9 && sampler.rowCount == 99)
    #expect(sampler.firstRow(of: 4) == 44)
    for positions in sampler.positions {
      #expect(positions.count == 11 && positions == Set(positions).sorted())
      #expect(positions.allSatisfy { (0..<24).contains($0) })
    }
    #expect(Set(sampler.positions).count == 9)
  }

  @Test func aRowOfFeaturesIsItsOwnPatch() throws {
    var sketch = Sketch([5])
    let graph = sketch.graph(sketch.dense("y", "x", 5, 3))
    let layer = try #require(
      DenseLayer(0, of: graph, shapes: try graph.shapes(batch: 1)))
    let rows = Tensor.normal([3, 5], seed: 2)
    var generator = SeededGenerator(seed: 1)
    let sampler = PatchSampler(images: 3, perImage: 16, output: [1, 3], using: &generator)
    #expect(sampler.positions == [[0], [0], [0]])
    #expect(patches(sampler, layer, rows, 1) == [Array(rows.scalars[5..<10]) + [1]])
  }

  @Test func momentsAreSumsOverAllPatches() throws {
    let window = WindowCase(kernel: (3, 3), stride: (1, 1), border: [0, 0, 0, 0])
    let graph = window.graph
    let layer = try #require(
      DenseLayer(0, of: graph, shapes: try graph.shapes(batch: 1)))
    // 41 images at 20 positions: more rows than one block, and shards of unequal size.
    let images = Tensor.normal([41, 2, 7, 6], seed: 8)
    var generator = SeededGenerator(seed: 1)
    let sampler = PatchSampler(
      images: 41, perImage: 20, output: [1, 3, 5, 4], using: &generator)
    let targets = Tensor.normal([41 * 20, 3], seed: 9).scalars
    var gram = [Double](repeating: 0, count: 19 * 19)
    var cross = [Double](repeating: 0, count: 19 * 3)
    for number in 0..<41 {
      let all = window.patches(of: images.scalars[(number * 84)..<(number * 84 + 84)])
      for (row, patch) in all.enumerated() {
        for (i, a) in patch.enumerated() {
          for (j, b) in patch.enumerated() { gram[i * 19 + j] += Double(a) * Double(b) }
          for output in 0..<3 {
            cross[i * 3 + output] += Double(a) * Double(targets[(number * 20 + row) * 3 + output])
          }
        }
      }
    }
    let one = SecondMoments(
      layer, sampler: sampler, input: StoredValue(images), targets: targets,
      pool: WorkerPool(threads: 1))
    let two = SecondMoments(
      layer, sampler: sampler, input: StoredValue(images), targets: targets,
      pool: WorkerPool(threads: 2))
    #expect(one.gram == two.gram && one.cross == two.cross)
    #expect(zip(one.gram, gram).allSatisfy { abs($0 - $1) < 1e-2 })
    #expect(zip(one.cross, cross).allSatisfy { abs($0 - $1) < 1e-2 })
  }
}
