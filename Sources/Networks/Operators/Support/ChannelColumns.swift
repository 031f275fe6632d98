import Tensors

/// A value as outer × channels × inner: channels-last images have an inner extent of 1, row-major
/// ones the product of the spatial axes.
struct ChannelColumns {
  let outer: Int
  let channels: Int
  let inner: Int
  private let shards: Shards

  init(_ view: TensorView) {
    let area = view.shape.extents.dropFirst(2).reduce(1, *)
    channels = view.shape[1]
    outer = view.layout == .channelsLast ? view.shape[0] * area : view.shape[0]
    inner = view.layout == .channelsLast ? 1 : area
    shards = Shards(of: outer, limit: 16, least: 1 + (1 << 13) / max(1, channels * inner))
  }

  /// The number of elements of each channel.
  var perChannel: Int { outer * inner }

  /// Hands over Σ a and Σ a·b of each channel, in double.
  func sums(
    of a: UnsafePointer<Float>, times b: UnsafePointer<Float>, workspace: Workspace,
    _ body: (UnsafePointer<Double>, UnsafePointer<Double>) -> Void
  ) {
    ColumnSums.total(shards, columns: 2 * channels, workspace) { range, sums in
      let first = range.lowerBound * channels * inner
      guard inner > 1 else {
        Kernels.columnSums(a + first, rows: range.count, channels: channels, into: sums)
        Kernels.columnProducts(
          a + first, b + first, rows: range.count, channels: channels, into: sums + channels)
        return
      }
      for line in 0..<range.count * channels {
        let start = first + line * inner
        var (sum, product) = (0.0, 0.0)
        for element in start..<start + inner {
          sum += Double(a[element])
          product += Double(a[element]) * Double(b[element])
        }
        sums[line % channels] += sum
        sums[channels + line % channels] += product
      }
    } finish: { total in
      body(total, total + channels)
    }
  }

  /// out = a·factor + offset, per channel.
  func affine(
    _ a: UnsafePointer<Float>, _ factor: UnsafePointer<Float>, _ offset: UnsafePointer<Float>,
    into out: UnsafeMutablePointer<Float>, pool: WorkerPool
  ) {
    pool.run(shards: shards.parts) { part in
      let range = shards[part]
      let first = range.lowerBound * channels * inner
      guard inner > 1 else {
        Kernels.affine(
          a + first, scale: factor, shift: offset, into: out + first, rows: range.count,
          channels: channels)
        return
      }
      for line in 0..<range.count * channels {
        let (scale, shift) = (factor[line % channels], offset[line % channels])
        for element in first + line * inner..<first + (line + 1) * inner {
          out[element] = a[element] * scale + shift
        }
      }
    }
  }

  /// out += a·factor + b·slope + offset, per channel.
  func accumulate(
    _ a: UnsafePointer<Float>, _ factor: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ slope: UnsafePointer<Float>, _ offset: UnsafePointer<Float>,
    into out: UnsafeMutablePointer<Float>, pool: WorkerPool
  ) {
    pool.run(shards: shards.parts) { part in
      let range = shards[part]
      let first = range.lowerBound * channels * inner
      guard inner > 1 else {
        Kernels.affineAccumulate(
          a + first, scale: factor, b + first, slope: slope, shift: offset, into: out + first,
          rows: range.count, channels: channels)
        return
      }
      for line in 0..<range.count * channels {
        let channel = line % channels
        for element in first + line * inner..<first + (line + 1) * inner {
          out[element] += a[element] * factor[channel] + b[element] * slope[channel]
          out[element] += offset[channel]
        }
      }
    }
  }
}
