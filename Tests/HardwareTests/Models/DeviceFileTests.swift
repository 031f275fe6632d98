import Foundation
import Hardware
import Testing

@Suite struct DeviceFileTests {
  @Test(arguments: ["zynq-7020-bismo", "vu9p-bismo", "v100", "t4", "a100", "h100", "xeon"])
  func everyConstantHasAUnitAndASource(name: String) throws {
    let device = try DeviceFiles.device(name)
    #expect(device.name == name)
    #expect(try device.costModel().device == name)
    for (name, constant) in device.constants {
      #expect(!constant.unit.isEmpty, "\(name)")
      #expect(constant.source.count > 10, "\(name)")
      // What nobody confirmed is an assumption in so many words.
      if constant.source.contains("recalled") {
        #expect(constant.source.hasPrefix("assumption"), "\(name)")
      }
    }
    // No constant is without effect on whether the model can be made: each missing one is named.
    for missing in device.constants.keys {
      let rest = device.constants.filter { $0.key != missing }
      let without = Device(
        name: device.name, summary: device.summary, model: device.model, constants: rest)
      #expect(throws: HardwareError.self, "\(missing)") { try without.costModel() }
    }
  }

  /// MobileNet-V2 for one image on the small overlay, worked out apart from the fill: 480.7 ms with a product
  /// for each channel, 145.5 ms with eight channels in one.
  @Test func mobileNetOnTheSmallOverlay() throws {
    guard let table = try HAQTable() else {
      print(DeviceFiles.skipped)
      return
    }
    let layers = try table.layers.map { layer in
      LayerWorkload(layer.name, try layer.workload.with(batch: 1))
    }
    for (setting, expected) in [("groupsPerProduct=1", 480.72), ("groupsPerProduct=8", 145.47)] {
      let model = try DeviceFiles.model("zynq-7020-bismo", setting: [setting])
      let total = try model.total(of: layers, bits: layers.map { _ in LayerBits(8) })
      #expect(abs(total.latency.value * 1e3 / expected - 1) < 0.005)
    }
  }
}
