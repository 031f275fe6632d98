import CompressionPolicies
import Testing
import Units

@testable import EspalierCommands

@Suite struct BitsReportTests {
  private func layer(_ name: String, _ weights: Int?, _ activations: Int?) -> LayerPolicy {
    var layer = LayerPolicy(name: name, operator: "Conv")
    layer.weightBits = weights.map { BitWidth($0) }
    layer.activationBits = activations.map { BitWidth($0) }
    return layer
  }

  private func policy(_ layers: [LayerPolicy], device: String? = nil) -> CompressionPolicy {
    let figures = NetworkFigures(
      macs: OperationCount(1), parameters: 1, weightBytes: ByteCount(1),
      peakActivationBytes: ByteCount(1))
    return CompressionPolicy(
      environment: "e", device: device, model: .init(file: "m.onnx", sha256: ""),
      search: .init(agent: "ddpg", seed: 1, episodes: 1), original: figures, compressed: figures,
      layers: layers)
  }

  @Test func everyOperandHasItsBar() {
    let text = BitsReport(
      policy([layer("a", 8, 8), layer("longer", 3, 4), layer("c", 1, nil), layer("d", 2, 32)])
    ).text
    #expect(
      text == """
        layer   weight bits            activation bits
        a                 8  ████████                8  ████████
        longer            3  ███·····                4  ████····
        c                 1  █·······                –
        d                 2  ██······                –
        """)
  }

  @Test func theDeviceIsNamed() {
    let text = BitsReport(policy([layer("a", 8, 8)], device: "zynq")).text
    #expect(text.hasSuffix("\nbits for zynq"))
  }

  @Test func channelsStandBesideTheirBits() {
    var cut = layer("b", 4, 2)
    cut.keepInputs([0, 2, 3], of: 7)
    let text = BitsReport(policy([layer("a", 8, 8), cut])).text
    let lines = text.split(separator: "\n")
    #expect(lines[0].split(separator: " ").prefix(4) == ["layer", "inputs", "kept", "of"])
    #expect(lines[1].split(separator: " ").prefix(3) == ["a", "–", "–"])
    #expect(lines[2].split(separator: " ").prefix(5) == ["b", "3", "7", "4", "████····"])
  }

  @Test func aBarStaysWithinItsCells() {
    #expect(TextTable.bar(0.5) == "██████████··········")
    #expect(TextTable.bar(7, cells: 3) == "███" && TextTable.bar(-1, cells: 3) == "···")
  }
}
