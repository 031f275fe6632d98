import Tensors
import Testing

@Suite struct NormalisationTests {
  private static let channelCounts = [1, 3, 8, 16, 21, 37, 64, 83]
  private let rows = 5

  @Test("Scale and shift go by channel, the clamp after them", arguments: channelCounts)
  func affineClamp(channels: Int) {
    let a = numbers(rows * channels, "a")
    let (scale, shift) = (numbers(channels, "scale"), numbers(channels, "shift"))
    let free = a.indices.map {
      Double(a[$0]) * Double(scale[$0 % channels]) + Double(shift[$0 % channels])
    }
    var out = [Float](repeating: .nan, count: a.count)
    Kernels.affineClamp(a, scale: scale, shift: shift, into: &out, rows: rows, channels: channels)
    #expect(relativeError(out, free) < 1e-6)
    Kernels.affineClamp(
      a, scale: scale, shift: shift, lower: -0.25, upper: 0.5, into: &out, rows: rows,
      channels: channels)
    #expect(relativeError(out, free.map { min(max($0, -0.25), 0.5) }) < 1e-6)
  }

  @Test("Moments are exact sums in double of what the clamp let through", arguments: channelCounts)
  func moments(channels: Int) {
    let (a, b) = (numbers(rows * channels, "a"), numbers(rows * channels, "b"))
    let output = numbers(rows * channels, "output")
    for mask in [nil, (lower: Float(-0.3), upper: Float(0.6))] {
      var sums = [Double](repeating: 2, count: channels)
      var products = [Double](repeating: -1, count: channels)
      output.withUnsafeBufferPointer { output in
        let clamp = mask.flatMap { bounds in
          output.baseAddress.map {
            Kernels.ClampMask(output: $0, lower: bounds.lower, upper: bounds.upper)
          }
        }
        Kernels.maskedMoments(
          a, b, mask: clamp, rows: rows, channels: channels, sums: &sums, products: &products)
      }
      for channel in 0..<channels {
        var (sum, product) = (2.0, -1.0)
        for place in stride(from: channel, to: a.count, by: channels) {
          let passes = mask.map { output[place] > $0.lower && output[place] < $0.upper } ?? true
          sum += passes ? Double(a[place]) : 0
          product += passes ? Double(a[place]) * Double(b[place]) : 0
        }
        #expect(sums[channel] == sum)
        #expect(products[channel] == product)
      }
    }
  }

  @Test("A combination of two arrays is added or written by channel", arguments: channelCounts)
  func maskedAffine(channels: Int) {
    let (a, b) = (numbers(rows * channels, "a"), numbers(rows * channels, "b"))
    let (scale, slope) = (numbers(channels, "scale"), numbers(channels, "slope"))
    let (shift, before) = (numbers(channels, "shift"), numbers(rows * channels, "out"))
    let output = numbers(rows * channels, "output")
    for accumulates in [false, true] {
      for isMasked in [false, true] {
        var out = before
        output.withUnsafeBufferPointer { output in
          let clamp = output.baseAddress.map {
            Kernels.ClampMask(output: $0, lower: 0, upper: .infinity)
          }
          Kernels.maskedAffine(
            a, scale: scale, b, slope: slope, shift: shift, mask: isMasked ? clamp : nil,
            accumulates: accumulates, into: &out, rows: rows, channels: channels)
        }
        let expected = a.indices.map { place in
          let channel = place % channels
          let passed = !isMasked || output[place] > 0 ? Double(a[place]) : 0
          return (accumulates ? Double(before[place]) : 0) + passed * Double(scale[channel])
            + Double(b[place]) * Double(slope[channel]) + Double(shift[channel])
        }
        #expect(relativeError(out, expected) < 1e-6)
      }
    }
  }
}
