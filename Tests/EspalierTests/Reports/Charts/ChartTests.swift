import Foundation
import Testing

@testable import Espalier

@Suite struct ChartTests {
  private func plot(_ name: String, points: [PlotChart.Point]) -> PlotChart {
    PlotChart(
      identifier: "plot", title: name, summary: "What \(name) does.",
      x: .init(name: "evaluations", isWhole: true), y: .init(name: "time", unit: "s"),
      series: [
        .init(name: name, number: 0, mark: .steps, points: points),
        .init(name: "dots of \(name)", number: 1, mark: .dots, points: points),
      ], limits: [.init(side: .up, value: 2, name: "budget")],
      data: ChartData(["x", "y"], points.map { [ChartData.number($0.x), ChartData.number($0.y)] }))
  }

  /// Whether XML's own reader takes it.
  private func isWellFormed(_ text: String) -> Bool {
    XMLCheck(text).isWellFormed
  }

  @Test func aPlotNamesItselfItsAxesAndItsSeries() {
    let chart = plot("a", points: [.init(x: 1, y: 0.001), .init(x: 3, y: 0.004)])
    let svg = chart.svg(standalone: true)
    #expect(isWellFormed(svg))
    for part in [
      "<title id=\"plot-title\">a</title>", "<desc id=\"plot-summary\">What a does.</desc>",
      "role=\"img\"", ">evaluations</text>", ">time, ms</text>", ">dots of a</text>",
      ">budget</text>", "prefers-color-scheme:dark",
    ] {
      #expect(svg.contains(part), "\(part)")
    }
    #expect(!chart.svg(standalone: false).contains("<style>"))
    #expect(svg == chart.svg(standalone: true))
  }

  @Test func namesAreTextWhateverTheyHold() {
    let name = "<script>alert(\"1\")</script> & \u{1}'x'"
    let chart = plot(name, points: [.init(x: 1, y: 2, note: name), .init(x: 2, y: 3, note: name)])
    let layers = LayerChart(
      identifier: "layers", title: name, summary: name, axis: .init(name: name), series: [name],
      rows: [.init(name: name, values: [.init(value: 1, series: 0, note: name)], label: name)],
      data: ChartData([name], [[name]]))
    for svg in [chart.svg(standalone: true), layers.svg(standalone: true)] {
      #expect(isWellFormed(svg))
      #expect(!svg.contains("<script"))
      #expect(svg.contains("&lt;script&gt;"))
    }
    let page = HTML.page(name, [HTML.figure(chart), HTML.figure(layers), HTML.section(name, [])])
    #expect(!page.contains("<script"))
  }

  @Test func chartsWithoutNumbersAndWithOneAreDrawn() {
    for points in [[], [PlotChart.Point(x: 5, y: 5)], [.init(x: .nan, y: 1)]] {
      let svg = plot("few", points: points).svg(standalone: true)
      #expect(isWellFormed(svg))
      #expect(!svg.contains("nan") && !svg.contains("inf"))
    }
  }

  @Test func barsAreAsLongAsTheirValues() throws {
    let chart = LayerChart(
      identifier: "bars", title: "t", summary: "s", axis: .init(name: "channels"), series: [],
      rows: [
        .init(name: "one", values: [.init(value: 16, outline: 32, series: 0, note: "")], label: "")
      ], data: ChartData([], []))
    let lengths = chart.svg(standalone: false).split(separator: "\n")
      .filter { $0.contains("<rect") }
      .compactMap { line in
        line.split(separator: "width=\"").dropFirst().first?.split(separator: "\"").first
          .flatMap { Double($0) }
      }
    try #require(lengths.count == 2)
    #expect(abs(lengths[1] / lengths[0] - 2) < 0.01)
  }

  @Test func tablesOfNumbersAreCSV() {
    let data = ChartData(["layer", "a,b"], [["x \"y\"", "1"], ["line\nbreak", "2.5"]])
    #expect(
      String(decoding: data.csv, as: UTF8.self)
        == "layer,\"a,b\"\r\n\"x \"\"y\"\"\",1\r\n\"line\nbreak\",2.5\r\n")
    #expect(ChartData.number(3) == "3" && ChartData.number(0.1) == "0.1")
    #expect(ChartData.number(.nan).isEmpty && ChartData.number(nil).isEmpty)
  }

  @Test func numbersAreShortAndOfNoLocale() {
    #expect(Markup.fixed(2) == "2" && Markup.fixed(-0.5) == "-0.5" && Markup.fixed(1.006) == "1.01")
    #expect(Markup.fixed(-0.001) == "0" && Markup.decimal(0.000125, 6) == "0.000125")
    #expect(Markup.amount(4_712_345, unit: "MACs") == "4.712 M MACs")
    #expect(Markup.amount(0.00123, unit: "s") == "1.23 ms")
    #expect(Markup.amount(0, unit: "B") == "0 B" && Markup.amount(.nan, unit: "B") == "–")
    #expect(Markup.amount(1e30, unit: "") != "" && Markup.fixed(1e300) == "1e+300")
  }
}

/// A reader of XML that counts what is open: enough to find what is not closed, quoted or escaped.
struct XMLCheck {
  let isWellFormed: Bool

  init(_ text: String) {
    var open: [Substring] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      let before = rest[..<start]
      guard let end = rest[start...].firstIndex(of: ">"),
        Self.isText(before)
      else {
        isWellFormed = false
        return
      }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      let name = tag.prefix { $0 != " " && $0 != "/" || tag.first == "/" }
      if tag.hasPrefix("/") {
        guard open.popLast() == tag.dropFirst() else {
          isWellFormed = false
          return
        }
      } else {
        guard tag.filter({ $0 == "\"" }).count % 2 == 0, !tag.contains("<") else {
          isWellFormed = false
          return
        }
        if !tag.hasSuffix("/") { open.append(name) }
      }
    }
    isWellFormed = open.isEmpty
  }

  /// Whether every ampersand begins an entity.
  private static func isText(_ text: Substring) -> Bool {
    text.split(separator: "&", omittingEmptySubsequences: false).dropFirst().allSatisfy { part in
      ["amp;", "lt;", "gt;", "quot;"].contains { part.hasPrefix($0) }
    }
  }
}
