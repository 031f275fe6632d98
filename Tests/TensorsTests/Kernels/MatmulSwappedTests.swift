import Tensors
import Testing

/// The product that packs the rows instead of the weights.
struct MatmulSwappedTests {
  @Test("The same bits as the packed product, however B lies", arguments: outputCases + [300])
  func bitsOfTheDenseProduct(outputs: Int) {
    for (rows, k) in [(1, 5), (16, 19), (17, 33), (40, 131), (64, 0)] {
      let a = numbers(rows * (k + 2) + 1, "a")
      let b = numbers(k * (outputs + 1) + 1, "b")
      let bias = numbers(outputs, "bias")
      let old = numbers(rows * (outputs + 3), "old")
      for isTransposed in [false, true] {
        let (bStride, bStep) = isTransposed ? (k, 1) : (1, outputs + 1)
        var packed = [Float](repeating: 0, count: Kernels.packedCount(k: k, outputs: outputs) + 1)
        Kernels.pack(
          matrix: b, rowStride: bStep, columnStride: bStride, k: k, outputs: outputs,
          into: &packed)
        for accumulates in [false, true] {
          var (found, expected) = (old, old)
          var memory = [Float](
            repeating: .nan, count: Kernels.swappedCount(rows: rows, k: k, outputs: outputs) + 1)
          Kernels.matmulDense(
            a, stride: k + 2, rows: rows, k: k, packed: packed, outputs: outputs,
            epilogue: .init(
              output: &expected, outputStride: outputs + 3, bias: bias, lower: -0.25,
              accumulate: accumulates))
          Kernels.matmulSwapped(
            a, stride: k + 2, rows: rows, k: k, b: b, bStride: bStride, bStep: bStep,
            outputs: outputs, memory: &memory,
            epilogue: .init(
              output: &found, outputStride: outputs + 3, bias: bias, lower: -0.25,
              accumulate: accumulates))
          #expect(bits(found) == bits(expected), "\(rows) × \(k), B transposed: \(isTransposed)")
        }
      }
    }
  }
}
