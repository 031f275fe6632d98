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
      input: input, gradient: gradient, lower: 0, upper: 6, into: &out, count: 11)
    #expect(out == zip(input, gradient).map { $0 > 0 && $0 < 6 ? 1 + $1 : 1 })
  }

  @Test("Scale and shift go by channel", arguments: [1, 3, 8, 21])
  func affine(channels: Int) {
    let a = numbers(5 * channels, "a")
    let scale = numbers(channels, "scale")
    let shift = numbers(channels, "shift")
    var out = [Float](repeating: .nan, count: a.count)
    Kernels.affine(a, scale: scale, shift: shift, into: &out, rows: 5, channels: channels)
    let expected = a.indices.map {
      Double(a[$0]) * Double(scale[$0 % channels]) + Double(shift[$0 % channels])
    }
    #expect(relativeError(out, expected) < 1e-6)
  }

  @Test("A combination of two arrays is added by channel", arguments: [1, 3, 8, 21])
  func affineAccumulate(channels: Int) {
    let (a, b) = (numbers(5 * channels, "a"), numbers(5 * channels, "b"))
    let (scale, slope) = (numbers(channels, "scale"), numbers(channels, "slope"))
    let shift = numbers(channels, "shift")
    let before = numbers(5 * channels, "out")
    var out = before
    Kernels.affineAccumulate(
      a, scale: scale, b, slope: slope, shift: shift, into: &out, rows: 5, channels: channels)
    let expected = a.indices.map { place in
      let channel = place % channels
      return Double(before[place]) + Double(a[place]) * Double(scale[channel])
        + Double(b[place]) * Double(slope[channel]) + Double(shift[channel])
    }
    #expect(relativeError(out, expected) < 1e-6)
  }

  @Test("Column sums and products are exact in double", arguments: [1, 4, 7, 16, 23, 32, 61])
  func columns(channels: Int) {
    let a = numbers(19 * channels, "a")
    let b = numbers(19 * channels, "b")
    var sums = [Double](repeating: 2, count: channels)
    var products = [Double](repeating: -1, count: channels)
    Kernels.columnSums(a, rows: 19, channels: channels, into: &sums)
    Kernels.columnProducts(a, b, rows: 19, channels: channels, into: &products)
    for channel in 0..<channels {
      var sum = 2.0
      var product = -1.0
      for row in 0..<19 {
        let value = Double(a[row * channels + channel])
        sum += value
        product += value * Double(b[row * channels + channel])
      }
      #expect(sums[channel] == sum)
      #expect(products[channel] == product)
    }
  }
}
