import Tensors
import Testing

struct MatmulPackedTests {
  /// Runs the kernel over rows `range` into the rows of `output`.
  private func multiply(
    _ a: ImplicitMatrix, _ range: Range<Int>, packed: [Float], outputs: Int, stride: Int,
    into output: inout [Float]
  ) {
    output.withUnsafeMutableBufferPointer { output in
      guard let start = output.baseAddress else { return }
      a.rowOffsets.withUnsafeBufferPointer { offsets in
        guard let first = offsets.baseAddress else { return }
        Kernels.matmulPacked(
          base: a.elements, rowOffsets: first + range.lowerBound, rows: range.count, runs: a.runs,
          packed: packed, outputs: outputs,
          epilogue: .init(output: start + range.lowerBound * stride, outputStride: stride))
      }
    }
  }

  private func pack(_ b: [Float], k: Int, outputs: Int) -> [Float] {
    var packed = [Float](repeating: .nan, count: Kernels.packedCount(k: k, outputs: outputs))
    Kernels.pack(
      matrix: b, rowStride: outputs, columnStride: 1, k: k, outputs: outputs, into: &packed)
    return packed
  }

  @Test("The product equals a double-precision sum for every tail", arguments: outputCases)
  func product(outputs: Int) {
    for lengths in runLengthCases {
      let k = lengths.reduce(0, +)
      let b = numbers(k * outputs, "b")
      let packed = pack(b, k: k, outputs: outputs)
      for rows in Array(1...13) + [37] {
        let a = ImplicitMatrix(rows: rows, runLengths: lengths, name: "a")
        let stride = outputs + 3
        var output = [Float](repeating: 77, count: rows * stride)
        multiply(a, 0..<rows, packed: packed, outputs: outputs, stride: stride, into: &output)
        let found = (0..<rows).flatMap { output[($0 * stride)..<($0 * stride + outputs)] }
        #expect(relativeError(found, a.times(b, outputs: outputs)) < 1e-5)
        let gaps = (0..<rows).flatMap { output[($0 * stride + outputs)..<(($0 + 1) * stride)] }
        #expect(gaps.allSatisfy { $0 == 77 }, "\(rows) rows of \(outputs) wrote between rows")
      }
    }
  }

  @Test("A row is the same bits whichever rows are in the call", arguments: outputCases)
  func rowSplits(outputs: Int) {
    for lengths in runLengthCases {
      let k = lengths.reduce(0, +)
      let packed = pack(numbers(k * outputs, "b"), k: k, outputs: outputs)
      let rows = 37
      let a = ImplicitMatrix(rows: rows, runLengths: lengths, name: "a")
      var whole = [Float](repeating: 0, count: rows * outputs)
      multiply(a, 0..<rows, packed: packed, outputs: outputs, stride: outputs, into: &whole)
      for step in 1...13 {
        var split = [Float](repeating: 0, count: rows * outputs)
        for first in stride(from: 0, to: rows, by: step) {
          multiply(
            a, first..<min(rows, first + step), packed: packed, outputs: outputs, stride: outputs,
            into: &split)
        }
        #expect(bits(split) == bits(whole), "\(outputs) outputs in steps of \(step) rows")
      }
    }
  }

  @Test("A call longer than one block of rows equals its parts")
  func manyRows() {
    let a = ImplicitMatrix(rows: 700, runLengths: [131], name: "a")
    let packed = pack(numbers(131 * 21, "b"), k: 131, outputs: 21)
    var whole = [Float](repeating: 0, count: 700 * 21)
    var split = whole
    multiply(a, 0..<700, packed: packed, outputs: 21, stride: 21, into: &whole)
    for first in stride(from: 0, to: 700, by: 101) {
      multiply(
        a, first..<min(700, first + 101), packed: packed, outputs: 21, stride: 21, into: &split)
    }
    #expect(bits(split) == bits(whole))
  }

  @Test("The epilogue adds old value, bias and residual, then clamps", arguments: outputCases)
  func epilogue(outputs: Int) {
    let rows = 11
    let a = ImplicitMatrix(rows: rows, runLengths: [9, 4], name: "a")
    let b = numbers(13 * outputs, "b")
    let packed = pack(b, k: 13, outputs: outputs)
    let bias = numbers(outputs, "bias")
    let residual = numbers(rows * (outputs + 1), "residual")
    let old = numbers(rows * outputs, "old")
    let product = a.times(b, outputs: outputs)
    for accumulate in [false, true] {
      var output = old
      Kernels.matmulPacked(
        base: a.elements, rowOffsets: a.rowOffsets, rows: rows, runs: a.runs, packed: packed,
        outputs: outputs,
        epilogue: .init(
          output: &output, outputStride: outputs, bias: bias, residual: residual,
          residualStride: outputs + 1, lower: -0.5, upper: 1.25, accumulate: accumulate))
      let expected = product.indices.map { index in
        let (row, column) = (index / outputs, index % outputs)
        let value =
          product[index] + (accumulate ? Double(old[index]) : 0) + Double(bias[column])
          + Double(residual[row * (outputs + 1) + column])
        return min(max(value, -0.5), 1.25)
      }
      #expect(relativeError(output, expected) < 1e-5)
    }
  }

  @Test("Without elements the product is zero; without rows or outputs nothing is written")
  func empty() {
    var output = [Float](repeating: 5, count: 6)
    let bias: [Float] = [1, -2, 3]
    let none = Kernels.Runs(offsets: [], lengths: [])
    func run(rows: Int, outputs: Int, runs: Kernels.Runs) {
      Kernels.matmulPacked(
        base: bias, rowOffsets: [0, 0], rows: rows, runs: runs, packed: bias, outputs: outputs,
        epilogue: .init(output: &output, outputStride: 3, bias: bias, lower: 0))
    }
    run(rows: 0, outputs: 3, runs: .dense(1))
    run(rows: 2, outputs: 0, runs: .dense(1))
    #expect(output == [5, 5, 5, 5, 5, 5])
    run(rows: 2, outputs: 3, runs: none)
    #expect(output == [1, 0, 3, 1, 0, 3])
    run(rows: 2, outputs: 3, runs: .dense(0))
    #expect(output == [1, 0, 3, 1, 0, 3])
  }

  @Test("NaN passes through the clamp")
  func notANumber() {
    let a: [Float] = [.nan, 1]
    var output: [Float] = [0, 0]
    Kernels.matmulPacked(
      base: a, rowOffsets: [0, 1], rows: 2, runs: .dense(1),
      packed: [Float](repeating: 1, count: 16), outputs: 1,
      epilogue: .init(output: &output, outputStride: 1, lower: 0, upper: 6))
    #expect(output[0].isNaN)
    #expect(output[1] == 1)
  }

  @Test("Packing follows both strides and pads the last panel with zeros")
  func packing() {
    let matrix = (0..<60).map(Float.init)  // 3 × 20, stored by columns
    var packed = [Float](repeating: .nan, count: Kernels.packedCount(k: 3, outputs: 20))
    Kernels.pack(matrix: matrix, rowStride: 1, columnStride: 3, k: 3, outputs: 20, into: &packed)
    #expect(packed.count == 96)
    #expect(Array(packed[0..<3]) == [0, 3, 6])
    #expect(Array(packed[16..<18]) == [1, 4])
    #expect(Array(packed[48..<54]) == [48, 51, 54, 57, 0, 0])
    #expect(packed.allSatisfy { !$0.isNaN })
  }
}
