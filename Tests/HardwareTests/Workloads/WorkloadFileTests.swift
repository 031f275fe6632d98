import Foundation
import Hardware
import Testing
import Units

@Suite struct WorkloadFileTests {
  private func read(_ text: String, batch: Int = 1) throws -> WorkloadFile {
    try WorkloadFile(Data(text.utf8), file: "w.csv", batch: batch)
  }

  private static let header =
    "name,operator,batch,inputChannels,outputChannels,kernel,stride,outputHeight,outputWidth,groups,"
    + "activationBits,weightBits,m,n,k,firstLayer\n"

  @Test func everyOperatorIsRead() throws {
    let file = try read(
      Self.header + """
        c,conv,2,6,9,3,2,5,7,3,4,2,,,,1
        d,depthwise,,8,,3,1,5,5,,,,,,,0
        f,dense,,10,4,,,,,,,,,,,
        g,gemm,,,,,,,,,,,7,5,3,
        """, batch: 16)
    let expected = [
      try Workload(
        .convolution, batch: 2, inputChannels: 6, outputChannels: 9, output: .init(5, 7),
        kernel: .init(3), stride: .init(2), groups: 3, isFirst: true),
      try Workload(
        .convolution, batch: 16, inputChannels: 8, outputChannels: 8, output: .init(5),
        kernel: .init(3), groups: 8),
      try Workload(.dense, batch: 16, inputChannels: 10, outputChannels: 4, output: .init(1)),
      try Workload.product(m: 7, n: 5, k: 3),
    ]
    #expect(file.rows.map(\.layer.workload) == expected)
    #expect(file.rows.map(\.layer.name) == ["c", "d", "f", "g"])
    #expect(file.rows[0].bits == LayerBits(weights: BitWidth(2), activations: BitWidth(4)))
    #expect(file.rows[1].bits == LayerBits(8))
  }

  @Test func columnsThatARowDoesNotNeedMayBeMissing() throws {
    let file = try read("note,n,k,operator,m\nslow,5,3,gemm,7\n")
    #expect(file.rows.map(\.layer.name) == ["row 1"])
    #expect(file.rows[0].layer.workload.macs == 105)
    #expect(file.otherColumns == ["note"])
  }

  @Test(arguments: [
    ("c,conv,2,6,9,3,2,5,x,3,4,2,,,,", "outputWidth", "'x'"),
    ("c,conv,2,6,,3,2,5,7,3,4,2,,,,", "outputChannels", "nothing"),
    ("c,conv,-2,6,9,3,2,5,7,3,4,2,,,,", "batch", "'-2'"),
    ("c,conv,2,6,9,3,2,5,7,4,4,2,,,,", "inputChannels", "6"),
    ("c,conv,2,6,9,3,2,5,7,3,0,2,,,,", "activationBits", "'0'"),
    ("c,conv,2,6,9,3,2,5,7,3,4,33,,,,", "weightBits", "'33'"),
    ("c,conv,2,6,9,3,2,5,7,3,4,2,,,,2", "firstLayer", "'2'"),
    ("c,convolution,2,6,9,3,2,5,7,3,4,2,,,,", "operator", "'convolution'"),
    ("c,,2,6,9,3,2,5,7,3,4,2,,,,", "operator", "nothing"),
    ("d,depthwise,1,8,12,3,1,5,5,,,,,,,", "outputChannels", "'12'"),
    ("d,depthwise,1,8,8,3,1,5,5,2,,,,,,", "groups", "'2'"),
    ("f,dense,1,8,8,3,1,1,1,1,,,,,,", "kernel", "'3'"),
    ("g,gemm,,,,,,,,,,,7,5,99999999999999999999,", "k", "'99999999999999999999'"),
  ])
  func aBadValueIsNamedWithItsRowAndColumn(_ row: String, _ column: String, _ value: String) {
    do {
      _ = try read(Self.header + "a,dense,1,1,1,,,,,,,,,,,\n\n" + row + "\n")
      Issue.record("\(row) was read")
    } catch {
      #expect("\(error)".hasPrefix("w.csv: row 2 (line 4), column '\(column)': expected "))
      #expect("\(error)".hasSuffix("found \(value)"))
    }
  }

  @Test(arguments: [
    ("", "the file"), ("name,batch\nx,1\n", "line 1"), ("operator,m,m\n", "line 1"),
    ("operator,m,n,k\ngemm,1,2\n", "row 1 (line 2)"),
  ])
  func aFileThatIsNoTableIsRefused(_ text: String, _ place: String) {
    do {
      _ = try read(text)
      Issue.record("\(text) was read")
    } catch {
      #expect("\(error)".hasPrefix("w.csv: \(place): expected "))
    }
  }

  @Test func extentsBeyondCountingAreRefused() {
    let row = "c,conv,16777216,16777216,16777216,3,1,16777216,16777216,1,8,8,,,,\n"
    #expect(throws: HardwareError.self) { try read(Self.header + row) }
  }
}
