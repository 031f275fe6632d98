import Tensors

extension TensorView {
  /// The graph's axes as they lie in memory, outermost first.
  var memoryOrder: [Int] {
    layout == .channelsLast && shape.rank == 4 ? [0, 2, 3, 1] : Array(0..<shape.rank)
  }

  /// The distance of neighbours along each of the graph's axes.
  var strides: [Int] {
    var strides = [Int](repeating: 1, count: shape.rank)
    var step = 1
    for axis in memoryOrder.reversed() {
      strides[axis] = step
      step *= shape[axis]
    }
    return strides
  }

  /// The strides along the axes of a larger shape that this one broadcasts to: 0 where it repeats.
  func broadcastStrides(rank: Int) -> [Int] {
    let own = zip(strides, shape.extents).map { $1 == 1 ? 0 : $0 }
    return [Int](repeating: 0, count: max(0, rank - own.count)) + own
  }
}

extension OperatorCall {
  /// The input at a position, nil when there is none.
  func input(_ position: Int) -> TensorView? {
    position < inputs.count ? inputs[position] : nil
  }

  /// Whether an input's gradient is to be written rather than added to.
  func overwrites(_ position: Int) -> Bool {
    position < overwritten.count && overwritten[position]
  }

  /// Where the gradient of the input at a position goes, nil when nobody asks.
  func inputGradient(_ position: Int) -> TensorView? {
    position < inputGradients.count ? inputGradients[position] : nil
  }
}
