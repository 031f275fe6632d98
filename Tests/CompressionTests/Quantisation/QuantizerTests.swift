import Compression
import Networks
import TestSupport
import Tensors
import Testing

struct LinearQuantizerTests {
  @Test("Levels by hand: per tensor, per channel and along the other axis")
  func byHand() throws {
    let weights = try Tensor(shape: [2, 3], scalars: [0.7, -0.2, 0.06, -8, 3.2, 1])
    let tensor = try LinearQuantizer(bits: 4, granularity: .tensor, clip: .maximum)
    // −8 = −8 · 1 and 3.2 ≤ 7 · 1: the scale is 1.
    #expect(tensor.scales(of: weights) == [1])
    #expect(tensor.quantize(weights).scalars == [1, 0, 0, -8, 3, 1])
    let channel = try LinearQuantizer(bits: 4, granularity: .channel, clip: .maximum)
    let scales = channel.scales(of: weights)
    #expect(scales == [Float(Double(Float(0.7)) / 7), 1])
    let rows = channel.quantize(weights).scalars
    #expect(Array(rows[3...]) == [-8, 3, 1])
    #expect(zip(rows, [0.7, -0.2, 0.1]).allSatisfy { abs($0 - $1) < 1e-6 })
    // Along axis 1 each column has its own scale.
    let columns: [Float] = [1, Float(Double(Float(3.2)) / 7), Float(1.0 / 7)]
    #expect(channel.scales(of: weights, axis: 1) == columns)
  }

  @Test("Every clip brings weights to the nearest of its levels", arguments: 1...8)
  func distance(bits: Int) throws {
    let weights = Tensor.normal([5, 3, 3, 3], seed: 4)
    for clip in ClipMethod.allCases {
      for granularity in LayerQuantization.Granularity.allCases {
        let quantizer = try LinearQuantizer(bits: bits, granularity: granularity, clip: clip)
        let scales = quantizer.scales(of: weights)
        let quantized = quantizer.quantize(weights)
        let levels = quantizer.levels
        #expect(Set(quantized.scalars).count <= scales.count << bits)
        for (position, (w, q)) in zip(weights.scalars, quantized.scalars).enumerated() {
          let scale = scales[scales.count == 1 ? 0 : position / 27]
          guard !levels.isBinary else {
            #expect(q == (w < 0 ? -scale : scale))
            continue
          }
          let level = min(
            max((w / scale).rounded(.toNearestOrEven), Float(levels.lowest)), Float(levels.highest))
          #expect(q == level * scale)
        }
      }
    }
  }

  @Test("Bits below 1 and above 8 are refused", arguments: [-1, 0, 9, 32, Int.max])
  func bits(_ bits: Int) {
    #expect(throws: CompressionError.self) { try LinearQuantizer(bits: bits) }
    #expect(throws: CompressionError.self) { try KMeansQuantizer(bits: bits) }
  }

  @Test("Zeros, channels of zeros and nothing at all stay what they are")
  func zeros() throws {
    let quantizer = try LinearQuantizer(bits: 3)
    let weights = try Tensor(shape: [2, 2], scalars: [0, 0, 1, -1])
    #expect(quantizer.scales(of: weights)[0] == 0)
    #expect(Array(quantizer.quantize(weights).scalars[..<2]) == [0, 0])
    #expect(quantizer.quantize(Tensor(shape: [0, 3])).count == 0)
  }
}

struct KMeansQuantizerTests {
  /// The least squared error of k clusters of sorted numbers, by dynamic programming over all borders.
  static func least(_ numbers: [Float], clusters: Int) -> Double {
    let sorted = numbers.sorted().map { Double($0) }
    func cost(_ run: Range<Int>) -> Double {
      let part = sorted[run]
      let mean = part.reduce(0, +) / Double(part.count)
      return part.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    var best = sorted.indices.map { cost(0..<$0 + 1) }
    for _ in 1..<clusters {
      best = sorted.indices.map { end in
        (0...end).map { start in
          (start == 0 ? 0 : best[start - 1]) + cost(start..<end + 1)
        }.min() ?? 0
      }
    }
    return best.last ?? 0
  }

  @Test("Shared values come within a tenth of the best there are", arguments: 1...4)
  func nearTheBest(bits: Int) throws {
    let weights = Tensor.normal([120], seed: 6)
    var stream = RandomStreams(seed: 3).stream("test")
    let codebook = try KMeansQuantizer(bits: bits, restarts: 8).codebook(
      of: weights.scalars, using: &stream)
    #expect(codebook.count == 1 << bits && codebook == codebook.sorted())
    let quantized = KMeansQuantizer.quantize(weights, codebook: codebook)
    let error = zip(weights.scalars, quantized.scalars).reduce(0.0) {
      $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
    }
    #expect(error <= 1.1 * Self.least(weights.scalars, clusters: 1 << bits))
    // Each weight has the nearest shared value.
    for (w, q) in zip(weights.scalars, quantized.scalars) {
      #expect(abs(w - q) <= (codebook.map { abs(w - $0) }.min() ?? 0) + 1e-6)
    }
  }

  @Test("Fewer different weights than values are kept exactly")
  func fewValues() throws {
    var stream = RandomStreams(seed: 3).stream("test")
    let quantizer = try KMeansQuantizer(bits: 4)
    let weights = try Tensor(shape: [6], scalars: [2, -1, 2, 0.5, -1, 2])
    let codebook = quantizer.codebook(of: weights.scalars, using: &stream)
    #expect(codebook == [-1, 0.5, 2])
    #expect(KMeansQuantizer.quantize(weights, codebook: codebook) == weights)
    #expect(quantizer.codebook(of: [], using: &stream).isEmpty)
    #expect(quantizer.codebook(of: [3, 3], using: &stream) == [3])
  }

  @Test("The same stream gives the same values, another may give others")
  func streams() throws {
    let weights = Tensor.normal([2000], seed: 6).scalars
    let books = try [UInt64(1), 1, 2].map { seed in
      var stream = RandomStreams(seed: seed).stream("k-means")
      return try KMeansQuantizer(bits: 5).codebook(of: weights, using: &stream)
    }
    #expect(books[0] == books[1] && books[0] != books[2])
  }

  @Test("Bytes hold packed numbers and the shared values")
  func bytes() {
    #expect(KMeansQuantizer.byteCount(weights: 432, bits: 3) == 162 + 32)
    #expect(KMeansQuantizer.byteCount(weights: 3, bits: 3) == 2 + 32)
    #expect(KMeansQuantizer.byteCount(weights: 0, bits: 8) == 1024)
  }
}
