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

  /// Hands over Σ a′ and Σ a′·b of each channel, in double; a′ is a where the mask let through.
  func sums(
    of a: UnsafePointer<Float>, times b: UnsafePointer<Float>, mask: Kernels.ClampMask? = nil,
    workspace: Workspace, _ body: (UnsafePointer<Double>, UnsafePointer<Double>) -> Void
  ) {
    ColumnSums.total(shards, columns: 2 * channels, workspace) { range, sums in
      let first = range.lowerBound * channels * inner
      let mask = mask?.moved(by: first)
      guard inner > 1 else {
        Kernels.maskedMoments(
          a + first, b + first, mask: mask, rows: range.count, channels: channels, sums: sums,
          products: sums + channels)
        return
      }
      for line in 0..<range.count * channels {
        var (sum, product) = (0.0, 0.0)
        for element in line * inner..<(line + 1) * inner
        where mask?.passes(element) ?? true {
          sum += Double(a[first + element])
          product += Double(a[first + element]) * Double(b[first + element])
        }
        sums[line % channels] += sum
        sums[channels + line % channels] += product
      }
    } finish: { total in
      body(total, total + channels)
    }
  }

  /// out = clamp(a·factor + offset + residual), factor and offset per channel.
  func affine(
    _ a: UnsafePointer<Float>, _ factor: UnsafePointer<Float>, _ offset: UnsafePointer<Float>,
    residual: UnsafePointer<Float>?, lower: Float, upper: Float,
    into out: UnsafeMutablePointer<Float>, pool: WorkerPool
  ) {
    pool.run(shards: shards.parts) { part in
      let range = shards[part]
      let first = range.lowerBound * channels * inner
      guard inner > 1 else {
        Kernels.affineClamp(
          a + first, scale: factor, shift: offset, residual: residual.map { $0 + first },
          lower: lower, upper: upper, into: out + first, rows: range.count, channels: channels)
        return
      }
      for line in 0..<range.count * channels {
        let (scale, shift) = (factor[line % channels], offset[line % channels])
        for element in first + line * inner..<first + (line + 1) * inner {
          var value = a[element] * scale + shift
          if let residual { value += residual[element] }
          let raised = value < lower ? lower : value
          out[element] = raised > upper ? upper : raised
        }
      }
    }
  }

  /// a′·factor + b·slope + offset per channel, added to `out` or written there; a′ itself is written to
  /// `passed`.
  func combine(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, map: UnsafePointer<Float>,
    mask: Kernels.ClampMask?, accumulates: Bool, into out: UnsafeMutablePointer<Float>,
    passed: UnsafeMutablePointer<Float>?, pool: WorkerPool
  ) {
    let (factor, slope, offset) = (map, map + channels, map + 2 * channels)
    pool.run(shards: shards.parts) { part in
      let range = shards[part]
      let first = range.lowerBound * channels * inner
      let mask = mask?.moved(by: first)
      guard inner > 1 else {
        Kernels.maskedAffine(
          a + first, scale: factor, b + first, slope: slope, shift: offset, mask: mask,
          accumulates: accumulates, into: out + first, passed: passed.map { $0 + first },
          rows: range.count, channels: channels)
        return
      }
      for line in 0..<range.count * channels {
        let channel = line % channels
        for element in line * inner..<(line + 1) * inner {
          let through = mask?.passes(element) ?? true ? a[first + element] : 0
          passed?[first + element] = through
          let value = through * factor[channel] + b[first + element] * slope[channel]
          let old = accumulates ? out[first + element] : 0
          out[first + element] = old + value + offset[channel]
        }
      }
    }
  }
}

extension Kernels.ClampMask {
  fileprivate func moved(by offset: Int) -> Kernels.ClampMask {
    Kernels.ClampMask(output: output + offset, lower: lower, upper: upper)
  }

  fileprivate func passes(_ element: Int) -> Bool {
    output[element] > lower && output[element] < upper
  }
}
