import Tensors

/// How a window slides over spatial axes: the attributes that Conv, MaxPool and AveragePool share.
struct SlidingWindow: Sendable {
  /// ONNX's `auto_pad`.
  enum Padding: String {
    case explicit = "NOTSET"
    case valid = "VALID"
    case sameUpper = "SAME_UPPER"
    case sameLower = "SAME_LOWER"
  }

  /// `kernel_shape`; a convolution may leave it to its weights.
  let kernel: [Int]?
  private let strides: [Int]?
  private let dilations: [Int]?
  private let pads: [Int]?
  private let padding: Padding
  private let roundsUp: Bool

  /// Reads `kernel_shape`, `strides`, `dilations`, `pads`, `auto_pad` and `ceil_mode`.
  ///
  /// - Throws: `GraphError` for a value out of range, and for lists of unequal length.
  init(_ node: NodeReader) throws(GraphError) {
    kernel = try Self.list("kernel_shape", from: 1, of: node)
    strides = try Self.list("strides", from: 1, of: node)
    dilations = try Self.list("dilations", from: 1, of: node)
    pads = try Self.list("pads", from: 0, of: node)
    roundsUp = try node.int("ceil_mode", default: 0) != 0
    let name = try node.string("auto_pad", default: Padding.explicit.rawValue)
    guard let padding = Padding(rawValue: name.isEmpty ? "NOTSET" : name) else {
      throw node.unsupported("auto_pad", name)
    }
    self.padding = padding
  }

  /// Whether every list that is there belongs to this number of spatial axes.
  func fits(rank: Int) -> Bool {
    [kernel, strides, dilations].allSatisfy { $0 == nil || $0?.count == rank }
      && (pads == nil || pads?.count == 2 * rank)
  }

  /// The window along each axis; `fits(rank:)` holds.
  func axes(over extents: [Int], kernel: [Int]) -> [WindowAxis] {
    extents.indices.map { axis in
      WindowAxis(
        input: extents[axis], kernel: kernel[axis], stride: strides?[axis] ?? 1,
        dilation: dilations?[axis] ?? 1, padding: padding,
        pads: (pads?[axis] ?? 0, pads?[axis + extents.count] ?? 0), roundsUp: roundsUp)
    }
  }

  /// Bounds keep the products of extents in shape rules far from overflow, whatever a file says.
  private static func list(
    _ name: String, from least: Int, of node: NodeReader
  ) throws(GraphError) -> [Int]? {
    guard let list = try node.ints(name) else { return nil }
    guard list.allSatisfy({ $0 >= least && $0 <= 1 << 20 }) else {
      throw node.unsupported(name, "\(list)")
    }
    return list
  }
}

/// A window along one axis: tap t of output o reads input `o·stride − padBefore + t·dilation`.
struct WindowAxis: Equatable, Sendable {
  /// The extent of the input.
  let input: Int
  /// The number of taps.
  let kernel: Int
  /// Inputs from one output to the next.
  let stride: Int
  /// Inputs from one tap to the next.
  let dilation: Int
  /// Zeros before the first input.
  let padBefore: Int
  /// Zeros after the last input.
  let padAfter: Int
  /// The number of outputs; not positive when the window does not fit.
  let output: Int

  /// The axis that one output and one input make.
  static let single = WindowAxis(
    input: 1, kernel: 1, stride: 1, dilation: 1, padding: .valid, pads: (0, 0), roundsUp: false)

  /// The pads and the number of outputs under ONNX's rules.
  ///
  /// With `roundsUp`, a window that would begin in the padding behind the input is left out, as in
  /// PyTorch and in ONNX since opset 19's correction.
  init(
    input: Int, kernel: Int, stride: Int, dilation: Int, padding: SlidingWindow.Padding,
    pads: (before: Int, after: Int), roundsUp: Bool
  ) {
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    let reach = (kernel - 1) * dilation + 1
    switch padding {
    case .sameUpper, .sameLower:
      output = (input + stride - 1) / stride
      let total = max(0, (output - 1) * stride + reach - input)
      padBefore = padding == .sameUpper ? total / 2 : total - total / 2
      padAfter = total - padBefore
    case .explicit, .valid:
      padBefore = padding == .explicit ? pads.before : 0
      padAfter = padding == .explicit ? pads.after : 0
      let room = input + padBefore + padAfter - reach
      guard room >= 0 else {
        output = 0
        return
      }
      var count = room / stride + 1
      if roundsUp && room % stride != 0 && count * stride < input + padBefore { count += 1 }
      output = count
    }
  }

  /// The span from the first to the last tap.
  var reach: Int { (kernel - 1) * dilation + 1 }

  /// The input under tap 0 of an output; negative inside the padding.
  func start(_ output: Int) -> Int { output * stride - padBefore }

  /// The taps of an output that lie on the input.
  func taps(_ output: Int) -> Range<Int> {
    let start = start(output)
    let first = start < 0 ? (-start + dilation - 1) / dilation : 0
    let end = input <= start ? 0 : min(kernel, (input - start + dilation - 1) / dilation)
    return min(first, max(end, 0))..<max(end, 0)
  }

  /// How many taps of an output lie on the input or its padding.
  func paddedTaps(_ output: Int) -> Int {
    let room = input + padAfter - start(output)
    return min(kernel, (room + dilation - 1) / dilation)
  }
}
