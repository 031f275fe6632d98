import Foundation
import Hardware

/// HAQ's published table of MobileNet-V2's latencies, by layer, weight bits − 1 and activation bits − 1.
struct HAQTable {
  var layers: [LayerWorkload] = []
  var cycles: [[[Double]]] = []

  init?() throws {
    guard let data = DeviceFiles.reference("haq_mobilenetv2_cloud_lut.csv") else { return nil }
    for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).dropFirst()
    {
      let fields = line.split(separator: ",").map(String.init)
      let numbers = fields.map { Int($0) ?? 0 }
      let index = numbers[0]
      if index == layers.count {
        layers.append(LayerWorkload("\(index)", try Self.workload(fields[1], numbers)))
        cycles.append(Array(repeating: Array(repeating: 0, count: 8), count: 8))
      }
      cycles[index][numbers[8] - 1][numbers[9] - 1] = Double(numbers[10])
    }
  }

  private static func workload(_ kind: String, _ numbers: [Int]) throws -> Workload {
    try Workload(
      kind == "fc" ? .dense : .convolution, batch: numbers[7], inputChannels: numbers[2],
      outputChannels: numbers[3], output: .init(numbers[5]), kernel: .init(numbers[4]),
      stride: .init(numbers[6]), groups: kind == "dw" ? numbers[2] : 1)
  }
}
