import Tensors

/// The extents of a two-dimensional convolution over channels-last images; a one-dimensional one
/// has images of one row.
struct ConvolutionGeometry {
  let batch: Int
  let channels: Int
  let outputs: Int
  let groups: Int
  let vertical: WindowAxis
  let horizontal: WindowAxis

  /// The geometry of shapes that the operator's shape rule has accepted.
  init(input: Shape, weight: Shape, groups: Int, window: SlidingWindow) {
    let axes = window.axes(
      over: Array(input.extents.dropFirst(2)), kernel: Array(weight.extents.dropFirst(2)))
    self.init(
      batch: input[0], channels: input[1], outputs: weight[0], groups: groups,
      vertical: axes.count > 1 ? axes[0] : .single, horizontal: axes.last ?? .single)
  }

  private init(
    batch: Int, channels: Int, outputs: Int, groups: Int, vertical: WindowAxis,
    horizontal: WindowAxis
  ) {
    self.batch = batch
    self.channels = channels
    self.outputs = outputs
    self.groups = groups
    self.vertical = vertical
    self.horizontal = horizontal
  }

  var groupChannels: Int { channels / groups }
  var groupOutputs: Int { outputs / groups }
  var taps: Int { vertical.kernel * horizontal.kernel }
  /// The length of a row of a group's implicit matrix.
  var depth: Int { taps * groupChannels }
  var inputCount: Int { vertical.input * horizontal.input * channels }
  var outputCount: Int { vertical.output * horizontal.output * outputs }
  var weightCount: Int { outputs * depth }
  var isDepthwise: Bool { groups > 1 && groups == channels && groups == outputs }
  var isEmpty: Bool { batch * inputCount * outputCount == 0 }

  /// A pointwise convolution does not see where an image ends: all pixels become rows of one image.
  var flattened: ConvolutionGeometry {
    let isPointwise = [vertical, horizontal].allSatisfy {
      $0.kernel == 1 && $0.stride == 1 && $0.padBefore == 0 && $0.padAfter == 0
    }
    guard isPointwise && groups == 1 else { return self }
    let pixels = WindowAxis(
      input: batch * vertical.input * horizontal.input, kernel: 1, stride: 1, dilation: 1,
      padding: .valid, pads: (0, 0), roundsUp: false)
    return ConvolutionGeometry(
      batch: 1, channels: channels, outputs: outputs, groups: 1, vertical: pixels,
      horizontal: .single)
  }

  /// A part of the work: some rows of some images.
  struct Part {
    let images: Range<Int>
    let rows: Range<Int>
  }

  /// Fixed parts: whole images, or bands of at least 48 pixels of a single one.
  func parts(rows: Int, width: Int, limit: Int) -> [Part] {
    if batch > 1 {
      let shards = Shards(of: batch, limit: limit)
      return (0..<shards.parts).map { Part(images: shards[$0], rows: 0..<rows) }
    }
    let shards = Shards(of: rows, limit: limit, least: (47 + width) / max(width, 1))
    return (0..<shards.parts).map { Part(images: 0..<1, rows: shards[$0]) }
  }

  /// The padded image that the windows slide over.
  var inputFrame: ImageFrame {
    ImageFrame(
      height: vertical.input, width: horizontal.input, channels: channels,
      above: vertical.padBefore, before: horizontal.padBefore,
      rows: (vertical.output - 1) * vertical.stride + vertical.reach,
      columns: (horizontal.output - 1) * horizontal.stride + horizontal.reach)
  }

  /// The rows of `inputFrame` under some rows of the output.
  func frameRows(under rows: Range<Int>) -> Range<Int> {
    rows.lowerBound * vertical.stride..<max(rows.lowerBound, rows.upperBound - 1) * vertical.stride
      + vertical.reach
  }

  /// Where the first tap of each output lies, for the first rows of outputs in a frame.
  func rowOffsets(rows: Int, in frame: ImageFrame) -> [Int] {
    (0..<rows * horizontal.output).map { pixel in
      let (y, x) = pixel.quotientAndRemainder(dividingBy: horizontal.output)
      return (y * vertical.stride * frame.pitch + x * horizontal.stride) * channels
    }
  }

  /// Where a group's inputs of one output lie, from its first tap on.
  func runs(in frame: ImageFrame) -> Kernels.Runs {
    var offsets: [Int] = []
    for y in 0..<vertical.kernel {
      for x in 0..<horizontal.kernel {
        offsets.append(
          (y * vertical.dilation * frame.pitch + x * horizontal.dilation) * channels)
      }
    }
    return Kernels.Runs(joining: offsets, length: groupChannels)
  }
}

extension Kernels.Runs {
  /// Runs of one length, of which those that touch are made one.
  init(joining offsets: [Int], length: Int) {
    var starts: [Int] = []
    var lengths: [Int] = []
    for offset in offsets {
      if let start = starts.last, let last = lengths.last, start + last == offset {
        lengths[lengths.count - 1] += length
      } else {
        starts.append(offset)
        lengths.append(length)
      }
    }
    self.init(offsets: starts, lengths: lengths)
  }
}
