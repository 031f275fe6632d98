import Foundation
import Testing

@testable import Espalier

@Suite struct EventFileTests {
  @Test func theCheckIsThatOfTheStandard() {
    // RFC 3720, appendix B.4.
    #expect(CRC32C.of([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.of([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.of((0..<32).map { UInt8($0) }) == 0x46DD_794E)
    #expect(CRC32C.of("123456789".utf8) == 0xE306_9283)
  }

  @Test func recordsComeBackAndDamagedOnesEndTheFile() {
    let contents: [[UInt8]] = [[1, 2, 3], [], [UInt8](repeating: 9, count: 300)]
    let bytes = contents.flatMap(EventRecord.framed)
    let (records, end) = EventRecord.whole(in: bytes)
    #expect(records.map(Array.init) == contents && end == bytes.count)
    let first = EventRecord.framed(contents[0]).count
    for cut in [1, 15, 200] {
      let (records, end) = EventRecord.whole(in: Array(bytes.dropLast(cut)))
      #expect(records.count == 2 && end == first + 16)
    }
    var flipped = bytes
    flipped[first + 16 + 40] ^= 1
    #expect(EventRecord.whole(in: flipped).records.count == 2)
  }

  @Test func messagesAreThoseOfTheSchema() {
    var event = TrainingEvent(time: 1, step: 300)
    event.scalars = [("a", 0.5), ("left out", .nan)]
    // Worked out by hand: wall_time, step, summary { value { tag: "a", simple_value: 0.5 } }.
    #expect(
      event.bytes == [
        0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0x10, 0xAC, 0x02, 0x2A, 0x0A, 0x0A, 0x08, 0x0A, 0x01,
        0x61, 0x15, 0, 0, 0, 0x3F,
      ])
    #expect(TrainingEvent.step(of: event.bytes[...]) == 300)
    #expect(TrainingEvent.step(of: TrainingEvent.version(time: 1)[...]) == nil)
  }

  private func steps(_ folder: URL) throws -> [Int] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    try #require(names.count == 1)
    let bytes = Array(try Data(contentsOf: folder.appendingPathComponent(names[0])))
    let (records, end) = EventRecord.whole(in: bytes)
    #expect(end == bytes.count)
    return records.compactMap { TrainingEvent.step(of: $0) }
  }

  private func append(_ range: Range<Int>, in folder: URL) throws {
    let file = try EventFile(in: folder)
    for step in range {
      var event = TrainingEvent(time: 5, step: step)
      event.scalars = [("x", Double(step))]
      event.histograms = [("h", [1, 2, 3, Double(step)]), ("none", [])]
      try file.append(event)
    }
  }

  @Test func aRunThatGoesOnContinuesTheFileWithoutRepeating() throws {
    let folder = try TemporaryFolder()
    let place = folder("tensorboard/ddpg")
    try append(0..<4, in: place)
    try append(0..<6, in: place)
    #expect(try steps(place) == Array(0..<6))
    // Torn by a kill: the last record is cut off and written again.
    let file = place.appendingPathComponent(
      try FileManager.default.contentsOfDirectory(atPath: place.path)[0])
    try Data(try Data(contentsOf: file).dropLast(7)).write(to: file)
    try append(3..<8, in: place)
    #expect(try steps(place) == Array(0..<8))
  }

  @Test func aSearchWritesAnEventForEveryEpisodeOfEveryAgent() throws {
    let tiny = try TinySearch()
    _ = try SearchRun.run(tiny.request("run"))
    #expect(try steps(tiny.folder("run/tensorboard/ddpg")) == Array(0..<5))
    #expect(try steps(tiny.folder("run/tensorboard/uniform")) == [0])
    // Half of the journal is gone, as after a kill; the events that are there stay and stand once.
    let journal = tiny.folder("run/episodes.jsonl")
    let whole = try String(contentsOf: journal, encoding: .utf8)
    try whole.split(separator: "\n").prefix(2).map { $0 + "\n" }.joined()
      .write(to: journal, atomically: true, encoding: .utf8)
    var request = tiny.request("run")
    request.resume = true
    _ = try SearchRun.run(request)
    #expect(try String(contentsOf: journal, encoding: .utf8) == whole)
    #expect(try steps(tiny.folder("run/tensorboard/ddpg")) == Array(0..<5))
  }
}
