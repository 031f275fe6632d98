import Foundation
import Tensors
import Testing

@testable import Interchange

@Suite struct NumPyErrorTests {
  let name = "x.npy"

  func expect(_ bytes: [UInt8], _ error: NumPyError, _ sentence: String) {
    let found = #expect(throws: NumPyError.self) {
      try NumPyPayload(bytes, file: name).array()
    }
    #expect(found == error)
    #expect(found?.description == sentence)
  }

  @Test func filesThatAreNotNumPyAreRefused() {
    expect(
      [], .badMagic(file: name), "x.npy is not a NumPy file: it does not begin with \\x93NUMPY")
    expect(
      NumPyFileTests.file("{}", version: 4), .unsupportedVersion(file: name, major: 4, minor: 0),
      "x.npy has version 4.0 of the NumPy format; 1.0, 2.0 and 3.0 are read")
    expect(
      NumPyFileTests.file("{}", version: 1, minor: 1),
      .unsupportedVersion(file: name, major: 1, minor: 1),
      "x.npy has version 1.1 of the NumPy format; 1.0, 2.0 and 3.0 are read")
  }

  @Test func everyTruncationIsRefused() {
    let whole = NumPyFileTests.file(
      NumPyFileTests.header("<f4", "(1, 2)"), [0, 0, 128, 63, 0, 0, 0, 64])
    #expect(throws: Never.self) { try NumPyPayload(whole, file: name).array() }
    for length in 0..<whole.count {
      #expect(throws: NumPyError.self) { try NumPyPayload(Array(whole[..<length]), file: name) }
    }
    expect(
      Array(whole.dropLast()), .truncatedData(file: name, shape: [1, 2], expected: 8, found: 7),
      "x.npy ends too early: shape 1×2 needs 8 bytes of elements, 7 found")
    expect(
      whole + [0], .trailingBytes(file: name, shape: [1, 2], count: 1),
      "x.npy has 1 bytes more than its shape 1×2 needs")
    expect(
      Array(whole[..<20]), .truncatedHeader(file: name, expected: whole.count - 8, found: 20),
      "x.npy ends inside its header: \(whole.count - 8) bytes expected, 20 found")
  }

  @Test func otherTypesAreRefused() {
    let types = "float32, float64, int64, int32, int8, uint8 and bool are read"
    for code in ["<f2", "<c8", "<U3", "|O", "<u8", "<i2", "=f4"] {
      expect(
        NumPyFileTests.file(NumPyFileTests.header(code, "(1,)"), [0, 0]),
        .unsupportedType(file: name, descriptor: code),
        "x.npy holds elements of type \(code); \(types)")
    }
    expect(
      NumPyFileTests.file(NumPyFileTests.header(">f4", "(1,)"), [0, 0, 0, 0]),
      .bigEndian(file: name, descriptor: ">f4"),
      "x.npy holds big-endian elements (>f4); only little-endian ones are read")
    let record = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }"
    expect(
      NumPyFileTests.file(record, [0, 0, 0, 0]),
      .unsupportedType(file: name, descriptor: "a record of several fields"),
      "x.npy holds elements of type a record of several fields; \(types)")
    expect(
      NumPyFileTests.file(NumPyFileTests.header("|b1", "(3,)"), [1, 0, 2]),
      .notBoolean(file: name, position: 2, found: 2),
      "x.npy holds 2 as truth value number 2; 0 or 1 expected")
  }

  @Test func giganticShapesAreRefusedWithoutOverflow() {
    let huge = "4611686018427387904"
    for shape in [
      "(\(huge), 4)", "(\(huge), \(huge), \(huge))", "(0, \(huge), \(huge))", "(\(huge),)",
    ] {
      let error = #expect(throws: NumPyError.self) {
        try NumPyPayload(
          NumPyFileTests.file(NumPyFileTests.header("<f4", shape)), file: name)
      }
      guard case .shapeTooLarge? = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    expect(
      NumPyFileTests.file(NumPyFileTests.header("<f4", "(99999999999999999999,)")),
      .badHeader(file: name, reason: "the number 99999999999999999999 does not fit 64 bits"),
      "x.npy has a bad header: the number 99999999999999999999 does not fit 64 bits")
    expect(
      NumPyFileTests.file(NumPyFileTests.header("<f4", "(1000000, 1000000)")),
      .truncatedData(
        file: name, shape: [1_000_000, 1_000_000], expected: 4_000_000_000_000, found: 0),
      "x.npy ends too early: shape 1000000×1000000 needs 4000000000000 bytes of elements, 0 found")
  }

  @Test func badHeadersAreRefused() {
    let texts = [
      "", "{", "[]", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
      "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': True}",
      "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,,)}",
      "{'descr': '<f4, 'fortran_order': False, 'shape': (1,)}",
    ]
    for text in texts {
      let error = #expect(throws: NumPyError.self) {
        try NumPyPayload(NumPyFileTests.file(text, [0, 0, 0, 0]), file: name)
      }
      guard case .badHeader? = error else {
        Issue.record("\(text): \(String(describing: error))")
        continue
      }
    }
  }

  @Test func aMissingFileIsNamed() {
    let error = #expect(throws: NumPyError.self) {
      try NumPyFile.read(URL(fileURLWithPath: "/no/such/file.npy"))
    }
    #expect(error?.description == "there is no file /no/such/file.npy")
  }
}
