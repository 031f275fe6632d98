public import Tensors

extension QuantizationLevels {
  /// A tensor brought to the levels: `scale · clamp(round(x / scale), lowest, highest)`.
  ///
  /// - Parameters:
  ///   - scales: one for all, or one for each index of `axis`; where a scale is 0 values stay.
  ///   - axis: an axis of the tensor.
  public func quantize(_ tensor: Tensor, scales: [Float], axis: Int = 0) -> Tensor {
    var result = tensor
    guard scales.count > 0, tensor.count > 0 else { return result }
    let run =
      scales.count == 1 ? tensor.count : tensor.shape.extents.dropFirst(axis + 1).reduce(1, *)
    let grids = scales.map { grid(scale: $0) }
    result.scalars.withUnsafeMutableBufferPointer { values in
      guard let values = values.baseAddress else { return }
      for row in 0..<tensor.count / max(run, 1) {
        guard let grid = grids[row % grids.count] else { continue }
        Kernels.quantize(values + row * run, to: grid, into: values + row * run, count: run)
      }
    }
    return result
  }

  /// The numbers of the levels that a tensor's elements go to, in row-major order; 0 where the scale
  /// is 0.
  public func numbers(of tensor: Tensor, scales: [Float], axis: Int = 0) -> [Int] {
    let quantized = quantize(tensor, scales: scales, axis: axis)
    guard scales.count > 0 else { return [] }
    let run =
      scales.count == 1 ? tensor.count : tensor.shape.extents.dropFirst(axis + 1).reduce(1, *)
    return quantized.scalars.enumerated().map { position, value in
      let scale = scales[position / max(run, 1) % scales.count]
      guard scale > 0, value.isFinite else { return 0 }
      return min(max(Int((value / scale).rounded()), lowest), highest)
    }
  }
}
