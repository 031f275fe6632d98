import Tensors

@testable import Networks

/// Windows over any number of spatial axes, tap by tap, as ONNX writes them down.
struct Windows {
  let input: [Int]
  let kernel: [Int]
  var strides: [Int]
  var dilations: [Int]
  var begins: [Int]
  var ends: [Int]
  let output: [Int]

  init(
    input: [Int], kernel: [Int], strides: [Int]? = nil, dilations: [Int]? = nil,
    pads: [Int]? = nil, output: [Int]
  ) {
    let ones = [Int](repeating: 1, count: input.count)
    self.input = input
    self.kernel = kernel
    self.strides = strides ?? ones
    self.dilations = dilations ?? ones
    begins = Array((pads ?? ones.map { _ in 0 }).prefix(input.count))
    ends = Array((pads ?? ones.map { _ in 0 }).suffix(input.count))
    self.output = output
  }

  struct Tap {
    /// The position in the kernel.
    let tap: Int
    /// The position in the input, nil outside.
    let position: Int?
    /// Whether it lies on the input or its padding.
    let isPadded: Bool
  }

  /// The taps of one output.
  func taps(of position: Int) -> [Tap] {
    let outputs = Windows.unflatten(position, output)
    return (0..<kernel.reduce(1, *)).map { tap in
      let steps = Windows.unflatten(tap, kernel)
      var (flat, isInside, isPadded) = (0, true, true)
      for axis in input.indices {
        let at = outputs[axis] * strides[axis] - begins[axis] + steps[axis] * dilations[axis]
        isInside = isInside && at >= 0 && at < input[axis]
        isPadded = isPadded && at < input[axis] + ends[axis]
        flat = flat * input[axis] + at
      }
      return Tap(tap: tap, position: isInside ? flat : nil, isPadded: isPadded)
    }
  }

  private static func unflatten(_ position: Int, _ extents: [Int]) -> [Int] {
    var rest = position
    var indices = [Int](repeating: 0, count: extents.count)
    for axis in extents.indices.reversed() {
      indices[axis] = rest % extents[axis]
      rest /= extents[axis]
    }
    return indices
  }
}
