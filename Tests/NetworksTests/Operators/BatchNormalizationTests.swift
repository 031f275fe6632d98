import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite struct BatchNormalizationTests {
  static let shapes: [Shape] = [
    [3, 5, 4, 7], [19, 18, 6, 5], [6, 4], [4, 3, 9], [2, 3, 2, 4, 3], [1, 2, 3, 4],
  ]

  private func graph(
    _ shape: Shape, attributes: [String: Attribute] = [:], outputs: Int = 1
  ) -> Graph {
    let channels = shape[1]
    return SingleNode.graph(
      "BatchNormalization",
      [
        .input(shape), .constant(.normal([channels], seed: 2)),
        .constant(.normal([channels], seed: 3)), .constant(.normal([channels], seed: 4)),
        .constant(Tensor(shape: [channels]) { 0.5 + 0.25 * Float($0) }),
      ], attributes: attributes, outputs: outputs)
  }

  /// The elements of a row-major value with their channels.
  private func channel(of position: Int, _ shape: Shape) -> Int {
    position / shape.strides[1] % shape[1]
  }

  private func statistics(_ x: Tensor) -> (mean: [Double], variance: [Double]) {
    let channels = x.shape[1]
    let count = Double(x.count / channels)
    var mean = [Double](repeating: 0, count: channels)
    var variance = mean
    for (position, scalar) in x.scalars.enumerated() {
      mean[channel(of: position, x.shape)] += Double(scalar) / count
    }
    for (position, scalar) in x.scalars.enumerated() {
      let channel = channel(of: position, x.shape)
      variance[channel] +=
        (Double(scalar) - mean[channel]) * (Double(scalar) - mean[channel]) / count
    }
    return (mean, variance)
  }

  private func exact(
    _ x: Tensor, _ graph: Graph, _ mean: [Double], _ variance: [Double], epsilon: Double = 1e-5
  ) throws -> [Double] {
    let scale = try #require(graph.initializers["x1"]?.tensor?.scalars)
    let shift = try #require(graph.initializers["x2"]?.tensor?.scalars)
    return x.scalars.enumerated().map { position, scalar in
      let channel = channel(of: position, x.shape)
      let normal = (Double(scalar) - mean[channel]) / (variance[channel] + epsilon).squareRoot()
      return normal * Double(scale[channel]) + Double(shift[channel])
    }
  }

  /// Numbers far from 0, where E[x²] − μ² in single precision would be lost.
  private func input(_ shape: Shape) -> Tensor {
    var x = Tensor.normal(shape, seed: 1)
    for position in x.scalars.indices { x.scalars[position] += 40 }
    return x
  }

  @Test(arguments: shapes, [ExecutionMode.inference, .differentiable])
  func runningStatisticsNormaliseOutsideTraining(_ shape: Shape, _ mode: ExecutionMode) throws {
    let graph = graph(shape, attributes: ["epsilon": .float(0.01)])
    let x = input(shape)
    let mean = try #require(graph.initializers["x3"]?.tensor?.scalars)
    let variance = try #require(graph.initializers["x4"]?.tensor?.scalars)
    let executor = try Executor(graph, batch: 1, mode: mode)
    let y = try #require(try executor.run(["x0": x])["y0"])
    let exact = try exact(
      x, graph, mean.map(Double.init), variance.map(Double.init), epsilon: Double(Float(0.01)))
    #expect(y.error(against: exact) < 1e-5)
    #expect(executor.updatedGraph() == graph)
  }

  @Test(arguments: shapes)
  func batchStatisticsNormaliseInTrainingAndMoveTheRunningOnes(_ shape: Shape) throws {
    let graph = graph(shape, attributes: ["momentum": .float(0.75)])
    let x = input(shape)
    let executor = try Executor(graph, batch: 1, mode: .training)
    let y = try #require(try executor.run(["x0": x])["y0"])
    let (mean, variance) = statistics(x)
    #expect(y.error(against: try exact(x, graph, mean, variance)) < 1e-4)
    let updated = executor.updatedGraph()
    for (name, batch) in [("x3", mean), ("x4", variance)] {
      let before = try #require(graph.initializers[name]?.tensor?.scalars)
      let after = try #require(updated.initializers[name]?.tensor)
      let moved = zip(before, batch).map { 0.75 * Double($0) + 0.25 * $1 }
      #expect(after.error(against: moved) < 1e-6)
    }
  }

  @Test func trainingModeHasTheMovedStatisticsAsOutputs() throws {
    let shape: Shape = [5, 3, 4, 2]
    let graph = graph(
      shape, attributes: ["momentum": .float(0.5), "training_mode": .int(1)], outputs: 3)
    let x = input(shape)
    let executor = try Executor(graph, batch: 1)
    let results = try executor.run(["x0": x])
    let (mean, variance) = statistics(x)
    #expect(try #require(results["y0"]).error(against: try exact(x, graph, mean, variance)) < 1e-4)
    for (output, running, batch) in [("y1", "x3", mean), ("y2", "x4", variance)] {
      let before = try #require(graph.initializers[running]?.tensor?.scalars)
      let moved = zip(before, batch).map { 0.5 * Double($0) + 0.5 * $1 }
      #expect(try #require(results[output]).error(against: moved) < 1e-6)
    }
    #expect(executor.updatedGraph() == graph)
  }

  @Test(arguments: shapes, [ExecutionMode.training, .differentiable])
  func gradientsEqualDifferences(_ shape: Shape, _ mode: ExecutionMode) throws {
    let graph = graph(shape)
    try expectGradient(of: graph, mode: mode, step: 0.01, tolerance: 0.02)
  }

  @Test func unfitShapesAreRefused() {
    let three = SingleNode.Operand.constant(.normal([3], seed: 1))
    for graph in [
      SingleNode.graph("BatchNormalization", [.input([3]), three, three, three, three]),
      SingleNode.graph("BatchNormalization", [.input([2, 4, 3]), three, three, three, three]),
      SingleNode.graph("BatchNormalization", [.input([2, 3, 3]), three, three, three]),
    ] {
      #expect(throws: GraphError.self) { try Executor(graph, batch: 1) }
    }
  }
}
