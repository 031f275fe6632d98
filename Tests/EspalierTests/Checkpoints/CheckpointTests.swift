import Foundation
import Testing

@testable import Espalier

@Suite struct CheckpointTests {
  private let checkpoint = Checkpoint(
    identity: "5f", position: 120, payload: Data("what was\n\nsaved".utf8))

  @Test func whatIsWrittenIsReadAgain() throws {
    #expect(try Checkpoint(fileBytes: checkpoint.fileBytes) == checkpoint)
    let empty = Checkpoint(identity: "0", position: 0, payload: Data())
    #expect(try Checkpoint(fileBytes: empty.fileBytes) == empty)
  }

  @Test func noByteChangesUnnoticed() throws {
    let bytes = checkpoint.fileBytes
    for position in bytes.indices {
      for bit: UInt8 in [1, 0x20, 0x80] {
        var changed = bytes
        changed[position] ^= bit
        #expect(throws: Checkpoint.Fault.self, "byte \(position), bit \(bit)") {
          try Checkpoint(fileBytes: changed)
        }
      }
    }
    for length in 0..<bytes.count {
      #expect(throws: Checkpoint.Fault.self, "the first \(length) bytes") {
        try Checkpoint(fileBytes: bytes.prefix(length))
      }
    }
    #expect(throws: Checkpoint.Fault.damaged) { try Checkpoint(fileBytes: bytes + [0]) }
  }

  @Test func anotherVersionIsNamed() {
    let other = Data("espalier checkpoint 7\nwhatever\n\n".utf8)
    #expect(throws: Checkpoint.Fault.version("7")) { try Checkpoint(fileBytes: other) }
  }

  private func folder(
    _ place: TemporaryFolder, identity: String = "a", notices: @escaping (String) -> Void = { _ in }
  ) -> CheckpointFolder {
    CheckpointFolder(
      place("checkpoint"), name: "agent", identity: identity, onNotice: notices)
  }

  private func names(_ place: TemporaryFolder) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: place("checkpoint").path))
  }

  @Test func theNewestTwoStand() throws {
    let place = try TemporaryFolder()
    let folder = folder(place)
    #expect(folder.isEmpty)
    for position in [5, 10, 100, 105] { try folder.write(Data([1]), position: position) }
    #expect(try names(place) == ["agent-100.checkpoint", "agent-105.checkpoint"])
    #expect(folder.newestFirst(otherwise: "").map(\.position) == [105, 100])
    // A run that went back to an earlier place writes there again.
    try folder.write(Data([2]), position: 103)
    #expect(folder.newestFirst(upTo: 103, otherwise: "").map(\.position) == [103, 100])
    folder.removeAll()
    #expect(!FileManager.default.fileExists(atPath: place("checkpoint").path))
  }

  @Test func whatCannotBeUsedIsToldOfAndTheOneBeforeItServes() throws {
    let place = try TemporaryFolder()
    try folder(place).write(Data([1]), position: 10)
    try folder(place).write(Data([3]), position: 30)
    try folder(place, identity: "b").write(Data([2]), position: 20)
    var notices: [String] = []
    let own = folder(place) { notices.append($0) }
    #expect(own.newestFirst(upTo: 25, otherwise: "all is replayed").map(\.payload) == [Data([1])])
    #expect(notices.count == 2)
    #expect(
      notices[0]
        == "the checkpoint \(place("checkpoint/agent-30.checkpoint").path) stands at 30, beyond the 25 "
        + "that the journal holds; an earlier one is taken, or all is replayed")
    #expect(notices[1].contains("agent-20.checkpoint belongs to another run; "))
  }

  @Test func theClockKeepsToItsShare() throws {
    var written: [Int] = []
    var clock = CheckpointClock(every: 3, share: 0.01)
    for count in 1...30 {
      try clock.write(after: count) {
        written.append(count)
        Thread.sleep(forTimeInterval: 0.02)
      }
    }
    #expect(written == [3], "The first took far more than its share.")
    try clock.write(after: 31, always: true) { written.append(31) }
    #expect(written == [3, 31])
    var none = CheckpointClock(every: 0, share: 1)
    try none.write(after: 3, always: true) { written.append(0) }
    #expect(written == [3, 31])
  }
}
