import Tensors

/// Pooling over planes of up to three spatial axes with `channels` contiguous numbers a position.
///
/// A channels-last image is one plane of many channels; row-major values of any rank are N·C planes
/// of one channel.
struct PoolingGeometry {
  let planes: Int
  let channels: Int
  let depth: WindowAxis
  let height: WindowAxis
  let width: WindowAxis

  /// The geometry of an input; `axes` are those of its shape from the third on.
  init(_ shape: Shape, layout: Layout, axes: [WindowAxis]) {
    planes = layout == .channelsLast ? shape[0] : shape[0] * shape[1]
    channels = layout == .channelsLast ? shape[1] : 1
    width = axes.last ?? .single
    height = axes.count > 1 ? axes[axes.count - 2] : .single
    depth = axes.count > 2 ? axes[axes.count - 3] : .single
  }

  /// The positions of one plane of the input.
  var inputArea: Int { depth.input * height.input * width.input }
  /// The positions of one plane of the output.
  var outputArea: Int { depth.output * height.output * width.output }

  /// Fixed parts of the planes.
  var shards: Shards {
    Shards(of: planes, limit: 16, least: 1 + 2048 / max(1, outputArea * channels))
  }

  /// One output's window, cut to the input.
  struct Window {
    let position: Int
    let depths: Range<Int>
    let rows: Range<Int>
    let columns: Range<Int>
    /// How many taps lie on the input.
    var count: Int { depths.count * rows.count * columns.count }
    /// How many taps lie on the input or its padding.
    let paddedCount: Int
    fileprivate let origin: (Int, Int, Int)
  }

  /// The first input position under a window, nil when the window lies in the padding alone.
  @inline(__always)
  func firstTap(of window: Window) -> Int? {
    guard window.count > 0 else { return nil }
    let z = window.origin.0 + window.depths.lowerBound * depth.dilation
    let y = window.origin.1 + window.rows.lowerBound * height.dilation
    let x = window.origin.2 + window.columns.lowerBound * width.dilation
    return (z * height.input + y) * width.input + x
  }

  /// Visits the outputs of a plane in memory order.
  @inline(__always)
  func forEachWindow(_ body: (Window) -> Void) {
    var position = 0
    for z in 0..<depth.output {
      for y in 0..<height.output {
        for x in 0..<width.output {
          body(
            Window(
              position: position, depths: depth.taps(z), rows: height.taps(y),
              columns: width.taps(x),
              paddedCount: depth.paddedTaps(z) * height.paddedTaps(y) * width.paddedTaps(x),
              origin: (depth.start(z), height.start(y), width.start(x))))
          position += 1
        }
      }
    }
  }

  /// Visits the input positions under a window in memory order.
  @inline(__always)
  func forEachTap(of window: Window, _ body: (Int) -> Void) {
    for i in window.depths {
      let plane = (window.origin.0 + i * depth.dilation) * height.input
      for j in window.rows {
        let row = (plane + window.origin.1 + j * height.dilation) * width.input + window.origin.2
        for k in window.columns { body(row + k * width.dilation) }
      }
    }
  }
}
