import Tensors
import Testing

struct QuantisationTests {
  /// Halves of the step 0.5 are ties; NumPy's `scale * clip(rint(x / scale), lowest, highest)`.
  static let input: [Float] = [
    -3.2, -2.5, -1.5, -0.75, -0.5, -0.2, 0, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 3.5, 7.9, 100,
  ]

  func quantized(_ x: [Float], _ grid: Kernels.Grid) -> [Float] {
    var out = [Float](repeating: 9, count: x.count)
    Kernels.quantize(x, to: grid, into: &out, count: x.count)
    return out
  }

  @Test("Levels are NumPy's, half way the even one")
  func levels() {
    let unsigned = Kernels.Grid(step: 0.5, lowest: 0, highest: 15)
    #expect(
      quantized(Self.input, unsigned)
        == [0, 0, 0, 0, 0, 0, 0, 0, 0.5, 1, 1, 1.5, 2.5, 3.5, 7.5, 7.5])
    let signed = Kernels.Grid(step: 0.5, lowest: -4, highest: 3)
    #expect(
      quantized(Self.input, signed)
        == [-2, -2, -1.5, -1, -0.5, 0, 0, 0, 0.5, 1, 1, 1.5, 1.5, 1.5, 1.5, 1.5])
  }

  @Test("An offset of a half gives two levels on either side of zero")
  func binary() {
    let grid = Kernels.Grid(step: 1.5, offset: 0.5, lowest: -1, highest: 0)
    #expect(
      quantized([-8, -0.75, -0.01, 0, 0.01, 0.75, 8], grid)
        == [-0.75, -0.75, -0.75, 0.75, 0.75, 0.75, 0.75])
  }

  @Test("Every element is its level by the definition", arguments: [0, 1, 7, 16, 33, 1001])
  func bruteForce(count: Int) {
    let x = numbers(count, "quantised").map { $0 * 3 }
    let grid = Kernels.Grid(step: 0.137, lowest: -8, highest: 7)
    let step = Double(grid.step)
    let expected = x.map { value in
      let level = (Double(value / grid.step)).rounded(.toNearestOrEven)
      return Float(min(max(level, -8), 7)) * Float(step)
    }
    #expect(quantized(x, grid) == expected)
    // In place, and levels are levels.
    var own = x
    own.withUnsafeMutableBufferPointer { own in
      guard let start = own.baseAddress else { return }
      Kernels.quantize(start, to: grid, into: start, count: count)
      Kernels.quantize(start, to: grid, into: start, count: count)
    }
    #expect(own == expected)
  }

  @Test("NaN stays NaN, infinities are cut off")
  func notFinite() {
    let grid = Kernels.Grid(step: 0.5, lowest: 0, highest: 15)
    let out = quantized([.nan, .infinity, -.infinity, 1e30, -1e30], grid)
    #expect(out[0].isNaN)
    #expect(Array(out[1...]) == [7.5, 0, 7.5, 0])
  }

  @Test("The gradient passes where rounding stays within the levels", arguments: [false, true])
  func gradient(accumulates: Bool) {
    // The last level that 7.74 and 7.75 round to: 15 is kept, the tie at 15.5 goes to 16.
    let x: [Float] = [-0.26, -0.25, -0.24, 0, 3, 7.5, 7.74, 7.75, 8, .nan, 1e30]
    let outer = numbers(x.count, "outer")
    var out = [Float](repeating: 2, count: x.count)
    Kernels.quantizeGradient(
      input: x, gradient: outer, grid: Kernels.Grid(step: 0.5, lowest: 0, highest: 15),
      accumulates: accumulates, into: &out, count: x.count)
    let passes = [false, true, true, true, true, true, true, false, false, false, false]
    let expected = zip(outer, passes).map { ($1 ? $0 : 0) + (accumulates ? 2 : 0) }
    #expect(out == expected)
  }
}
