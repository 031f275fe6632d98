import Foundation
import Testing
import Units

@Suite struct QuantityTests {
  @Test("A quantity is coded as its bare number")
  func codedAsNumber() throws {
    let encoder = JSONEncoder()
    #expect(String(decoding: try encoder.encode([ByteCount(7)]), as: UTF8.self) == "[7]")
    #expect(String(decoding: try encoder.encode([Seconds(0.25)]), as: UTF8.self) == "[0.25]")
    let decoded = try JSONDecoder().decode([OperationCount].self, from: Data("[40813184]".utf8))
    #expect(decoded == [OperationCount(40_813_184)])
  }

  @Test("Text for people has three significant digits and a decimal prefix")
  func formatted() {
    #expect(OperationCount(40_813_184).formatted == "40.8 M")
    #expect(OperationCount(568_740_352).formatted == "569 M")
    #expect(OperationCount(812).formatted == "812")
    #expect(OperationCount(999_500).formatted == "1.00 M")
    #expect(OperationCount(999_499).formatted == "999 k")
    #expect(ByteCount(1_078_824).formatted == "1.08 MB")
    #expect(ByteCount(512).formatted == "512 B")
    #expect(ByteCount(-2_500).formatted == "-2.50 kB")
    #expect(Seconds(0.0032).formatted == "3.20 ms")
    #expect(Seconds(0).formatted == "0 s")
    #expect(Seconds(9.996).formatted == "10.0 s")
    #expect(Joules(1.25e-5).formatted == "12.5 µJ")
    #expect(BitWidth(4).description == "4 bit")
  }

  @Test("Text for people of extreme values is still text")
  func formattedExtremes() {
    for value in [Double.infinity, .nan, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e21] {
      #expect(!Seconds(value).formatted.isEmpty)
      #expect(!Joules(-value).formatted.isEmpty)
    }
    #expect(ByteCount(.max).formatted == "9.22 EB")
    #expect(ByteCount(.min).formatted == "-9.22 EB")
  }

  @Test("Measured quantities add, scale and divide")
  func measured() {
    var total = Seconds(0.5) + Seconds(0.25) - Seconds(0.125)
    total += Seconds(1)
    #expect(total == Seconds(1.625))
    #expect(Joules(3) * 4 == Joules(12))
    #expect(Joules(3) / 4 == Joules(0.75))
    #expect(Seconds(3) / Seconds(4) == 0.75)
    #expect([Seconds(3), Seconds(1), .zero].max() == Seconds(3))
  }

  @Test("Counts saturate instead of trapping")
  func saturation() {
    #expect(ByteCount(.max) + ByteCount(1) == ByteCount(.max))
    #expect(ByteCount(.min) - ByteCount(1) == ByteCount(.min))
    #expect(ByteCount(.min) + ByteCount(-1) == ByteCount(.min))
    #expect(ByteCount(3) - ByteCount(.min) == ByteCount(.max))
    #expect(OperationCount(.max / 2 + 1) * 2 == OperationCount(.max))
    #expect(OperationCount(.max) * -2 == OperationCount(.min))
    #expect(OperationCount(.max).flops == .max)
    #expect(OperationCount(.max).scaled(by: 2) == OperationCount(.max))
    #expect(OperationCount(5).scaled(by: .nan) == .zero)
  }

  @Test("One MAC is two FLOPs")
  func flops() {
    #expect(OperationCount(40_813_184).flops == 81_626_368)
  }

  @Test("A fraction of a count never exceeds the fraction")
  func scaledRoundsDown() {
    #expect(OperationCount(7).scaled(by: 0.5) == OperationCount(3))
    #expect(ByteCount(1_000).scaled(by: 0.25) == ByteCount(250))
  }

  @Test("Packed bits round up to whole bytes")
  func packedBytes() {
    #expect(ByteCount(elements: 5, width: BitWidth(3)) == ByteCount(2))
    #expect(ByteCount(elements: 16, width: BitWidth(4)) == ByteCount(8))
    #expect(ByteCount(elements: .max, width: .float32) == ByteCount(.max / 8 + 1))
  }
}
