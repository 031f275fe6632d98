import Foundation
import Tensors
import Testing

@testable import Interchange

@Suite struct NumPyFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A file with this header text and these element bytes.
  static func file(
    _ text: String, _ elements: [UInt8] = [], version: UInt8 = 1, minor: UInt8 = 0
  ) -> [UInt8] {
    let length = text.utf8.count
    let width = version == 1 ? 2 : 4
    let lengthBytes = (0..<width).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return [0x93] + Array("NUMPY".utf8) + [version, minor] + lengthBytes + Array(text.utf8)
      + elements
  }

  static func header(
    _ descriptor: String, _ shape: String, order: String = "False"
  ) -> String {
    "{'descr': '\(descriptor)', 'fortran_order': \(order), 'shape': \(shape), }   \n"
  }

  func read(_ bytes: [UInt8]) throws(NumPyError) -> TypedArray {
    try NumPyPayload(bytes, file: "x.npy").array()
  }

  func arrays() throws -> [TypedArray] {
    [
      TypedArray(Tensor(shape: [2, 3, 5]) { Float($0) / 7 - 1 }),
      TypedArray(Tensor(shape: [], repeating: .infinity)),
      TypedArray(Tensor(shape: [3, 0, 2])),
      try TypedArray(shape: [4], doubles: [.pi, -0.0, .infinity, .leastNonzeroMagnitude]),
      try TypedArray(shape: [1, 3], integers: [.min, 0, .max]),
      try TypedArray(
        shape: [2, 1, 2], integers: [-2_147_483_648, 5, -1, 2_147_483_647], elementType: .int32),
      try TypedArray(shape: [3], integers: [0, 255, 7], elementType: .uint8),
      try TypedArray(shape: [3], integers: [-128, 127, -1], elementType: .int8),
      try TypedArray(shape: [2, 2], integers: [0, 1, 1, 0], elementType: .bool),
      try TypedArray(shape: [], integers: [1], elementType: .bool),
    ]
  }

  @Test func everyTypeAndRankComesBackAsItWasWritten() throws {
    for array in try arrays() {
      let url = folder.file("\(array.elementType.rawValue).npy")
      try NumPyFile.write(array, to: url)
      #expect(try NumPyFile.read(url) == array)
    }
  }

  @Test func theBytesAreNumPysOwn() throws {
    // numpy.save(f, numpy.arange(6, dtype="<i4").reshape(2, 3)) of NumPy 2.4.6
    let expected =
      Self.file(
        "{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }"
          + String(repeating: " ", count: 58) + "\n")
      + (0..<6).flatMap { [UInt8($0), 0, 0, 0] }
    let array = try TypedArray(shape: [2, 3], integers: Array(0..<6), elementType: .int32)
    #expect(try NumPyFile.encode(array, file: "x.npy") == Data(expected))
  }

  @Test func elementsBeginAtAMultipleOf64() throws {
    for rank in 0..<40 {
      let array = TypedArray(Tensor(shape: Shape([Int](repeating: 1, count: rank)), repeating: 2))
      #expect((try NumPyFile.encode(array, file: "x.npy").count - 4) % 64 == 0)
    }
  }

  @Test func fortranOrderBecomesRowMajor() throws {
    // Element (i, j, k) of shape 2×3×4 holds 100i + 10j + k.
    var bytes: [UInt8] = []
    for k in 0..<4 {
      for j in 0..<3 { for i in 0..<2 { bytes.append(UInt8(100 * i + 10 * j + k)) } }
    }
    let array = try read(Self.file(Self.header("|u1", "(2, 3, 4)", order: "True"), bytes))
    let expected = (0..<2).flatMap { i in
      (0..<3).flatMap { j in (0..<4).map { k in 100 * i + 10 * j + k } }
    }
    #expect(array.integers == expected)
    #expect(array.shape == [2, 3, 4])
  }

  @Test func versionsTwoAndThreeAndOtherSpellingsAreRead() throws {
    let text = "{\"shape\":(2,),\"fortran_order\":False,\"descr\":\"<i8\"}"
    let bytes: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 255, count: 8)
    for version: UInt8 in [1, 2, 3] {
      #expect(try read(Self.file(text, bytes, version: version)).integers == [1, -1])
    }
  }

  @Test func payloadsKeepBytesAsBytes() throws {
    let payload = try NumPyPayload(
      Self.file(Self.header("|u1", "(2, 2)", order: "True"), [1, 2, 3, 4]), file: "x.npy")
    #expect(payload.unsignedBytes() == [1, 3, 2, 4])
    #expect(payload.header.shape == [2, 2])
  }

  @Test func integersThatDoNotFitAreRefused() throws {
    let array = try TypedArray(shape: [2], integers: [3, 256], elementType: .uint8)
    #expect(
      throws: NumPyError.outOfRange(file: "x", elementType: .uint8, position: 1, found: 256)
    ) { try NumPyFile.encode(array, file: "x") }
    let truth = try TypedArray(shape: [1], integers: [2], elementType: .bool)
    #expect(throws: NumPyError.outOfRange(file: "x", elementType: .bool, position: 0, found: 2)) {
      try NumPyFile.encode(truth, file: "x")
    }
    let mixed = try TypedArray(shape: [1], integers: [2], elementType: .float32)
    #expect(throws: NumPyError.inconsistentArray(file: "x", elementType: .float32)) {
      try NumPyFile.encode(mixed, file: "x")
    }
  }
}
