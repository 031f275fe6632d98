import Foundation
import Tensors

// Arithmetic on constants, in the type that the constants have. Integers wrap around, as in C.

extension ConstantOperators {
  /// The operators that compute, by type.
  static let arithmeticRules: [String: Rule] = [
    "Add": { try $0.combined({ $0 &+ $1 }, { $0 + $1 }) },
    "Sub": { try $0.combined({ $0 &- $1 }, { $0 - $1 }) },
    "Mul": { try $0.combined({ $0 &* $1 }, { $0 * $1 }) },
    "Div": { try $0.divided() },
    // As in NumPy, what is compared with NaN becomes NaN.
    "Min": { try $0.combined({ min($0, $1) }, { $0.isNaN || $0 < $1 ? $0 : $1 }) },
    "Max": { try $0.combined({ max($0, $1) }, { $0.isNaN || $0 > $1 ? $0 : $1 }) },
    "Neg": { try $0.mapped({ 0 &- $0 }, { -$0 }) },
    "Sqrt": { try $0.mapped({ $0 }, { $0.squareRoot() }) },
    "Pow": { try $0.combined(ConstantArithmetic.power, { pow($0, $1) }) },
    "Floor": { try $0.mapped({ $0 }, { $0.rounded(.down) }) },
    "Ceil": { try $0.mapped({ $0 }, { $0.rounded(.up) }) },
    "QuantizeLinear": QuantizeLinear.constant,
    "DequantizeLinear": DequantizeLinear.constant,
    "Equal": { try $0.equality() },
    "Where": { try $0.choice() },
    "ReduceProd": { try $0.product() },
  ]
}

/// Integer arithmetic without an operator of its own.
private enum ConstantArithmetic {
  /// aᵇ of integers, wrapped around; a negative exponent leaves what C's truncation does.
  static func power(_ base: Int, _ exponent: Int) -> Int {
    guard exponent >= 0 else {
      return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0
    }
    var (result, square, rest) = (1, base, exponent)
    while rest > 0 {
      if rest % 2 == 1 { result = result &* square }
      square = square &* square
      rest /= 2
    }
    return result
  }
}

extension ConstantNode {
  /// One or more inputs combined from left to right under broadcasting.
  ///
  /// 32-bit floats are computed in double and rounded once per step, which for one operation gives
  /// the same bits as computing in float.
  fileprivate func combined(
    _ whole: (Int, Int) -> Int, _ real: (Double, Double) -> Double
  ) throws -> TypedArray {
    let inputs = try inputs()
    guard var result = inputs.first, Set(inputs.map(\.elementType)).count == 1 else {
      throw mistyped(inputs)
    }
    let shape = try broadcastShape(inputs)
    result = try result.broadcast(to: shape)
    for next in inputs.dropFirst() {
      let next = try next.broadcast(to: shape)
      if let a = result.integers, let b = next.integers {
        let type = result.elementType
        let values = zip(a, b).map { type.narrowed(whole($0, $1)) }
        result = try result.with(shape: shape, storage: .integer(values))
      } else {
        let values = zip(result.doubles, next.doubles).map { real($0, $1) }
        result = try TypedArray(shape: shape, doubles: values).cast(to: result.elementType)
      }
    }
    return result
  }

  /// Div; integers are truncated toward zero.
  fileprivate func divided() throws -> TypedArray {
    if let divisors = try input(1).integers, divisors.contains(0) {
      throw reader.unsupported("B", "0 (a division of integers)")
    }
    return try combined({ $0.dividedReportingOverflow(by: $1).partialValue }, { $0 / $1 })
  }

  /// One input, element by element.
  fileprivate func mapped(
    _ whole: (Int) -> Int, _ real: (Double) -> Double
  ) throws -> TypedArray {
    let input = try input(0)
    if let integers = input.integers {
      let values = integers.map { input.elementType.narrowed(whole($0)) }
      return try input.with(shape: input.shape, storage: .integer(values))
    }
    return try TypedArray(shape: input.shape, doubles: input.doubles.map(real))
      .cast(to: input.elementType)
  }

  /// Equal.
  fileprivate func equality() throws -> TypedArray {
    let inputs = try inputs()
    guard inputs.count == 2, inputs[0].elementType == inputs[1].elementType else {
      throw mistyped(inputs)
    }
    let shape = try broadcastShape(inputs)
    let (a, b) = (try inputs[0].broadcast(to: shape), try inputs[1].broadcast(to: shape))
    let truths: [Bool] =
      if let a = a.integers, let b = b.integers {
        zip(a, b).map { $0 == $1 }
      } else {
        zip(a.doubles, b.doubles).map { $0 == $1 }
      }
    return try TypedArray(shape: shape, integers: truths.map { $0 ? 1 : 0 }, elementType: .bool)
  }

  /// Where.
  fileprivate func choice() throws -> TypedArray {
    let inputs = try inputs()
    guard inputs.count == 3, inputs[0].elementType == .bool,
      inputs[1].elementType == inputs[2].elementType
    else { throw mistyped(inputs) }
    let shape = try broadcastShape(inputs)
    let truths = try inputs[0].broadcast(to: shape).integers ?? []
    let (yes, no) = (try inputs[1].broadcast(to: shape), try inputs[2].broadcast(to: shape))
    func chosen<Element>(_ yes: [Element], _ no: [Element]) -> [Element] {
      truths.indices.map { truths[$0] != 0 ? yes[$0] : no[$0] }
    }
    switch (yes.storage, no.storage) {
    case (.integer(let a), .integer(let b)):
      return try yes.with(shape: shape, storage: .integer(chosen(a, b)))
    case (.float32(let a), .float32(let b)):
      return try yes.with(shape: shape, storage: .float32(chosen(a, b)))
    case (.float64(let a), .float64(let b)):
      return try yes.with(shape: shape, storage: .float64(chosen(a, b)))
    default:
      throw mistyped(inputs)
    }
  }

  /// ReduceProd, over all axes when none are given.
  fileprivate func product() throws -> TypedArray {
    let input = try input(0)
    let given = try reader.integers(1, named: "axes") ?? (try reader.ints("axes")) ?? []
    if given.isEmpty, try reader.int("noop_with_empty_axes", default: 0) != 0 { return input }
    let all = Array(0..<input.shape.rank)
    let axes = try reader.axes(given.isEmpty ? all : given, rank: input.shape.rank)
    let keeps = try reader.int("keepdims", default: 1) != 0
    let kept = input.shape.extents.enumerated().map { axes.contains($0.offset) ? 1 : $0.element }
    let places = StridedLoop(
      extents: input.shape.extents,
      steps: [Shape(kept).strides.enumerated().map { axes.contains($0.offset) ? 0 : $0.element }]
    ).offsets(of: 0)
    let shape = Shape(all.filter { keeps || !axes.contains($0) }.map { kept[$0] })
    if let integers = input.integers {
      var products = [Int](repeating: 1, count: shape.count)
      for (place, value) in zip(places, integers) { products[place] &*= value }
      let type = input.elementType
      return try input.with(shape: shape, storage: .integer(products.map { type.narrowed($0) }))
    }
    var products = [Double](repeating: 1, count: shape.count)
    for (place, value) in zip(places, input.doubles) { products[place] *= value }
    return try TypedArray(shape: shape, doubles: products).cast(to: input.elementType)
  }
}
