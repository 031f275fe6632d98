import Foundation
import Testing

@testable import Espalier

@Suite struct OutputFolderTests {
  @Test func aFolderIsMadeWithThoseAboveIt() throws {
    let folder = try TemporaryFolder()
    let output = try OutputFolder(folder("a/b/c").path)
    var isFolder: ObjCBool = false
    #expect(FileManager.default.fileExists(atPath: output.url.path, isDirectory: &isFolder))
    #expect(isFolder.boolValue)
    #expect(try OutputFolder(folder("a/b/c").path).url.path == output.url.path)
  }

  @Test func aFileInItsPlaceIsNamed() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("file", "").path
    for path in [file, file + "/below"] {
      #expect(
        throws: EspalierError.setting(
          name: "--output", expected: "a folder that can be written", found: "'\(path)'")
      ) { try OutputFolder(path) }
    }
  }
}
