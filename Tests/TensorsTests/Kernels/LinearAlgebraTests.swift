import Tensors
import Testing

struct LinearAlgebraTests {
  @Test("OpenBLAS says whose kernels it uses, in a word")
  func processor() {
    #expect(!LinearAlgebra.processor.isEmpty)
    #expect(LinearAlgebra.processor.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
  }

  @Test("Products with either operand transposed", arguments: [false, true], [false, true])
  func multiply(transposeA: Bool, transposeB: Bool) {
    let (rows, columns, inner) = (3, 5, 4)
    let a = numbers(rows * inner, "a")
    let b = numbers(inner * columns, "b")
    let old = numbers(rows * 7, "c")
    var single = old
    var double = old.map(Double.init)
    let strideA = transposeA ? rows : inner
    let strideB = transposeB ? inner : columns
    LinearAlgebra.multiply(
      rows: rows, columns: columns, inner: inner, .init(a, stride: strideA, transposed: transposeA),
      .init(b, stride: strideB, transposed: transposeB), alpha: 2, beta: 0.5, into: &single,
      stride: 7)
    LinearAlgebra.multiplyDouble(
      rows: rows, columns: columns, inner: inner,
      .init(a.map(Double.init), stride: strideA, transposed: transposeA),
      .init(b.map(Double.init), stride: strideB, transposed: transposeB), alpha: 2, beta: 0.5,
      into: &double, stride: 7)
    var expected = old.map(Double.init)
    for row in 0..<rows {
      for column in 0..<columns {
        let sum = (0..<inner).reduce(0.0) { sum, k in
          let left = transposeA ? a[k * rows + row] : a[row * inner + k]
          let right = transposeB ? b[column * inner + k] : b[k * columns + column]
          return sum + Double(left) * Double(right)
        }
        expected[row * 7 + column] = 2 * sum + 0.5 * expected[row * 7 + column]
      }
    }
    #expect(relativeError(single, expected) < 1e-6)
    #expect(zip(double, expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  /// A symmetric positive definite matrix.
  private func definite(order: Int) -> [Double] {
    let root = numbers(order * order, "root").map(Double.init)
    return (0..<(order * order)).map { index in
      let (i, j) = (index / order, index % order)
      let sum = (0..<order).reduce(0.0) { $0 + root[i * order + $1] * root[j * order + $1] }
      return sum + (i == j ? 1 : 0)
    }
  }

  @Test("The Cholesky factor, read by rows, times its transpose is the matrix")
  func factor() throws {
    let order = 5
    let matrix = definite(order: order)
    var factor = matrix
    for i in 0..<order {
      for j in (i + 1)..<max(order, i + 1) { factor[i * order + j] = -9 }  // never read
    }
    try LinearAlgebra.choleskyFactor(&factor, order: order)
    for i in 0..<order {
      for j in 0...i {
        let sum = (0...j).reduce(0.0) { $0 + factor[i * order + $1] * factor[j * order + $1] }
        #expect(abs(sum - matrix[i * order + j]) < 1e-12)
      }
    }
    #expect(factor[1] == -9)
  }

  @Test("Solving and inverting undo the product")
  func solve() throws {
    let order = 6
    let matrix = definite(order: order)
    var factor = matrix
    try LinearAlgebra.choleskyFactor(&factor, order: order)
    let solutions = numbers(3 * order, "x").map(Double.init)
    var sides = (0..<(3 * order)).map { index in
      (0..<order).reduce(0.0) {
        $0 + matrix[index % order * order + $1] * solutions[index / order * order + $1]
      }
    }
    try LinearAlgebra.choleskySolve(
      factor: factor, order: order, rightHandSides: &sides, columns: 3)
    #expect(zip(sides, solutions).allSatisfy { abs($0 - $1) < 1e-10 })

    let inverse = try LinearAlgebra.choleskyInverse(factor: factor, order: order)
    for i in 0..<order {
      for j in 0..<order {
        let sum = (0..<order).reduce(0.0) {
          $0 + inverse[i * order + $1] * matrix[$1 * order + j]
        }
        #expect(abs(sum - (i == j ? 1 : 0)) < 1e-10)
      }
    }
  }

  @Test("A matrix that is not positive definite, or of another size, is refused")
  func refusals() throws {
    var indefinite: [Double] = [1, 2, 2, 1]
    #expect(throws: TensorError.notPositiveDefinite(order: 2, pivot: 2)) {
      try LinearAlgebra.choleskyFactor(&indefinite, order: 2)
    }
    #expect(throws: TensorError.elementCount(expected: 9, found: 4, shape: [3, 3])) {
      try LinearAlgebra.choleskyFactor(&indefinite, order: 3)
    }
    var sides: [Double] = [1, 2, 3]
    #expect(throws: TensorError.elementCount(expected: 4, found: 3, shape: [2, 2])) {
      try LinearAlgebra.choleskySolve(
        factor: [1, 0, 0, 1], order: 2, rightHandSides: &sides, columns: 2)
    }
    #expect(throws: TensorError.notPositiveDefinite(order: 2, pivot: 2)) {
      _ = try LinearAlgebra.choleskyInverse(factor: [1, 0, 0, 0], order: 2)
    }
  }
}
