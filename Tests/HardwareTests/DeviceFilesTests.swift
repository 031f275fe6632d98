import Foundation
import Hardware
import Testing

/// The device files of the repository.
@Suite struct DeviceFilesTests {
  @Test func everyFileMakesAModel() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: DeviceFiles.folder.path)
    let names = files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    #expect(
      Set(names).isSuperset(of: [
        "bitfusion-e", "bitfusion-s", "systolic-is", "systolic-os", "systolic-ws",
      ]))
    for name in names {
      let device = try DeviceFiles.device(name)
      #expect(device.name == name)
      #expect(try device.costModel().device == name)
      for (constant, value) in device.constants {
        #expect(!value.unit.isEmpty && !value.source.isEmpty, "\(name): \(constant)")
      }
    }
  }

  /// Whatever a model says of a layer, it is below the roof that the model draws.
  @Test func noLayerIsAboveTheRoof() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: DeviceFiles.folder.path)
    for name in files.filter({ $0.hasSuffix(".json") }).map({ String($0.dropLast(5)) }) {
      let model = try DeviceFiles.model(name)
      let roof = try #require(model.roofline, "\(name)")
      let layers = try [1, 16].flatMap { try HardwareLayers.mobileNetV2(batch: $0) }
      for bits in [1, 2, 4, 8].map({ LayerBits($0) })
      where model.supportedBits.weights.contains(bits.weights.value) {
        for layer in Set(layers) {
          let cost = try model.cost(of: layer, bits: bits)
          let least = Double(layer.macs) / roof.peakMACsPerSecond(bits)
          let traffic = cost.accesses.filter { $0.memory == "dram" }
            .reduce(0) { $0 + Double($1.readBits + $1.writtenBits) / 8 }
          let moving = traffic / roof.bandwidthBytesPerSecond
          #expect(max(least, moving) <= cost.latency.value * (1 + 1e-9), "\(name) \(bits) \(layer)")
        }
      }
    }
  }

  @Test(arguments: ["bitfusion-e", "systolic-ws"])
  func aSlipInAConstantIsNamed(name: String) throws {
    var constants = try DeviceFiles.device(name).constants
    constants["rowz"] = constants["rows"]
    let device = Device(
      name: name, summary: "", model: name.hasPrefix("b") ? "bitfusion" : "systolic",
      constants: constants)
    #expect(throws: HardwareError.self) { try device.costModel() }
    constants["rowz"] = nil
    constants["rows"] = nil
    let other = Device(name: name, summary: "", model: device.model, constants: constants)
    #expect(
      throws: HardwareError.constant(
        device: name, name: "rows", expected: "a whole number of at least 1", found: "nothing")
    ) { try other.costModel() }
  }
}
