import Foundation
import Hardware
import Testing

@testable import Espalier

@Suite struct DeviceCatalogTests {
  private static func text(_ name: String) -> String {
    """
    { "name": "\(name)", "summary": "a toy", "model": "none", "constants": {
      "rows": { "value": 16, "unit": "1", "source": "made up" },
      "batch": { "value": 2.5, "unit": "1", "source": "made up" } } }
    """
  }

  private let folder: TemporaryFolder
  private let catalog: DeviceCatalog

  init() throws {
    folder = try TemporaryFolder()
    for (place, name) in [
      ("own", "mine"), ("share/espalier/Devices", "installed"), ("share/espalier/Devices", "mine"),
      ("bin/Devices", "beside"),
    ] {
      try folder.write("\(place)/\(name).json", Self.text("\(name) of \(place)"))
    }
    try folder.write("own/notes.txt", "no device")
    try folder.write("bin/espalier", "")
    catalog = try DeviceCatalog(own: [folder("own")], executable: folder("bin/espalier"))
  }

  @Test func foldersAreSearchedInTurn() throws {
    #expect(Set(catalog.names).isSuperset(of: ["beside", "installed", "mine"]))
    #expect(try catalog.device("mine").name == "mine of own")
    #expect(try catalog.device("beside").name == "beside of bin/Devices")
  }

  @Test func aPathServesAsAName() throws {
    #expect(try catalog.device(folder("own/mine.json").path).name == "mine of own")
    #expect(throws: (any Error).self) { try catalog.device("./nowhere.json") }
  }

  @Test func constantsAreSet() throws {
    let device = try catalog.device("mine", settings: ["rows=4"])
    #expect(device.constants["rows"]?.value == .number(4))
    #expect(throws: HardwareError.self) { try catalog.device("mine", settings: ["row=4"]) }
  }

  @Test func anUnknownNameGetsSuggestions() {
    #expect(throws: EspalierError.unknownDevice(name: "mint", suggestions: ["mine"])) {
      try catalog.device("mint")
    }
    #expect(throws: EspalierError.unknownDevice(name: "install", suggestions: ["installed"])) {
      try catalog.device("install")
    }
  }

  @Test func aFolderThatIsNotThereIsNamed() throws {
    let missing = folder("missing")
    #expect(
      throws: EspalierError.setting(
        name: "--devices", expected: "a folder that is there", found: "'\(missing.path)'")
    ) { try DeviceCatalog(own: [missing]) }
  }

  @Test func aBatchThatIsNoneIsNamed() throws {
    #expect(throws: HardwareError.self) { try catalog.pricingDevice("mine") }
  }
}
