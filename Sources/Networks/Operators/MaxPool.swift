import Tensors

/// The maximum under each window: y = max over taps t on the input of x[o·stride − pad + t·dilation].
///
/// Outside the input counts as −∞; of equal maxima the first in memory order is taken. The optional
/// output Indices is ONNX's: positions in the flattened N×C×… input, as floats (exact to 2²⁴).
struct MaxPool: Operator {
  static let type = "MaxPool"

  private let shape: PoolingShape
  private let hasIndices: Bool
  private let isColumnMajor: Bool

  init(_ node: NodeReader) throws(GraphError) {
    shape = try PoolingShape(node)
    hasIndices = node.node.outputs.count > 1
    isColumnMajor = try node.int("storage_order", default: 0) != 0
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    let output = try shape.output(of: inputs)
    return hasIndices ? [output, output] : [output]
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    PoolingShape.layouts(inputs, outputs: outputs)
  }

  /// The position of each maximum within its plane, as the bits of a float.
  func stateCount(at site: OperatorSite) -> Int {
    site.mode == .inference && !hasIndices ? 0 : site.outputs.first?.count ?? 0
  }

  func forward(_ call: OperatorCall) {
    guard let input = call.input(0), input.count > 0 else { return }
    let geometry = PoolingGeometry(
      input.shape, layout: input.layout, axes: shape.axes(of: input.shape))
    let keeps = call.mode != .inference || hasIndices
    let shards = geometry.shards
    call.pool.run(shards: shards.parts) { part in
      for plane in shards[part] {
        let source = input.pointer + plane * geometry.inputArea * geometry.channels
        let offset = plane * geometry.outputArea * geometry.channels
        let target = call.outputs[0].pointer + offset
        MaxPool.maxima(
          of: source, geometry, into: target, positions: keeps ? call.state + offset : nil)
        if hasIndices {
          writeIndices(
            plane: plane, geometry, positions: call.state + offset,
            into: call.outputs[1].pointer + offset)
        }
      }
    }
  }

  func backward(_ call: OperatorCall) {
    guard let gradient = call.inputGradient(0), gradient.count > 0 else { return }
    let geometry = PoolingGeometry(
      gradient.shape, layout: gradient.layout, axes: shape.axes(of: gradient.shape))
    let channels = geometry.channels
    let shards = geometry.shards
    call.pool.run(shards: shards.parts) { part in
      for plane in shards[part] {
        let target = gradient.pointer + plane * geometry.inputArea * channels
        let offset = plane * geometry.outputArea * channels
        let positions = call.state + offset
        let source = call.outputGradients[0].pointer + offset
        for output in stride(from: 0, to: geometry.outputArea * channels, by: channels) {
          for channel in 0..<channels {
            let position = positions[output + channel].bitPattern
            guard position != MaxPool.nowhere else { continue }
            target[Int(position) * channels + channel] += source[output + channel]
          }
        }
      }
    }
  }

  // MARK: - One plane

  /// The position of a window that lies in the padding alone.
  private static let nowhere = UInt32.max >> 1

  /// Eight channels at a time, then one by one.
  ///
  /// NaN is greater than everything, as in PyTorch.
  private static func maxima(
    of source: UnsafePointer<Float>, _ geometry: PoolingGeometry,
    into target: UnsafeMutablePointer<Float>, positions: UnsafeMutablePointer<Float>?
  ) {
    let channels = geometry.channels
    geometry.forEachWindow { window in
      let out = target + window.position * channels
      let places = positions.map { $0 + window.position * channels }
      guard let first = geometry.firstTap(of: window) else {
        out.update(repeating: -.infinity, count: channels)
        places?.update(repeating: Float(bitPattern: nowhere), count: channels)
        return
      }
      var channel = 0
      while channel + Lanes.scalarCount <= channels {
        maximum(
          source + channel, geometry, window, first, out + channel, places.map { $0 + channel })
        channel += Lanes.scalarCount
      }
      while channel < channels {
        single(
          source + channel, geometry, window, first, out + channel, places.map { $0 + channel })
        channel += 1
      }
    }
  }

  @inline(__always)
  private static func maximum(
    _ source: UnsafePointer<Float>, _ geometry: PoolingGeometry, _ window: PoolingGeometry.Window,
    _ first: Int, _ out: UnsafeMutablePointer<Float>, _ places: UnsafeMutablePointer<Float>?
  ) {
    var best = Lanes(at: source + first * geometry.channels)
    var place = SIMD8<UInt32>(repeating: UInt32(truncatingIfNeeded: first))
    geometry.forEachTap(of: window) { tap in
      let value = Lanes(at: source + tap * geometry.channels)
      let isBetter = (value .> best) .| (value .!= value)
      best.replace(with: value, where: isBetter)
      place.replace(with: UInt32(truncatingIfNeeded: tap), where: isBetter)
    }
    best.store(at: out)
    if let places { unsafeBitCast(place, to: Lanes.self).store(at: places) }
  }

  @inline(__always)
  private static func single(
    _ source: UnsafePointer<Float>, _ geometry: PoolingGeometry, _ window: PoolingGeometry.Window,
    _ first: Int, _ out: UnsafeMutablePointer<Float>, _ place: UnsafeMutablePointer<Float>?
  ) {
    var best = source[first * geometry.channels]
    var position = first
    geometry.forEachTap(of: window) { tap in
      let value = source[tap * geometry.channels]
      if value > best || value.isNaN {
        best = value
        position = tap
      }
    }
    out.pointee = best
    place?.pointee = Float(bitPattern: UInt32(truncatingIfNeeded: position))
  }

  /// Positions in the flattened row-major input; `storage_order` 1 counts the spatial axes from the
  /// first to the last instead.
  private func writeIndices(
    plane: Int, _ geometry: PoolingGeometry, positions: UnsafePointer<Float>,
    into indices: UnsafeMutablePointer<Float>
  ) {
    let channels = geometry.channels
    for element in 0..<geometry.outputArea * channels {
      let pattern = positions[element].bitPattern
      let base = (plane * channels + element % channels) * geometry.inputArea
      var position = pattern == MaxPool.nowhere ? 0 : Int(pattern)
      if isColumnMajor {
        let x = position % geometry.width.input
        let y = position / geometry.width.input % geometry.height.input
        let z = position / geometry.width.input / geometry.height.input
        position = z + geometry.depth.input * (y + geometry.height.input * x)
      }
      indices[element] = Float(base + position)
    }
  }
}
