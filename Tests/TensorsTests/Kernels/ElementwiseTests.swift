import Tensors
import Testing

struct ElementwiseTests {
  static let counts = [0, 1, 7, 8, 33, 100]

  @Test("Sums, multiples and clamps go element by element", arguments: counts)
  func arithmetic(count: Int) {
    let a = numbers(count, "a")
    let b = numbers(count, "b")
    var out = b
    Kernels.add(a, b, into: &out, count: count)
    #expect(out == zip(a, b).map { $0 + $1 })
    out = b
    Kernels.accumulate(a, into: &out, count: count)
    #expect(out == zip(a, b).map { $0 + $1 })
    out = b
    Kernels.scaleAccumulate(0.25, a, into: &out, count: count)
    #expect(out == zip(a, b).map { 0.25 * $0 + $1 })
    Kernels.clamp(a, lower: -0.25, upper: 0.5, into: &out, count: count)
    #expect(out == a.map { min(max($0, -0.25), 0.5) })
    out = b
    Kernels.softUpdate(source: a, target: &out, rate: 0.5, count: count)
    #expect(out == zip(a, b).map { $1 + 0.5 * ($0 - $1) })
  }

  @Test("An output may be its own input")
  func inPlace() {
    let a = numbers(37, "a")
    var out = a
    out.withUnsafeMutableBufferPointer { out in
      guard let start = out.baseAddress else { return }
      Kernels.add(start, start, into: start, count: 37)
      Kernels.clamp(start, lower: 0, upper: 1, into: start, count: 37)
    }
    #expect(out == a.map { min(max($0 + $0, 0), 1) })
  }

  @Test("NaN stays NaN under a clamp")
  func clampNotANumber() {
    var out = [Float](repeating: 1, count: 9)
    Kernels.clamp(
      [Float](repeating: .nan, count: 9), lower: 0, upper: 6, into: &out, count: 9)
    #expect(out.allSatisfy { $0.isNaN })
  }

  @Test("A clamp's gradient flows strictly between the bounds")
  func clampGradient() {
    let input: [Float] = [-1, 0, 0.5, 6, 7, 3, .nan, 5.9, 0.1, -0.1, 2]
    let gradient = numbers(11, "gradient")
    var out = [Float](repeating: 1, count: 11)
    Kernels.clampGradient(
      input: input, gradient: gradient, lower: 0, upper: 6, accumulates: true, into: &out,
      count: 11)
    #expect(out == zip(input, gradient).map { $0 > 0 && $0 < 6 ? 1 + $1 : 1 })
    Kernels.clampGradient(
      input: input, gradient: gradient, lower: 0, upper: 6, accumulates: false, into: &out,
      count: 11)
    #expect(out == zip(input, gradient).map { $0 > 0 && $0 < 6 ? $1 : 0 })
  }

  @Test("Column sums are exact in double", arguments: [1, 4, 7, 16, 23, 32, 61])
  func columns(channels: Int) {
    let a = numbers(19 * channels, "a")
    var sums = [Double](repeating: 2, count: channels)
    Kernels.columnSums(a, rows: 19, channels: channels, into: &sums)
    for channel in 0..<channels {
      let sum = (0..<19).reduce(2.0) { $0 + Double(a[$1 * channels + channel]) }
      #expect(sums[channel] == sum)
    }
  }
}
