import Foundation
import Tensors
import Testing

struct SeededGeneratorTests {
  // From an independent transcription of the authors' C code, seeded by SplitMix64.
  @Test("The first words are those of xoshiro256**")
  func golden() {
    var zero = SeededGenerator(seed: 0)
    #expect(
      (0..<4).map { _ in zero.next() } == [
        0x99EC5F36CB75F2B4, 0xBF6E1F784956452A,
        0x1A5F849D4933E6E0, 0x6AA594F1262D2D2C,
      ])
    var other = SeededGenerator(seed: 42)
    #expect(
      (0..<3).map { _ in other.next() } == [
        0x15780B2E0C2EC716, 0x6104D9866D113A7E,
        0xAE17533239E499A1,
      ])
    var named = RandomStreams(seed: 7).stream("noise")
    #expect(
      (0..<2).map { _ in named.next() } == [
        0xC6D9AA2C93FAF884, 0x63E8B3AAE821DB9A,
      ])
  }

  @Test("Streams differ by name and by seed, and repeat")
  func streams() {
    func first(_ seed: UInt64, _ name: String) -> UInt64 {
      var stream = RandomStreams(seed: seed).stream(name)
      return stream.next()
    }
    let words = [first(1, "noise"), first(1, "replay"), first(2, "noise"), first(2, "replay")]
    #expect(Set(words).count == 4)
    #expect(first(1, "noise") == words[0])
  }

  @Test("Streams below a name are those of the whole path")
  func below() {
    let streams = RandomStreams(seed: 1)
    #expect(streams.under("a").under("b").stream("c") == streams.stream("a/b/c"))
    #expect(streams.under("a") != streams)
  }

  @Test("A stream that was saved goes on where it stood")
  func saved() throws {
    var stream = SeededGenerator(seed: 3)
    _ = stream.next()
    var copy = try JSONDecoder().decode(
      SeededGenerator.self, from: JSONEncoder().encode(stream))
    #expect(copy == stream)
    #expect((0..<5).map { _ in copy.next() } == (0..<5).map { _ in stream.next() })
  }

  private func moments(_ draws: [Double]) -> (mean: Double, variance: Double) {
    let mean = draws.reduce(0, +) / Double(draws.count)
    let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(draws.count)
    return (mean, variance)
  }

  // With 100,000 draws, each bound is more than five standard errors wide.
  @Test("Uniform and normal draws have their moments")
  func distributions() {
    var stream = SeededGenerator(seed: 5)
    let uniform = (0..<100_000).map { _ in stream.uniform() }
    #expect(uniform.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(moments(uniform).mean - 0.5) < 0.005)
    #expect(abs(moments(uniform).variance - 1.0 / 12) < 0.002)

    let normal = (0..<100_000).map { _ in stream.normal(mean: 2, standardDeviation: 3) }
    #expect(abs(moments(normal).mean - 2) < 0.05)
    #expect(abs(moments(normal).variance - 9) < 0.25)
    let within = normal.filter { abs($0 - 2) < 3 }.count
    #expect(abs(Double(within) / 100_000 - 0.6827) < 0.008)
  }

  @Test("Truncated draws stay within their range, whatever the mean")
  func truncated() {
    var stream = SeededGenerator(seed: 6)
    for mean in [-3.0, 0, 0.4, 1, 5] {
      let draws = (0..<1000).map { _ in
        stream.truncatedNormal(mean: mean, standardDeviation: 0.5, in: 0...1)
      }
      #expect(draws.allSatisfy { (0...1).contains($0) })
    }
    #expect(stream.truncatedNormal(mean: 9, standardDeviation: 0, in: 0...1) == 1)
    #expect(stream.truncatedNormal(mean: -1e9, standardDeviation: 1, in: 0...1) == 0)
    let draws = (0..<20_000).map { _ in
      stream.truncatedNormal(mean: 0.5, standardDeviation: 0.5, in: 0...1)
    }
    #expect(abs(moments(draws).mean - 0.5) < 0.01)
  }

  @Test("Integers cover their range evenly and permutations are complete")
  func integers() {
    var stream = SeededGenerator(seed: 8)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[stream.integer(below: 7)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
    let order = stream.permutation(of: 50)
    #expect(order.sorted() == Array(0..<50))
    #expect(order != Array(0..<50))
    #expect(stream.permutation(of: 0) == [])
  }
}
