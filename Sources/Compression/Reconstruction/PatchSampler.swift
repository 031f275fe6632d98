import Tensors

/// Reads what a layer sees and makes at chosen output positions of some images.
struct PatchSampler {
  /// Positions for each image, row-major numbers of output pixels.
  let positions: [[Int]]
  let outputWidth: Int

  /// Chooses positions without replacement, all of them when there are no more than asked for.
  init(
    images: Int, perImage: Int, output: Shape, using generator: inout SeededGenerator
  ) {
    let area = output.rank == 4 ? output[2] * output[3] : 1
    outputWidth = output.rank == 4 ? output[3] : 1
    positions = (0..<images).map { _ in
      guard area > perImage else { return Array(0..<area) }
      return Array(generator.permutation(of: area).prefix(perImage)).sorted()
    }
  }

  /// The rows from all images before one.
  func firstRow(of image: Int) -> Int { image * (positions.first?.count ?? 0) }

  /// The number of rows in all.
  var rowCount: Int { firstRow(of: positions.count) }

  /// Writes the patches of one image: rows × `layer.features`, the last feature 1.
  ///
  /// - Parameter image: the input of one image, H, W, C (or the features of one row).
  func gatherPatches(
    _ layer: DenseLayer, image: UnsafePointer<Float>, extents: Shape, number: Int,
    into rows: UnsafeMutablePointer<Float>
  ) {
    let features = layer.features
    for (row, position) in positions[number].enumerated() {
      let out = rows + row * features
      out[features - 1] = 1
      guard let window = layer.window else {
        out.update(from: image, count: features - 1)
        continue
      }
      let (height, width) = (extents[2], extents[3])
      let top = (position / outputWidth) * window.stride.y - window.pad.top
      let left = (position % outputWidth) * window.stride.x - window.pad.left
      for tapY in 0..<window.kernel.height {
        let y = top + tapY * window.dilation.y
        for tapX in 0..<window.kernel.width {
          let x = left + tapX * window.dilation.x
          let tap = out + tapY * window.kernel.width + tapX
          if y >= 0, y < height, x >= 0, x < width {
            let pixel = image + (y * width + x) * layer.channels
            for channel in 0..<layer.channels { tap[channel * layer.area] = pixel[channel] }
          } else {
            for channel in 0..<layer.channels { tap[channel * layer.area] = 0 }
          }
        }
      }
    }
  }

  /// Writes one image's value of the layer's output shape at the positions: rows × outputs.
  func gatherOutputs(
    _ image: UnsafePointer<Float>, outputs: Int, number: Int,
    into rows: UnsafeMutablePointer<Float>
  ) {
    for (row, position) in positions[number].enumerated() {
      (rows + row * outputs).update(from: image + position * outputs, count: outputs)
    }
  }
}
