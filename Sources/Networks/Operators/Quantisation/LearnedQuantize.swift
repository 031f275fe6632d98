import Tensors

/// Our own operator: a quantiser of activations whose scale is trained, and which can be let in gradually or
/// at random places only.
///
///     s = scale · factor        Q(x) = s · clamp(round(x / s), lowest, highest)
///     y = x + q · m · (Q(x) − x)
///
/// Inputs: the value x, the constant scale, its trained factor, and three numbers that whoever trains sets
/// before a pass: q from 0 (nothing is quantised) to 1, the probability that an element stays as it is
/// (m = 0 there, 1 elsewhere), and the number of the draw. What is drawn for an element depends on that
/// number and on the element's place in memory alone. Attributes are those of `FakeQuantize`.
///
/// Gradients: that of x passes where nothing is cut off and is 1 − q·m elsewhere; that of the factor is
/// q · m · scale · (round(x / s) − x / s) where nothing is cut off, q · m · scale · level elsewhere.
///
/// Sources: Esser et al. 2020, "Learned Step Size Quantization", equation 3, for the factor; Wei et al. 2022,
/// "QDrop", equation 7, for m; the second version of EPTQ (arXiv 2309.11531) for q.
struct LearnedQuantize: Operator {
  static let type = "LearnedQuantize"

  private let levels: QuantizationLevels

  init(_ node: NodeReader) throws(GraphError) {
    for (position, name) in ["x", "scale", "factor", "control"].enumerated() {
      try node.require(position, named: name)
    }
    let bits = try node.int("bits", default: 8)
    let isSigned = try node.int("signed", default: 1) != 0
    guard let levels = QuantizationLevels(bits: bits, isSigned: isSigned), !levels.isBinary else {
      throw node.unsupported("bits", "\(bits)")
    }
    for position in [1, 2, 3] {
      guard let found = node.constant(position)?.shape, found.count == (position == 3 ? 3 : 1)
      else {
        throw .missingInput(
          node: node.node.name, type: Self.type,
          input: ["scale", "factor", "control"][position - 1]
        )
      }
    }
    self.levels = levels
  }

  func outputShapes(of inputs: [Shape?]) throws(GraphError) -> [Shape] {
    guard let shape = inputs.first ?? nil else { return [] }
    return [shape]
  }

  func layouts(_ inputs: [ValueForm?], outputs: [Shape]) -> LayoutPlan {
    let plan = LayoutPlan.following(Array(inputs.prefix(1)), outputs: outputs)
    return LayoutPlan(
      inputs: plan.inputs + [.rowMajor, .rowMajor, .rowMajor], outputs: plan.outputs)
  }

  func forward(_ call: OperatorCall) {
    guard let x = call.input(0), let pass = pass(call) else { return }
    let y = call.outputs[0].pointer
    call.pool.forEachChunk(of: x.shape.count) { range in
      pass.forEachEight(of: range) { index, places in
        places.store(pass.output(places.load(x.pointer + index), at: index), at: y + index)
      }
    }
  }

  func overwritesGradient(ofInput position: Int) -> Bool { position == 0 }

  func backward(_ call: OperatorCall) {
    guard let x = call.input(0), let pass = pass(call) else { return }
    let outer = call.outputGradients[0].pointer
    let target = call.inputGradient(0)?.pointer
    let accumulates = !call.overwrites(0)
    let count = x.shape.count
    let chunks = (count + WorkerPool.chunk - 1) / WorkerPool.chunk
    var sums = [Double](repeating: 0, count: chunks)
    sums.withUnsafeMutableBufferPointer { sums in
      // Safe: each chunk is one shard's alone.
      nonisolated(unsafe) let sums = sums
      call.pool.run(shards: chunks) { chunk in
        let first = chunk * WorkerPool.chunk
        var sum = SIMD8<Float>(repeating: 0)
        var total = 0.0
        pass.forEachEight(of: first..<min(count, first + WorkerPool.chunk)) { index, places in
          let gradient = places.load(outer + index)
          let (own, factor) = pass.slopes(places.load(x.pointer + index), at: index)
          sum += gradient * factor
          if index & 4095 == 0 {
            total += Double(sum.sum())
            sum = SIMD8(repeating: 0)
          }
          guard let target else { return }
          let given = gradient * own
          places.store(
            accumulates ? places.load(target + index) + given : given, at: target + index)
        }
        sums[chunk] = total + Double(sum.sum())
      }
    }
    call.inputGradient(2)?.pointer[0] += Float(sums.reduce(0, +) * Double(pass.scale))
  }

  private func pass(_ call: OperatorCall) -> LearnedQuantizePass? {
    guard let scale = call.input(1)?.pointer, let factor = call.input(2)?.pointer,
      let control = call.input(3)?.pointer
    else { return nil }
    return LearnedQuantizePass(
      scale: scale[0], factor: factor[0], lowest: Float(levels.lowest),
      highest: Float(levels.highest), part: control[0], stays: control[1], draw: control[2])
  }
}

/// The numbers of one pass through a `LearnedQuantize`, on eight elements at a time.
private struct LearnedQuantizePass {
  let scale: Float
  private let step: Float
  private let inverse: Float
  private let lowest: SIMD8<Float>
  private let highest: SIMD8<Float>
  private let part: Float
  /// Draws below this stay as they are; nil where none does.
  private let threshold: UInt32?
  private let seed: UInt32

  init(
    scale: Float, factor: Float, lowest: Float, highest: Float, part: Float, stays: Float,
    draw: Float
  ) {
    self.scale = scale
    let step = scale * factor
    let isGrid = step > 0 && step.isFinite
    self.step = isGrid ? step : 0
    inverse = isGrid ? 1 / step : 0
    self.lowest = SIMD8(repeating: lowest)
    self.highest = SIMD8(repeating: highest)
    // Without a scale values stay, as in `FakeQuantize`.
    self.part = isGrid ? part : 0
    threshold = stays > 0 ? UInt32(min(Double(stays), 1) * 4_294_967_295) : nil
    seed = UInt32(min(max(draw, 0), 16_777_216)) &* 0x9E37_79B9 &+ 0x85EB_CA6B
  }

  /// Runs of eight elements, the last one of what is left.
  @inline(__always)
  func forEachEight(of range: Range<Int>, _ body: (_ index: Int, _ places: Places) -> Void) {
    var index = range.lowerBound
    while index + 8 <= range.upperBound {
      body(index, Places(count: 8))
      index += 8
    }
    if index < range.upperBound { body(index, Places(count: range.upperBound - index)) }
  }

  /// q · m of eight elements.
  @inline(__always)
  private func quantizedPart(at index: Int) -> SIMD8<Float> {
    let all = SIMD8<Float>(repeating: part)
    guard let threshold else { return all }
    let numbers = SIMD8<UInt32>(0, 1, 2, 3, 4, 5, 6, 7) &+ UInt32(truncatingIfNeeded: index)
    var bits = (numbers &* 0x9E37_79B1) ^ seed
    bits = (bits ^ (bits &>> 15)) &* 0x85EB_CA77
    bits = (bits ^ (bits &>> 13)) &* 0xC2B2_AE3D
    bits ^= bits &>> 16
    return all.replacing(with: 0, where: bits .< threshold)
  }

  @inline(__always)
  private func level(_ u: SIMD8<Float>) -> SIMD8<Float> {
    let cut = pointwiseMin(pointwiseMax(u, lowest), highest)
    // Between 2^23 and 2^24 floats are whole.
    return (cut + 0x1.8p23) - 0x1.8p23
  }

  /// y.
  @inline(__always)
  func output(_ x: SIMD8<Float>, at index: Int) -> SIMD8<Float> {
    if part == 1, threshold == nil { return level(x * inverse) * step }
    return x + quantizedPart(at: index) * (level(x * inverse) * step - x)
  }

  /// ∂y/∂x, and ∂y/∂factor without the scale.
  @inline(__always)
  func slopes(_ x: SIMD8<Float>, at index: Int) -> (SIMD8<Float>, SIMD8<Float>) {
    let u = x * inverse
    let quantized = quantizedPart(at: index)
    let isCut = (u .< lowest) .| (u .> highest)
    let rounding = level(u) - u.replacing(with: 0, where: isCut)
    let whole = SIMD8<Float>(repeating: 1)
    return (whole.replacing(with: whole - quantized, where: isCut), quantized * rounding)
  }
}

/// Eight neighbouring floats, or as many as there are.
private struct Places {
  let count: Int

  @inline(__always)
  func load(_ pointer: UnsafePointer<Float>) -> SIMD8<Float> {
    if count == 8 { return UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self) }
    var values = SIMD8<Float>(repeating: 0)
    for lane in 0..<count { values[lane] = pointer[lane] }
    return values
  }

  @inline(__always)
  func store(_ values: SIMD8<Float>, at pointer: UnsafeMutablePointer<Float>) {
    if count == 8 {
      UnsafeMutableRawPointer(pointer).storeBytes(of: values, as: SIMD8<Float>.self)
    } else {
      for lane in 0..<count { pointer[lane] = values[lane] }
    }
  }
}
