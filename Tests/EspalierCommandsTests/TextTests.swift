import Testing

@testable import EspalierCommands

@Suite struct TextTests {
  @Test(arguments: [
    (0.0, 2, "0.00"), (1.005, 1, "1.0"), (12.345, 2, "12.35"), (0.04, 1, "0.0"),
    (99.96, 1, "100.0"),
    (-1.25, 1, "-1.3"), (-0.004, 2, "0.00"), (7, 0, "7"), (1234.5, 3, "1234.500"),
    (0.05, 2, "0.05"),
  ])
  func numbersHaveAFixedNumberOfDecimals(_ value: Double, _ places: Int, _ text: String) {
    #expect(decimal(value, places) == text)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300])
  func aNumberWithoutDigitsIsStillAText(_ value: Double) {
    #expect(!decimal(value, 2).isEmpty)
  }

  @Test func columnsLineUpTheFirstToTheLeft() {
    var table = TextTable(["layer", "of"])
    table.append(["a", "64"])
    table.append(["longer name", "8"])
    #expect(table.text == "layer        of\na            64\nlonger name   8")
  }

  @Test func anErrorIsToldInOneLine() {
    struct Rambling: Error, CustomStringConvertible { let description = "one\ntwo\r\nthree" }
    #expect(Sentence.of(Rambling()) == "one two three")
  }
}
