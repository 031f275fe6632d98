import Foundation
import Networks
import Tensors
import Testing

@testable import Compression

/// Clips against searches in NumPy on the same numbers: tan(π(u − ½)·0.9) for u = k·φ mod 1.
struct ClipTests {
  static let numbers: [Float] = (1...4000).map { position in
    let u = (Double(position) * 0.6180339887498949).truncatingRemainder(dividingBy: 1)
    return Float(tan(Double.pi * (u - 0.5) * 0.9))
  }

  static func levels(_ bits: Int, signed: Bool = true) throws -> QuantizationLevels {
    try #require(QuantizationLevels(bits: bits, isSigned: signed))
  }

  func error(
    _ numbers: [Float], _ levels: QuantizationLevels, _ scale: Double, power: Double = 2
  ) -> Double {
    numbers.reduce(0) { sum, number in
      let level = (Double(number) / scale).rounded(.toNearestOrEven)
      let nearest = min(max(level, Double(levels.lowest)), Double(levels.highest)) * scale
      return sum + pow(abs(Double(number) - nearest), power)
    }
  }

  @Test("Errors by sums over runs are those of the definition", arguments: 1...8, [true, false])
  func runs(bits: Int, signed: Bool) throws {
    let levels = try Self.levels(bits, signed: signed)
    guard !levels.isBinary else { return }
    let numbers = Array(Self.numbers.prefix(500)).map { signed ? $0 : abs($0) }
    let sorted = SortedValues(numbers)
    for scale in [0.003, 0.02, 0.11, 0.7, 3] {
      let expected = error(numbers, levels, scale)
      #expect(abs(sorted.squaredError(levels, scale: scale) - expected) < 1e-8 * (1 + expected))
      let cubes = error(numbers, levels, scale, power: 3)
      #expect(abs(sorted.cubedError(levels, scale: scale) - cubes) < 1e-8 * (1 + cubes))
    }
  }

  @Test(
    "The least squared error is the one that 8000 scales find",
    arguments: [(2, 2617.2863739), (3, 748.3311322), (4, 197.7985362), (6, 12.7853751)])
  func leastError(bits: Int, least: Double) throws {
    let levels = try Self.levels(bits)
    let sorted = SortedValues(Self.numbers)
    let scale = sorted.scale(levels, .meanSquaredError)
    #expect(error(Self.numbers, levels, scale) < least * 1.001)
    let covering = sorted.scale(levels, .maximum)
    #expect(error(Self.numbers, levels, covering) > least)
  }

  @Test("The maximum reaches both ends exactly")
  func maximum() throws {
    let sorted = SortedValues([-1, 0.25, 3.5])
    #expect(sorted.scale(try Self.levels(4), .maximum) == 0.5)
    #expect(SortedValues([-8, 0.25, 3.5]).scale(try Self.levels(4), .maximum) == 1)
    #expect(SortedValues([0, 3]).scale(try Self.levels(2, signed: false), .maximum) == 1)
  }

  @Test(
    "Clips by divergence are those of a straightforward search",
    arguments: [(2, 5.337156448), (3, 6.268641300), (4, 6.268641300), (8, 6.293816566)])
  func divergence(bits: Int, clip: Double) throws {
    let levels = try Self.levels(bits)
    let found = SortedValues(Self.numbers).scale(levels, .kullbackLeibler)
    #expect(abs(found * Double(levels.highest) - clip) < 1e-4)
  }

  @Test("A far outlier is cut off, in a histogram of many numbers too")
  func outlier() throws {
    let levels = try Self.levels(4)
    let numbers = SortedValues(Self.numbers + [400])
    #expect(numbers.scale(levels, .maximum) * 7 > 399)
    #expect(numbers.scale(levels, .kullbackLeibler) * 7 < 30)
  }

  @Test("One signed bit takes the mean magnitude; zeros and nothing have the scale 0")
  func corners() throws {
    for method in ClipMethod.allCases {
      let mean = SortedValues([-3, -1, 0, 2]).scale(try Self.levels(1), method)
      #expect(mean == 1.5)
      #expect(SortedValues([0, 0, 0]).scale(try Self.levels(4), method) == 0)
      #expect(SortedValues([Float]()).scale(try Self.levels(4), method) == 0)
      #expect(SortedValues([-2, -1]).scale(try Self.levels(4, signed: false), method) == 0)
      let one = SortedValues([0.5]).scale(try Self.levels(3), method)
      #expect(one > 0 && one.isFinite)
    }
  }
}
