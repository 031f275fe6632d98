public import Tensors

extension Tensor {
  /// The largest difference to exact numbers, relative to the largest of them (at least 1); infinite
  /// when the numbers of elements differ or one is NaN.
  public func error(against exact: [Double]) -> Double {
    guard exact.count == count else { return .infinity }
    let scale = exact.reduce(1.0) { max($0, abs($1)) }
    return zip(scalars, exact).reduce(0.0) { worst, pair in
      if Double(pair.0) == pair.1 { return worst }
      let error = abs(Double(pair.0) - pair.1) / scale
      return error.isNaN ? .infinity : max(worst, error)
    }
  }
}
