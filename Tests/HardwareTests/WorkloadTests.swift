import Hardware
import Testing

@Suite struct WorkloadTests {
  @Test func countsOfAConvolution() throws {
    let layer = try Workload(
      .convolution, batch: 2, inputChannels: 6, outputChannels: 9, output: .init(5, 7),
      kernel: .init(3), stride: .init(2), groups: 3)
    #expect(layer.macs == 2 * 5 * 7 * 9 * 9 * 2)
    #expect(layer.weights == 9 * 9 * 2)
    #expect(layer.inputElements == 2 * 6 * 10 * 14)
    #expect(!layer.isDepthwise)
  }

  @Test func aProductIsAConvolutionOfAColumn() throws {
    let product = try Workload.product(m: 7, n: 5, k: 3)
    #expect(product.macs == 105)
    #expect(product.outputPixels == 7)
  }

  @Test func impossibleExtentsAreNamed() {
    #expect(
      throws: HardwareError.workload(
        field: "inputChannels", expected: "a multiple of the 4 groups", found: "6")
    ) {
      try Workload(
        .convolution, inputChannels: 6, outputChannels: 8, output: .init(1), groups: 4)
    }
    #expect(throws: HardwareError.self) {
      try Workload(.dense, inputChannels: 0, outputChannels: 8, output: .init(1))
    }
    #expect(throws: HardwareError.self) {
      try Workload.product(m: 1 << 24, n: 1 << 24, k: 1 << 24)
    }
  }
}
