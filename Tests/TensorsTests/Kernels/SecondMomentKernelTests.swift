import Testing

@testable import Tensors

/// Products of columns against plain sums, at extents around the kernel's tiles and panels.
@Suite struct SecondMomentKernelTests {
  func numbers(_ count: Int, _ name: String) -> [Float] {
    var stream = RandomStreams(seed: 7).stream(name)
    return (0..<count).map { _ in Float(stream.uniform()) - 0.5 }
  }

  @Test(arguments: [(9, 4), (65, 1), (64, 63), (130, 64), (70, 65), (33, 145)])
  func momentsAreSumsOfProducts(rowCount: Int, columns: Int) {
    let rows = numbers(rowCount * columns, "rows")
    var gram = [Float](repeating: 3, count: columns * columns)
    Kernels.accumulateGram(rows: rows, rowCount: rowCount, columns: columns, into: &gram)
    for i in 0..<columns {
      for j in 0...i {
        let sum = (0..<rowCount).reduce(3.0) {
          $0 + Double(rows[$1 * columns + i]) * Double(rows[$1 * columns + j])
        }
        #expect(abs(Double(gram[i * columns + j]) - sum) < 1e-4)
      }
    }
  }

  @Test(arguments: [(9, 4, 3), (100, 30, 17), (64, 65, 66)])
  func productsAreSumsOfProducts(rowCount: Int, columns: Int, others: Int) {
    let (left, right) = (numbers(rowCount * columns, "l"), numbers(rowCount * others, "r"))
    var products = [Float](repeating: -1, count: columns * others)
    Kernels.accumulateProducts(
      rows: left, columns: columns, others: right, otherColumns: others, rowCount: rowCount,
      into: &products)
    for i in 0..<columns {
      for j in 0..<others {
        let sum = (0..<rowCount).reduce(-1.0) {
          $0 + Double(left[$1 * columns + i]) * Double(right[$1 * others + j])
        }
        #expect(abs(Double(products[i * others + j]) - sum) < 1e-4)
      }
    }
  }
}
