import Tensors
import Testing

struct MatmulTransposedTests {
  @Test("The weight gradient equals a double-precision sum for every tail", arguments: outputCases)
  func gradient(outputs: Int) {
    for lengths in runLengthCases {
      let k = lengths.reduce(0, +)
      for rows in [0, 1, 2, 5, 64, 131] {
        let a = ImplicitMatrix(rows: rows, runLengths: lengths, name: "a")
        let dStride = outputs + 2
        let d = numbers(rows * dStride + 1, "d")
        let stride = outputs + 1
        let old = numbers(k * stride, "gradient")
        var gradient = old
        Kernels.matmulTransposed(
          base: a.elements, rowOffsets: a.rowOffsets, rows: rows, runs: a.runs, d: d,
          dStride: dStride, outputs: outputs, gradient: &gradient, gradientStride: stride)
        var expected = old.map(Double.init)
        for row in 0..<rows {
          for (index, value) in a.row(row).enumerated() {
            for output in 0..<outputs {
              expected[index * stride + output] += value * Double(d[row * dStride + output])
            }
          }
        }
        #expect(relativeError(gradient, expected) < 1e-5)
      }
    }
  }

  @Test("More outputs than one block holds")
  func wide() {
    let a = ImplicitMatrix(rows: 70, runLengths: [6, 5], name: "a")
    let d = numbers(70 * 137, "d")
    var gradient = [Float](repeating: 0, count: 11 * 137)
    Kernels.matmulTransposed(
      base: a.elements, rowOffsets: a.rowOffsets, rows: 70, runs: a.runs, d: d, dStride: 137,
      outputs: 137, gradient: &gradient, gradientStride: 137)
    var expected = [Double](repeating: 0, count: 11 * 137)
    for row in 0..<70 {
      for (k, value) in a.row(row).enumerated() {
        for o in 0..<137 { expected[k * 137 + o] += value * Double(d[row * 137 + o]) }
      }
    }
    #expect(relativeError(gradient, expected) < 1e-5)
  }

  @Test("Written gradients are those added to zeros", arguments: [1, 64, 65, 300])
  func written(rows: Int) {
    for (k, outputs) in [(3, 5), (19, 16), (30, 137)] {
      let (a, d) = (numbers(rows * k, "a"), numbers(rows * outputs, "d"))
      var added = [Float](repeating: 0, count: k * outputs)
      var written = [Float](repeating: .nan, count: k * outputs)
      Kernels.matmulTransposedDense(
        a, stride: k, rows: rows, k: k, d: d, dStride: outputs, outputs: outputs,
        gradient: &added, gradientStride: outputs)
      Kernels.matmulTransposedDense(
        a, stride: k, rows: rows, k: k, d: d, dStride: outputs, outputs: outputs,
        gradient: &written, gradientStride: outputs, accumulates: false)
      #expect(bits(written) == bits(added))
    }
  }
}
