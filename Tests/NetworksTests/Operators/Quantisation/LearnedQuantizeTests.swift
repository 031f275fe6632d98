import Foundation
import TestSupport
import Tensors
import Testing

@testable import Networks

struct LearnedQuantizeTests {
  static let usual = 1003

  static func executor(
    bits: Int = 3, signed: Bool = true, factor: Float = 1.1, control: [Float], threads: Int = 1,
    count: Int = LearnedQuantizeTests.usual
  ) throws -> (executor: Executor, x: [Float]) {
    let graph = Graph(
      name: "one",
      inputs: [Graph.Value(name: "x", extents: [.batch, .fixed(count)])],
      outputs: [Graph.Value(name: "y", extents: nil)],
      nodes: [
        .learnedQuantize(
          name: "q", value: "x", scale: "s", factor: "f", control: "c",
          levels: try #require(QuantizationLevels(bits: bits, isSigned: signed)), output: "y")
      ],
      initializers: [
        "s": TypedArray(Tensor(shape: [], repeating: 0.3)),
        "f": TypedArray(Tensor(shape: [1], repeating: factor)),
        "c": TypedArray(Tensor(shape: [3]) { control[$0] }),
      ])
    let executor = try Executor(
      graph, batch: 1, mode: .differentiable, pool: WorkerPool(threads: threads))
    let x = Tensor.normal([count], seed: 5).scalars
    _ = try executor.input("x").update(fromContentsOf: x)
    executor.forward()
    return (executor, x)
  }

  @Test(
    "Values and gradients follow their definitions",
    arguments: [(1, true), (1, false), (0.4, true)] as [(Float, Bool)])
  func definitions(part: Float, signed: Bool) throws {
    let (executor, x) = try Self.executor(signed: signed, control: [part, 0, 0])
    let outer = Tensor.normal([Self.usual], seed: 6).scalars
    _ = try executor.outputGradient("y").update(fromContentsOf: outer)
    executor.backward(parameters: .written)
    let (y, dx) = (try executor.output("y"), try executor.inputGradient("x"))
    let (step, lowest, highest) = (0.33, signed ? -4.0 : 0, signed ? 3.0 : 7)
    var factor = 0.0
    for (position, value) in x.enumerated() {
      let u = Double(value) / step
      let level = min(max(u, lowest), highest).rounded(.toNearestOrEven)
      let isCut = u < lowest || u > highest
      let expected = Double(value) + Double(part) * (level * step - Double(value))
      #expect(abs(Double(y[position]) - expected) < 1e-4)
      let slope = isCut ? 1 - Double(part) : 1
      #expect(abs(Double(dx[position]) - Double(outer[position]) * slope) < 1e-5)
      factor += Double(part) * 0.3 * (level - (isCut ? 0 : u)) * Double(outer[position])
    }
    let found = try #require(executor.parameters.first { $0.name == "f" }).gradients[0]
    #expect(abs(Double(found) - factor) < 1e-3)
  }

  @Test("The factor's gradient agrees with central differences where nothing changes its level")
  func centralDifferences() throws {
    // Beyond the last level the output is the level times the step: linear in the factor.
    func sum(_ factor: Float) throws -> Double {
      let (executor, x) = try Self.executor(bits: 2, factor: factor, control: [1, 0, 0])
      return zip(try executor.output("y"), x).reduce(0.0) {
        $0 + (abs($1.1) > 1.2 ? Double($1.0) : 0)
      }
    }
    let (executor, x) = try Self.executor(bits: 2, control: [1, 0, 0])
    let gradient = try executor.outputGradient("y")
    for (position, value) in x.enumerated() { gradient[position] = abs(value) > 1.2 ? 1 : 0 }
    executor.backward(parameters: .written)
    let found = try #require(executor.parameters.first { $0.name == "f" }).gradients[0]
    let quotient = (try sum(1.15) - sum(1.05)) / 0.1
    #expect(abs(Double(found) - quotient) < 1e-3 * abs(quotient))
  }

  @Test("Elements stay as they are as often as asked, others are quantised; a draw has its own")
  func drop() throws {
    let all = try Self.executor(control: [1, 0, 0], count: 20_000)
    let quantized = Array(try all.executor.output("y"))
    var places: [[Bool]] = []
    for draw in [3, 4] as [Float] {
      let (executor, x) = try Self.executor(control: [1, 0.5, draw], count: 20_000)
      let y = Array(try executor.output("y"))
      let kept = zip(x, y).map { $0 == $1 }
      for position in y.indices {
        #expect(kept[position] || abs(y[position] - quantized[position]) < 1e-6)
      }
      // 20000 draws of ½ deviate by less than five standard errors.
      #expect(abs(Double(kept.filter { $0 }.count) - 10_000) < 5 * 71)
      places.append(kept)
    }
    let agreeing = zip(places[0], places[1]).filter { $0 == $1 }.count
    #expect(abs(Double(agreeing) - 10_000) < 5 * 71)
  }

  @Test("The number of threads changes no bit")
  func threads() throws {
    func run(_ threads: Int) throws -> [Float] {
      let (executor, _) = try Self.executor(
        control: [1, 0.3, 7], threads: threads, count: 300_001)
      let outer = Tensor.normal([300_001], seed: 6).scalars
      _ = try executor.outputGradient("y").update(fromContentsOf: outer)
      executor.backward(parameters: .written)
      return try Array(executor.output("y")) + Array(executor.inputGradient("x"))
        + executor.parameters.flatMap { Array($0.gradients) }
    }
    #expect(try run(1) == run(3))
  }

  @Test("A scale of 0 passes values and gradients; more than one scale is refused")
  func edges() throws {
    let (executor, x) = try Self.executor(factor: 0, control: [1, 0, 0])
    #expect(try Array(executor.output("y")) == x)
    #expect(throws: GraphError.self) {
      let graph = SingleNode.graph(
        "LearnedQuantize",
        [
          .constant(Tensor(shape: [4])), .constant(Tensor(shape: [2])),
          .constant(Tensor(shape: [1])), .constant(Tensor(shape: [3])),
        ])
      _ = try Executor(graph, batch: 1)
    }
  }
}
