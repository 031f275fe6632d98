import Foundation
import Interchange
import Tensors
import Testing

@testable import Datasets

/// A folder that is gone when the test is over.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  var path: String { url.path }

  func write(_ bytes: [UInt8], _ name: String) throws {
    try Data(bytes).write(to: url.appendingPathComponent(name))
  }

  func write(_ array: TypedArray, _ name: String) throws {
    try NumPyFile.write(array, to: url.appendingPathComponent(name))
  }
}

/// The folder of real data, which not every machine has.
enum RealData {
  static let folder = ProcessInfo.processInfo.environment["ESPALIER_DATA"]
  static let message: Comment = "ESPALIER_DATA does not name a folder of data sets"

  static func path(_ name: String) -> String { "\(folder ?? "")/\(name)" }
}

/// Images whose every byte says where it stands.
func countingImages(
  count: Int, shape: Shape = [2, 3, 5], classes: Int = 3
) throws -> LabelledImages {
  try LabelledImages(
    name: "counting", shape: shape,
    storage: .bytes((0..<count * shape.count).map { UInt8(truncatingIfNeeded: $0 * 7) }),
    labels: (0..<count).map { $0 % classes }, classCount: classes)
}

/// FNV-1a of some bytes.
func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}

/// The sentence of the dataset error that a piece of work ends with.
func sentence(_ work: () throws -> Void) -> String? {
  #expect(throws: DatasetError.self) { try work() }?.description
}
