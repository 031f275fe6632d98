import Testing

@testable import Espalier

@Suite struct AxisScaleTests {
  @Test func ticksAreRoundAndCoverTheValues() {
    let scale = AxisScale([0.312, 0.874])
    #expect(
      scale.ticks.map { scale.label($0) } == ["0.2", "0.4", "0.6", "0.8", "1"])
    #expect(scale.low <= 0.312 && scale.high >= 0.874)
    #expect(scale.part(scale.low) == 0 && scale.part(scale.high) == 1)
  }

  @Test func anyRangeHasTicksThatAscendAndCoverIt() {
    let ranges: [(Double, Double)] = [
      (0, 1), (1, 400), (-3, 2), (1e-13, 2e-13), (5, 5), (0, 0), (-7, -7), (1e15, 1e15 + 4),
      (-1e308, 1e308), (0, 1e-300), (99.99, 100),
    ]
    for (low, high) in ranges {
      let scale = AxisScale([low, high])
      #expect(scale.low < scale.high, "\(low)…\(high)")
      #expect(zip(scale.ticks, scale.ticks.dropFirst()).allSatisfy(<), "\(low)…\(high)")
      #expect((2...40).contains(scale.ticks.count), "\(low)…\(high): \(scale.ticks.count)")
      #expect(scale.part(low) >= 0 && scale.part(high) <= 1)
      #expect(scale.ticks.allSatisfy { !scale.label($0).isEmpty })
      if low.magnitude < 1e299, high.magnitude < 1e299 {
        #expect(scale.low <= low + scale.step * 1e-6 && scale.high >= high - scale.step * 1e-6)
      }
    }
  }

  @Test func whatIsNotFiniteDoesNotCountAndHasAPlaceAllTheSame() {
    let scale = AxisScale([.nan, 2, .infinity, 4])
    #expect(scale.low == 2 && scale.high == 4)
    #expect(scale.part(.infinity) == 1 && scale.part(-.infinity) == 0 && scale.part(.nan) == 0)
    #expect(AxisScale([Double]()).ticks.count > 1)
  }

  @Test func wholeNumbersHaveWholeTicks() {
    let scale = AxisScale([1, 3], includingZero: true, whole: true)
    #expect(scale.ticks == [0, 1, 2, 3])
  }

  @Test func largeAndSmallNumbersLeaveTheirPrefixToTheUnit() {
    let large = AxisScale([0, 40_000_000])
    #expect(large.unit("MACs") == "M MACs" && large.label(large.ticks[1]) == "10")
    let small = AxisScale([0, 0.004])
    #expect(small.unit("s") == "ms" && small.label(small.high) == "4")
    #expect(AxisScale([0, 90]).unit("%") == "%")
    #expect(AxisScale([0, 100_000]).unit("") == "×10^3")
  }
}
