import Tensors

/// The multiply-adds that the processor can do at most.
final class ChainsCase: BenchmarkCase {
  private static let rounds = 100_000
  let work = Kernels.multiplyAddChains(rounds: ChainsCase.rounds).operations

  func run() { _ = Kernels.multiplyAddChains(rounds: ChainsCase.rounds) }
}

/// A dense product of row-major rows with packed weights, as one call of the kernel.
final class ProductCase: BenchmarkCase {
  let work: Double
  private let rows: Int
  private let k: Int
  private let outputs: Int
  private let matrix: UnsafeMutablePointer<Float>
  private let packed: UnsafeMutablePointer<Float>
  private let product: UnsafeMutablePointer<Float>
  private let rowOffsets: [Int]

  init(_ description: CaseDescription) throws {
    rows = try description.need(\.rows, "rows")
    k = try description.need(\.k, "k")
    outputs = try description.need(\.outputs, "outputs")
    guard rows > 0, k > 0, outputs > 0 else {
      throw BenchmarkError.request("rows, k and outputs are positive")
    }
    // Two operations for each multiply-add.
    work = 2 * Double(rows) * Double(k) * Double(outputs)
    matrix = ProductCase.allocate(rows * k)
    packed = ProductCase.allocate(Kernels.packedCount(k: k, outputs: outputs))
    product = ProductCase.allocate(rows * outputs)
    let k = k
    rowOffsets = (0..<rows).map { $0 * k }
    var stream = RandomStreams(seed: 1).stream("product")
    for index in 0..<rows * k { matrix[index] = Float(stream.normal()) }
    let weights = (0..<k * outputs).map { _ in Float(stream.normal()) }
    Kernels.pack(
      matrix: weights, rowStride: outputs, columnStride: 1, k: k, outputs: outputs, into: packed)
    run()
    try check(weights)
  }

  deinit {
    matrix.deallocate()
    packed.deallocate()
    product.deallocate()
  }

  func run() {
    Kernels.matmulPacked(
      base: matrix, rowOffsets: rowOffsets, rows: rows, runs: .dense(k), packed: packed,
      outputs: outputs, epilogue: Kernels.Epilogue(output: product, outputStride: outputs))
  }

  /// Holds the product against sums in double.
  private func check(_ weights: [Float]) throws {
    var (largest, error) = (0.0, 0.0)
    for row in 0..<rows {
      for output in 0..<outputs {
        var sum = 0.0
        for index in 0..<k {
          sum += Double(matrix[row * k + index]) * Double(weights[index * outputs + output])
        }
        largest = max(largest, abs(sum))
        error = max(error, abs(sum - Double(product[row * outputs + output])))
      }
    }
    // Written so that no number at all fails too.
    guard error <= 1e-5 * largest else {
      throw BenchmarkError.wrong(what: "the product", error: error / largest)
    }
  }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64)
    let pointer = raw.bindMemory(to: Float.self, capacity: count)
    pointer.initialize(repeating: 0, count: count)
    return pointer
  }
}
