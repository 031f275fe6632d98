import Foundation
import Interchange
import Testing

/// A folder that is gone when the test is over.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("espalier-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func file(_ name: String) -> URL { url.appendingPathComponent(name) }

  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
  }
}

@Suite struct AtomicFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func aFileIsReplacedAndNothingStaysBeside() throws {
    let url = folder.file("a.bin")
    try AtomicFile.write(Data([1, 2, 3]), to: url)
    try AtomicFile.write(Data([7, 8]), to: url)
    #expect(try WholeFile.read(url) == Data([7, 8]))
    #expect(try folder.names == ["a.bin"])
  }

  @Test func anEmptyFileAndALargeOneComeBack() throws {
    let url = folder.file("b.bin")
    try AtomicFile.write(Data(), to: url)
    #expect(try WholeFile.read(url).isEmpty)
    let large = Data((0..<300_001).map { UInt8(truncatingIfNeeded: $0 * 31) })
    try AtomicFile.write(large, to: url)
    #expect(try WholeFile.read(url) == large)
  }

  @Test func whatAKillLeftIsTakenAwayAndNothingElse() throws {
    for name in [".espalier-77-0.partial", ".espalier-notes", "a.partial", "b"] {
      try AtomicFile.write(Data([1]), to: folder.file(name))
    }
    AtomicFile.removeLeftovers(in: folder.url)
    #expect(try folder.names == [".espalier-notes", "a.partial", "b"])
    AtomicFile.removeLeftovers(in: folder.file("nowhere"))
  }

  @Test func aTornLineIsCutOffBeforeTheNextOneFollows() throws {
    let url = folder.file("lines")
    try AtomicFile.write(Data("one\ntw".utf8), to: url)
    try AppendedFile(url, keeping: 4).append(line: "two")
    #expect(try WholeFile.read(url) == Data("one\ntwo\n".utf8))
    try AppendedFile(url, keeping: 100).append(line: "three")
    #expect(try WholeFile.read(url) == Data("one\ntwo\nthree\n".utf8))
  }

  @Test func theModeOfAnOldFileIsKeptAndLinksAreFollowed() throws {
    let (target, link) = (folder.file("target"), folder.file("link"))
    try AtomicFile.write(Data([1]), to: target)
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: target.path)
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
    try AtomicFile.write(Data([2]), to: link)
    #expect(try WholeFile.read(target) == Data([2]))
    let mode = try FileManager.default.attributesOfItem(atPath: target.path)[.posixPermissions]
    #expect(mode as? Int == 0o640)
  }

  @Test func aRemainderOfAKilledRunIsNoObstacle() throws {
    let left = folder.file(".espalier-\(getpid())-0.partial")
    try Data([9]).write(to: left)
    try AtomicFile.write(Data([4]), to: folder.file("c.bin"))
    #expect(try WholeFile.read(folder.file("c.bin")) == Data([4]))
    #expect(try WholeFile.read(left) == Data([9]))
  }

  @Test func missingFilesAndFoldersAreNamed() throws {
    let path = folder.url.path
    #expect(throws: FileError.missing(path: path + "/none")) {
      try WholeFile.read(folder.file("none"))
    }
    #expect(throws: FileError.isFolder(path: path)) { try WholeFile.read(folder.url) }
    #expect(throws: FileError.isFolder(path: path)) {
      try AtomicFile.write(Data(), to: folder.url)
    }
    #expect(throws: FileError.missingFolder(folder: path + "/no", path: path + "/no/x")) {
      try AtomicFile.write(Data(), to: folder.file("no/x"))
    }
  }

  #if os(Linux)
    @Test func aFullDiskIsSaid() {
      let error = #expect(throws: FileError.self) {
        try AtomicFile.write(Data([1]), to: URL(fileURLWithPath: "/dev/full"))
      }
      #expect(error == .diskFull(path: "/dev/full"))
      #expect(error?.description == "/dev/full cannot be written: the disk is full")
    }

    @Test func devicesAreWrittenToAndStayDevices() throws {
      try AtomicFile.write(Data([1]), to: URL(fileURLWithPath: "/dev/null"))
      let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type]
      #expect(type as? FileAttributeType == .typeCharacterSpecial)
    }
  #endif
}
