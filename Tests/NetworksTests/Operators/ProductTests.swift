import Networks
import TestSupport
import Tensors
import Testing

@Suite struct ProductTests {
  struct General: CustomTestStringConvertible, Sendable {
    var rows = 5
    var inner = 7
    var columns = 4
    var transposesA = false
    var transposesB = false
    var alpha: Float = 1
    var beta: Float = 1
    var c: Shape?

    var testDescription: String {
      "\(rows)×\(inner)×\(columns), A\(transposesA ? "ᵀ" : "") B\(transposesB ? "ᵀ" : ""), "
        + "\(alpha), \(beta), C \(c?.description ?? "left out")"
    }

    var graph: Graph {
      SingleNode.graph(
        "Gemm",
        [
          .input(transposesA ? [inner, rows] : [rows, inner]),
          .constant(.normal(transposesB ? [columns, inner] : [inner, columns], seed: 2)),
          c.map { .constant(.normal($0, seed: 3)) },
        ],
        attributes: [
          "transA": .int(transposesA ? 1 : 0), "transB": .int(transposesB ? 1 : 0),
          "alpha": .float(alpha), "beta": .float(beta),
        ])
    }

    /// The definition, in double.
    func exact(_ a: Tensor, _ b: Tensor, _ c: Tensor?) -> [Double] {
      (0..<rows * columns).map { position in
        let (row, column) = position.quotientAndRemainder(dividingBy: columns)
        let sum = (0..<inner).reduce(0.0) { sum, k in
          let left = a.scalars[transposesA ? k * rows + row : row * inner + k]
          let right = b.scalars[transposesB ? column * inner + k : k * columns + column]
          return sum + Double(left) * Double(right)
        }
        return Double(alpha) * sum + Double(beta) * addend(c, row, column)
      }
    }

    private func addend(_ c: Tensor?, _ row: Int, _ column: Int) -> Double {
      guard let c else { return 0 }
      let extents = [Int](repeating: 1, count: 2 - c.shape.rank) + c.shape.extents
      return Double(
        c.scalars[(extents[0] == 1 ? 0 : row) * extents[1] + (extents[1] == 1 ? 0 : column)])
    }
  }

  static let general: [General] =
    [(false, false), (false, true), (true, false), (true, true)].map {
      General(transposesA: $0.0, transposesB: $0.1, alpha: 0.5, beta: 2, c: [4])
    }
    + ([nil, [], [1], [1, 4], [5, 1], [5, 4], [1, 1]] as [Shape?]).map {
      General(transposesB: true, beta: -1.5, c: $0)
    } + [
      General(rows: 1, transposesB: true, c: [4]), General(columns: 1, c: [1]),
      General(rows: 5, columns: 1, c: [5, 1]), General(beta: 0, c: [4]),
      General(rows: 300, inner: 200, columns: 90, transposesB: true, c: [90]),
      General(rows: 257, inner: 190, columns: 91, transposesA: true, c: [257, 91]),
    ]

  @Test(arguments: general)
  func generalProductsEqualTheDefinition(_ item: General) throws {
    let graph = item.graph
    let a = Tensor.normal(
      item.transposesA ? [item.inner, item.rows] : [item.rows, item.inner], seed: 1)
    let b = try #require(graph.initializers["x1"]?.tensor)
    let exact = item.exact(a, b, graph.initializers["x2"]?.tensor)
    let results = try [1, 3].map { threads in
      try Executor(graph, batch: 1, pool: WorkerPool(threads: threads)).run(["x0": a])["y0"]
    }
    let y = try #require(results[0])
    #expect(y.shape == [item.rows, item.columns])
    #expect(y.error(against: exact) < 1e-5)
    #expect(results[1] == y)
  }

  @Test(arguments: general.filter { $0.inner < 100 })
  func gradientsOfGeneralProductsEqualDifferences(_ item: General) throws {
    try expectGradient(of: item.graph, step: 0.25)
  }

  struct Batched: CustomTestStringConvertible, Sendable {
    let a: Shape
    let b: Shape
    let output: Shape
    var testDescription: String { "\(a) times \(b)" }

    /// The definition, in double: one axis added where an operand has one.
    func exact(_ x: Tensor, _ y: Tensor) -> [Double] {
      let rows = a.rank > 1 ? a[a.rank - 2] : 1
      let columns = b.rank > 1 ? b[b.rank - 1] : 1
      let inner = a[a.rank - 1]
      let batch = Array(
        output.extents.dropLast((a.rank > 1 ? 1 : 0) + (b.rank > 1 ? 1 : 0)))
      return (0..<Shape(batch).count).flatMap { index in
        let left = offset(index, batch, Array(a.extents.dropLast(2))) * rows * inner
        let right = offset(index, batch, Array(b.extents.dropLast(2))) * inner * columns
        return (0..<rows * columns).map { position in
          (0..<inner).reduce(0.0) { sum, k in
            sum + Double(x.scalars[left + position / columns * inner + k])
              * Double(y.scalars[right + k * columns + position % columns])
          }
        }
      }
    }

    private func offset(_ index: Int, _ batch: [Int], _ own: [Int]) -> Int {
      let padded = [Int](repeating: 1, count: batch.count - own.count) + own
      let positions = Shape(batch).strides.enumerated().map { index / $1 % batch[$0] }
      return zip(positions, padded).reduce(0) { $0 * $1.1 + ($1.1 == 1 ? 0 : $1.0) }
    }
  }

  static let batched: [Batched] = [
    Batched(a: [5, 7], b: [7, 4], output: [5, 4]),
    Batched(a: [7], b: [7, 4], output: [4]),
    Batched(a: [5, 7], b: [7], output: [5]),
    Batched(a: [7], b: [7], output: []),
    Batched(a: [2, 3, 5, 7], b: [7, 4], output: [2, 3, 5, 4]),
    Batched(a: [5, 7], b: [3, 7, 4], output: [3, 5, 4]),
    Batched(a: [2, 1, 5, 7], b: [3, 7, 4], output: [2, 3, 5, 4]),
    Batched(a: [2, 3, 5, 7], b: [2, 3, 7, 4], output: [2, 3, 5, 4]),
    Batched(a: [3, 5, 7], b: [7], output: [3, 5]),
    Batched(a: [7], b: [3, 7, 4], output: [3, 4]),
    Batched(a: [24, 40, 30], b: [24, 30, 50], output: [24, 40, 50]),
    Batched(a: [6, 4, 40, 30], b: [4, 30, 50], output: [6, 4, 40, 50]),
  ]

  @Test(arguments: batched)
  func matrixProductsBroadcastAsInNumPy(_ item: Batched) throws {
    let graph = SingleNode.graph("MatMul", [.input(item.a), .input(item.b)])
    let (a, b) = (Tensor.normal(item.a, seed: 1), Tensor.normal(item.b, seed: 2))
    let results = try [1, 3].map { threads in
      try Executor(graph, batch: 1, pool: WorkerPool(threads: threads))
        .run(["x0": a, "x1": b])["y0"]
    }
    let y = try #require(results[0])
    #expect(y.shape == item.output)
    #expect(y.error(against: item.exact(a, b)) < 1e-5)
    #expect(results[1] == y)
    try expectGradient(of: graph, step: 0.25)
  }

  @Test func multiplyAccumulatesAreCounted() throws {
    let graph = SingleNode.graph("MatMul", [.input([2, 3, 5, 7]), .input([7, 4])])
    #expect(try graph.multiplyAccumulates().map(\.macs) == [2 * 3 * 5 * 7 * 4])
    let item = General(rows: 3, inner: 5, columns: 2, transposesA: true, transposesB: true)
    #expect(try item.graph.multiplyAccumulates().map(\.macs) == [3 * 5 * 2])
  }

  @Test func unfitShapesAreRefused() {
    for graph in [
      SingleNode.graph("MatMul", [.input([5, 7]), .input([4, 7])]),
      SingleNode.graph("MatMul", [.input([2, 5, 7]), .input([3, 7, 4])]),
      SingleNode.graph("MatMul", [.input([]), .input([7])]),
      SingleNode.graph("Gemm", [.input([5, 7]), .input([4, 7])]),
      SingleNode.graph("Gemm", [.input([5, 7]), .input([7])]),
      SingleNode.graph("Gemm", [.input([5, 7]), .input([7, 4]), .input([5])]),
      SingleNode.graph("Gemm", [.input([5, 7]), .input([7, 4]), .input([2, 5, 4])]),
    ] {
      #expect(throws: GraphError.self) { try Executor(graph, batch: 1) }
    }
  }
}
