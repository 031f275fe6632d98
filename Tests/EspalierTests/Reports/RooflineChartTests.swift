import Foundation
import Hardware
import Testing
import Units

@testable import Espalier

@Suite struct RooflineChartTests {
  private func chart(_ device: StepDevice = StepDevice()) throws -> RooflineChart {
    let pricing = PricingDevice(device)
    return try RooflineChart(
      PricedNetwork(PricedNetworkTests.graph(), on: pricing), on: pricing)
  }

  @Test func pointsAreOperationsOverBytesAndSeconds() throws {
    let chart = try chart()
    #expect(!chart.points.isEmpty && chart.bandwidth == 100)
    // Two operations to each byte of traffic and to each millisecond.
    for point in chart.points {
      #expect(abs(point.intensity - 2) < 1e-9 && abs(point.attained - 2000) < 1e-6)
    }
    #expect(abs(chart.points.reduce(0) { $0 + $1.share } - 1) < 1e-9)
    #expect(chart.roofs == [RooflineChart.Roof(peak: 2000, bits: ["8/8"])])
  }

  @Test func theDrawingIsXMLWithEscapedTextAndTheSameEachTime() throws {
    var device = StepDevice()
    device.device = "<a & \"b\">"
    let svg = try chart(device).svg
    #expect(svg == (try chart(device).svg))
    #expect(svg.contains("Roofline of &lt;a &amp; &quot;b&quot;&gt;") && !svg.contains("<a &"))
    #expect(svg.contains("prefers-color-scheme:dark"))
    let circles = svg.components(separatedBy: "<title>").count - 1
    #expect(circles == (try chart(device).points.count))
    var depth = 0
    for tag in svg.components(separatedBy: "<").dropFirst() {
      if tag.hasPrefix("/") { depth -= 1 } else if !tag.contains("/>") { depth += 1 }
    }
    #expect(depth == 0)
  }

  @Test func figuresBeyondReasonAreDrawn() throws {
    var device = StepDevice()
    device.bandwidthBytesPerSecond = 1e300
    #expect(try chart(device).svg.hasSuffix("</svg>\n"))
  }

  @Test func aDeviceWithoutARoofIsRefused() throws {
    struct Bare: CostModel {
      let device = "bare"
      let supportedBits = SupportedBits(weights: [8], activations: [8])
      func cost(of workload: Workload, bits: LayerBits) throws(HardwareError) -> Cost { .zero }
    }
    let pricing = PricingDevice(Bare())
    let network = try PricedNetwork(PricedNetworkTests.graph(), on: pricing)
    #expect(throws: EspalierError.noRoofline(device: "bare")) {
      try RooflineChart(network, on: pricing)
    }
  }
}
