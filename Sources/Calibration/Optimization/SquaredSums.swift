/// Sums of squares: eight lanes of floats for a run of at most 4096 elements, runs in double.
enum SquaredSums {
  private static let run = 4096

  /// Σ a².
  static func of(_ a: UnsafePointer<Float>, count: Int) -> Double {
    sum(count) { index in
      Lanes8(at: a + index)
    } scalar: {
      a[$0]
    }
  }

  /// Σ (a − b)².
  static func ofDifference(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int
  ) -> Double {
    sum(count) {
      Lanes8(at: a + $0) - Lanes8(at: b + $0)
    } scalar: {
      a[$0] - b[$0]
    }
  }

  /// Σ (a − b)², and `factor · (a − b)` written to `gradient`.
  static func ofDifference(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int, factor: Float,
    gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    sum(count) { index in
      let difference = Lanes8(at: a + index) - Lanes8(at: b + index)
      (factor * difference).store(at: gradient + index)
      return difference
    } scalar: { index in
      let difference = a[index] - b[index]
      gradient[index] = factor * difference
      return difference
    }
  }

  @inline(__always)
  private static func sum(
    _ count: Int, lanes: (Int) -> Lanes8, scalar: (Int) -> Float
  ) -> Double {
    var total = 0.0
    var first = 0
    while first < count {
      let end = min(count, first + run)
      var partial = Lanes8(repeating: 0)
      var index = first
      while index + 8 <= end {
        let values = lanes(index)
        partial += values * values
        index += 8
      }
      total += Double(partial.sum())
      while index < end {
        let value = scalar(index)
        total += Double(value) * Double(value)
        index += 1
      }
      first = end
    }
    return total
  }
}

/// Eight neighbouring floats.
private typealias Lanes8 = SIMD8<Float>

extension SIMD8<Float> {
  /// Eight floats at any address.
  @inline(__always)
  fileprivate init(at pointer: UnsafePointer<Float>) {
    self = UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
  }

  /// Writes eight floats at any address.
  @inline(__always)
  fileprivate func store(at pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: SIMD8<Float>.self)
  }
}
