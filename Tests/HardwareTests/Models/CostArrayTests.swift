import Foundation
import Hardware
import Testing
import Units

@Suite struct CostArrayTests {
  /// The bytes of a NumPy array of little-endian words.
  static func array(
    _ type: String, _ shape: String, _ payload: Data, fortran: Bool = false
  ) -> Data {
    var header =
      "{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }"
    header += String(repeating: " ", count: (64 - (11 + header.count) % 64) % 64) + "\n"
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
    data += withUnsafeBytes(of: UInt16(header.count).littleEndian) { Data($0) }
    return data + Data(header.utf8) + payload
  }

  static func bytes<Word>(_ words: [Word]) -> Data {
    words.withUnsafeBytes { Data($0) }
  }

  static let description = CostArrayDescription(
    name: "n", device: "d", unit: "s", layers: ["a", "b"], weightBits: [4, 8],
    activationBits: [2, 4, 8])

  @Test func axesAndTypesAreTakenAsDescribed() throws {
    let numbers = Array(0..<12)
    let whole = try CostTable(
      npy: Self.array("<i8", "(2, 2, 3)", Self.bytes(numbers.map { Int64($0) })),
      description: Self.description, file: "t.npy")
    let single = try CostTable(
      npy: Self.array("<f4", "(2, 2, 3)", Self.bytes(numbers.map { Float($0) })),
      description: Self.description, file: "t.npy")
    #expect(whole == single)
    let entry = whole.rows[1].entries[CostTableTests.bits(8, 2)]
    #expect(entry?.mean == 9)
    var turned = Self.description
    turned.axes = [.activationBits, .layer, .weightBits]
    let other = try CostTable(
      npy: Self.array("<f8", "(3, 2, 2)", Self.bytes(numbers.map { Double($0) })),
      description: turned, file: "t.npy")
    // [activation 2 → 0][layer b → 1][weight 8 → 1]
    #expect(other.rows[1].entries[CostTableTests.bits(8, 2)]?.mean == 3)
  }

  @Test func otherArraysAreRefused() throws {
    let good = Self.bytes((0..<12).map { Int64($0) })
    let cases: [(Data, String)] = [
      (Self.array("<i4", "(2, 2, 3)", good), "the type"),
      (Self.array(">i8", "(2, 2, 3)", good), "the type"),
      (Self.array("<i8", "(2, 2, 3)", good, fortran: true), "the order"),
      (Self.array("<i8", "(2, 2, 4)", good), "the elements"),
      (Self.array("<i8", "(12,)", good), "the shape"),
      (Self.array("<i8", "(9999999999, 9999999999, 9999999999)", good), "the shape"),
      (Self.array("<i8", "(99999999999999999999, 0, 1)", Data()), "the elements"),
      (Self.array("<i8", "(3, 2, 2)", good), "axis 0, 'layer'"),
      (Data("PK".utf8), "the first bytes"),
      (Self.array("<i8", "(2, 2, 3)", good).prefix(40), "the header"),
    ]
    for (data, place) in cases {
      do {
        _ = try CostTable(npy: data, description: Self.description, file: "t.npy")
        Issue.record("read \(place)")
      } catch {
        guard case HardwareError.file("t.npy", place, _, _) = error else {
          Issue.record("\(error)")
          continue
        }
      }
    }
    var twice = Self.description
    twice.axes = [.layer, .layer, .weightBits]
    #expect(throws: HardwareError.self) {
      try CostTable(npy: Self.array("<i8", "(2, 2, 3)", good), description: twice, file: "t.npy")
    }
  }

  @Test func filesAreReadByTheirEnding() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let table = try CostTable(
      npy: Self.array("<i8", "(2, 2, 3)", Self.bytes((0..<12).map { Int64($0) })),
      description: Self.description, file: "t.npy")
    try Self.array("<i8", "(2, 2, 3)", Self.bytes((0..<12).map { Int64($0) }))
      .write(to: folder.appending(path: "a.npy"))
    try JSONEncoder().encode(Self.description).write(to: folder.appending(path: "a.json"))
    try table.json().write(to: folder.appending(path: "b.json"))
    try Data(table.csv.utf8).write(to: folder.appending(path: "c.csv"))
    for name in ["a.npy", "b.json", "c.csv"] {
      #expect(try CostTable(contentsOf: folder.appending(path: name)) == table)
    }
    for name in ["a.json", "none.csv", "c.txt"] {
      #expect(throws: HardwareError.self) {
        try CostTable(contentsOf: folder.appending(path: name))
      }
    }
  }
}
