/// The integers that say how much work one layer is, whatever the network it stands in.
///
/// Every layer is a convolution to a cost model: a dense layer is one of a 1 × 1 image, a matrix product
/// (M × K) · (K × N) one of an M × 1 image with K input and N output channels.
public struct Workload: Hashable, Sendable {
  /// What kind of layer it is.
  public enum Operation: String, Hashable, Sendable {
    /// A convolution, depthwise ones included.
    case convolution
    /// A matrix of parameters times a vector for each example.
    case dense
    /// A product of two matrices.
    case product
    /// Maximum or average over windows: no multiply-accumulates.
    case pooling
    /// Something done to each element: no multiply-accumulates.
    case elementwise
  }

  /// The largest extent; keeps every product of extents and bits that a model forms within `Int`.
  public static let largestExtent = 1 << 24
  /// The most multiply-accumulates.
  public static let mostMACs = 1 << 48
  /// The most elements of an input, an output or the weights.
  public static let mostElements = 1 << 40

  /// What kind of layer it is.
  public let operation: Operation
  /// Examples in a pass.
  public let batch: Int
  /// Channels that come in, over all groups.
  public let inputChannels: Int
  /// Channels that go out, over all groups.
  public let outputChannels: Int
  /// The extents of the images that come in, without padding.
  public let input: Extents
  /// The extents of the images that go out.
  public let output: Extents
  /// The extents of the kernel.
  public let kernel: Extents
  /// How far the kernel moves.
  public let stride: Extents
  /// The groups of a convolution; as many as input channels in a depthwise one.
  public let groups: Int
  /// Whether the layer reads the network's input: some hardware treats it apart.
  public let isFirst: Bool

  /// Height and width.
  public struct Extents: Hashable, Sendable {
    /// Rows.
    public let height: Int
    /// Columns.
    public let width: Int

    /// Extents.
    public init(_ height: Int, _ width: Int) {
      self.height = height
      self.width = width
    }

    /// A square.
    public init(_ side: Int) { self.init(side, side) }

    /// height · width, which a checked workload keeps within `Int`.
    public var area: Int { height * width }
  }

  /// A workload of checked integers.
  ///
  /// - Parameter input: the images that come in; output · stride when left out ("same" padding).
  /// - Throws: `HardwareError.workload` with the field that is not positive, too large, or no multiple
  ///   of the groups.
  public init(
    _ operation: Operation, batch: Int = 1, inputChannels: Int, outputChannels: Int,
    input: Extents? = nil, output: Extents, kernel: Extents = Extents(1),
    stride: Extents = Extents(1), groups: Int = 1, isFirst: Bool = false
  ) throws(HardwareError) {
    let fields = [
      ("batch", batch), ("inputChannels", inputChannels), ("outputChannels", outputChannels),
      ("outputHeight", output.height), ("outputWidth", output.width),
      ("kernelHeight", kernel.height), ("kernelWidth", kernel.width),
      ("strideHeight", stride.height), ("strideWidth", stride.width), ("groups", groups),
      ("inputHeight", input?.height ?? 1), ("inputWidth", input?.width ?? 1),
    ]
    for (name, value) in fields where !(1...Self.largestExtent).contains(value) {
      throw .workload(
        field: name, expected: "between 1 and \(Self.largestExtent)", found: "\(value)")
    }
    for (name, channels) in [("inputChannels", inputChannels), ("outputChannels", outputChannels)]
    where channels % groups != 0 {
      throw .workload(
        field: name, expected: "a multiple of the \(groups) groups", found: "\(channels)")
    }
    self.operation = operation
    self.batch = batch
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.input =
      input ?? Extents(output.height * stride.height, output.width * stride.width)
    self.output = output
    self.kernel = kernel
    self.stride = stride
    self.groups = groups
    self.isFirst = isFirst
    try checkSizes()
  }

  /// A matrix product (m × k) · (k × n).
  ///
  /// - Throws: as the other.
  public static func product(m: Int, n: Int, k: Int) throws(HardwareError) -> Workload {
    try Workload(.product, inputChannels: k, outputChannels: n, output: Extents(m, 1))
  }

  private func checkSizes() throws(HardwareError) {
    let sizes = [
      (
        "multiply-accumulates", Self.mostMACs,
        pixels + [kernel.area, outputChannels, inputChannels / groups]
      ),
      ("weights", Self.mostElements, [kernel.area, outputChannels, inputChannels / groups]),
      ("input elements", Self.mostElements, [batch, inputChannels, input.height, input.width]),
      ("output elements", Self.mostElements, pixels + [outputChannels]),
    ]
    for (name, most, factors) in sizes {
      _ = try CheckedCount.product(name, of: factors, atMost: most)
    }
  }

  private var pixels: [Int] { [batch, output.height, output.width] }
}

extension Workload {
  /// Whether every channel is convolved on its own.
  public var isDepthwise: Bool {
    operation == .convolution && groups > 1 && groups == inputChannels
  }

  /// Whether the layer multiplies by weights (or by a second matrix).
  public var hasProducts: Bool { operation != .pooling && operation != .elementwise }

  /// The weights that one output reads: kernel · input channels of a group.
  public var reduction: Int { kernel.area * (inputChannels / groups) }

  /// The numbers of weights; none without products.
  public var weights: Int { hasProducts ? reduction * outputChannels : 0 }

  /// The output positions of a pass: batch · height · width.
  public var outputPixels: Int { batch * output.area }

  /// The elements that come in, over the batch.
  public var inputElements: Int { batch * inputChannels * input.area }

  /// The elements that go out, over the batch.
  public var outputElements: Int { outputPixels * outputChannels }

  /// The multiply-accumulates of a pass, over the batch.
  public var macs: Int { hasProducts ? outputPixels * reduction * outputChannels : 0 }

  /// The same layer for another number of examples.
  ///
  /// - Throws: as making one does.
  public func with(batch: Int) throws(HardwareError) -> Workload {
    try Workload(
      operation, batch: batch, inputChannels: inputChannels, outputChannels: outputChannels,
      input: input, output: output, kernel: kernel, stride: stride, groups: groups, isFirst: isFirst
    )
  }
}
