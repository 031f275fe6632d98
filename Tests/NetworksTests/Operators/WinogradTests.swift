import Tensors
import TestSupport
import Testing

@testable import Networks

/// Winograd's convolution against the definition and against the direct one.
@Suite struct WinogradTests {
  private struct Results {
    var output: [Float] = []
    var inputGradient: [Float] = []
    var weightGradient: [Float] = []
  }

  private func run(
    _ graph: Graph, _ item: ConvolutionCase, _ arithmetic: Arithmetic, threads: Int = 2
  ) throws -> Results {
    let executor = try Executor(
      graph, batch: 1, mode: .training, arithmetic: arithmetic, pool: WorkerPool(threads: threads))
    _ = try executor.input("x0").update(
      fromContentsOf: Tensor.normal(item.input, seed: 1).scalars)
    executor.forward()
    let gradient = try executor.outputGradient("y0")
    _ = gradient.update(fromContentsOf: Tensor.normal([gradient.count], seed: 4).scalars)
    executor.backward()
    return try Results(
      output: Array(executor.output("y0")), inputGradient: Array(executor.inputGradient("x0")),
      weightGradient: Array(executor.parameters[0].gradients))
  }

  private func relativeDifference(_ found: [Float], _ expected: [Float]) -> Float {
    let scale = expected.map(abs).max() ?? 0
    return zip(found, expected).map { abs($0 - $1) }.reduce(0, max) / scale
  }

  private func geometry(_ item: ConvolutionCase) throws -> ConvolutionGeometry {
    let graph = item.graph
    let window = try SlidingWindow(NodeReader(graph.nodes[0], in: graph))
    return ConvolutionGeometry(
      input: item.input, weight: item.weight, groups: item.group, window: window)
  }

  @Test(arguments: ConvolutionCase.winograd)
  func outputsEqualTheDefinition(_ item: ConvolutionCase) throws {
    #expect(WinogradConvolution(try geometry(item), gradient: false) != nil)
    let graph = item.graph
    let x = Tensor.normal(item.input, seed: 1)
    let w = try #require(graph.initializers["x1"]?.tensor)
    let exact = item.exact(x, w, graph.initializers["x2"]?.tensor)
    let y = try #require(try Executor(graph, batch: 1).run(["x0": x])["y0"])
    #expect(y.error(against: exact) < 2e-5)
  }

  @Test(arguments: ConvolutionCase.winograd)
  func gradientsEqualTheDirectOnes(_ item: ConvolutionCase) throws {
    #expect(WinogradConvolution(try geometry(item), gradient: true) != nil)
    let fast = try run(item.graph, item, .fast)
    let exact = try run(item.graph, item, .exact)
    // Different bits: it was another computation.
    #expect(fast.output != exact.output)
    #expect(fast.inputGradient != exact.inputGradient)
    #expect(relativeDifference(fast.inputGradient, exact.inputGradient) < 2e-5)
    // With few odd channels the definition is faster, and its bits come out.
    let isFast = WinogradWeightGradient(try geometry(item)) != nil
    #expect(isFast != (item.name == "odd channels"))
    let isSame = fast.weightGradient == exact.weightGradient
    #expect(isSame != isFast)
    #expect(relativeDifference(fast.weightGradient, exact.weightGradient) < 2e-5)
  }

  @Test(arguments: ConvolutionCase.winograd)
  func theGradientOfWeightsIsAddedToWhatStandsThere(_ item: ConvolutionCase) throws {
    let executor = try Executor(
      item.graph, batch: 1, mode: .training, pool: WorkerPool(threads: 1))
    _ = try executor.input("x0").update(
      fromContentsOf: Tensor.normal(item.input, seed: 1).scalars)
    executor.forward()
    let gradient = try executor.outputGradient("y0")
    _ = gradient.update(fromContentsOf: Tensor.normal([gradient.count], seed: 4).scalars)
    executor.zeroGradients()
    executor.backward()
    let once = Array(executor.parameters[0].gradients)
    executor.backward()
    let twice = Array(executor.parameters[0].gradients)
    #expect(relativeDifference(twice, once.map { 2 * $0 }) < 1e-6)
    #expect(relativeDifference(twice, once) > 0.5)
  }

  @Test(arguments: ConvolutionCase.winograd)
  func resultsDoNotDependOnThreads(_ item: ConvolutionCase) throws {
    let one = try run(item.graph, item, .fast, threads: 1)
    let three = try run(item.graph, item, .fast, threads: 3)
    #expect(one.output == three.output)
    #expect(one.inputGradient == three.inputGradient)
    #expect(one.weightGradient == three.weightGradient)
  }

  @Test func imagesDoNotDependOnTheBatch() throws {
    let item = ConvolutionCase.winograd[3]
    let x = Tensor.normal(item.input, seed: 1)
    let whole = try #require(try Executor(item.graph, batch: 1).run(["x0": x])["y0"])
    let constants = try ["x1", "x2"].map { name in
      SingleNode.Operand.constant(try #require(item.graph.initializers[name]?.tensor))
    }
    let single = SingleNode.graph(
      "Conv", [.input([1, 16, 8, 8])] + constants, attributes: item.attributes)
    let size = 16 * 64
    let image = Tensor(shape: [1, 16, 8, 8]) { x.scalars[20 * size + $0] }
    let last = try #require(try Executor(single, batch: 1).run(["x0": image])["y0"])
    #expect(Array(whole.scalars.suffix(last.count)) == Array(last.scalars))
  }

  /// A graph whose kernels are `change`d.
  private func graph(
    of item: ConvolutionCase, _ change: (Int, Float) -> Float
  ) throws -> Graph {
    var graph = item.graph
    let weight = try #require(graph.initializers["x1"]?.tensor)
    graph.initializers["x1"] = TypedArray(
      Tensor(shape: weight.shape) { change($0, weight.scalars[$0]) })
    return graph
  }

  @Test(arguments: ConvolutionCase.winograd)
  func fourBitWeightsStayWithinTolerance(_ item: ConvolutionCase) throws {
    let quantised = try graph(of: item) { _, value in (value * 4).rounded().clamped(to: -8...7) / 4
    }
    let fast = try run(quantised, item, .fast)
    let exact = try run(quantised, item, .exact)
    #expect(fast.output != exact.output)
    #expect(relativeDifference(fast.output, exact.output) < 2e-5)
  }

  @Test(arguments: ConvolutionCase.winograd)
  func theCheckComparesWithTheDirectWay(_ item: ConvolutionCase) throws {
    let geometry = try geometry(item)
    let fast = try #require(WinogradConvolution(geometry, gradient: false))
    let weight = try #require(item.graph.initializers["x1"]?.tensor)
    var packed = [Float](repeating: .nan, count: fast.packedCount)
    var direct = [Float](repeating: .nan, count: geometry.packedCount)
    fast.pack(weight.scalars, into: &packed)
    geometry.packForward(weight.scalars, into: &direct)
    let scratch = Scratch()
    #expect(WinogradCheck(fast).holds(packed: packed, direct: direct, scratch))
    // No rearranged sum agrees to a tenth of a rounding, nor one of another kernel at all.
    #expect(!WinogradCheck(fast, tolerance: 1e-9).holds(packed: packed, direct: direct, scratch))
    direct[direct.count / 2] += 1
    #expect(!WinogradCheck(fast).holds(packed: packed, direct: direct, scratch))
  }

  @Test func weightsThatAreNoNumbersTakeTheDirectWay() throws {
    let item = ConvolutionCase.winograd[0]
    let broken = try graph(of: item) { index, value in index == 5 * 19 * 9 ? .nan : value }
    let fast = try run(broken, item, .fast)
    let exact = try run(broken, item, .exact)
    // One output channel is lost, and not a single bit of the others differs.
    #expect(fast.output.map(\.bitPattern) == exact.output.map(\.bitPattern))
    #expect(fast.output.contains { $0.isNaN } && fast.output.contains { !$0.isNaN })
  }

  @Test func smallConvolutionsStayDirect() throws {
    for item in ConvolutionCase.all where item.input.rank == 4 {
      #expect(WinogradConvolution(try geometry(item), gradient: false) == nil, "\(item.name)")
    }
  }
}

extension Float {
  fileprivate func clamped(to range: ClosedRange<Float>) -> Float {
    min(max(self, range.lowerBound), range.upperBound)
  }
}
