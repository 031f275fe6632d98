import Foundation
@testable import Networks
import TestSupport
import Tensors
import Testing

@Suite struct ParameterMasksTests {
  private static let name = "stage2.block1.conv1.weight"

  /// Every second weight of a convolution is held.
  private static func masks(_ graph: Graph) throws -> ParameterMasks {
    let count = try #require(graph.initializers[name]?.tensor).count
    return ParameterMasks([name: (0..<count).map { $0 % 2 == 0 }])
  }

  private func train(
    _ graph: Graph, masks: ParameterMasks, epochs: Int = 2,
    _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) throws -> Graph {
    var configuration = TrainerTests.configuration(epochs: epochs)
    configuration.weightDecay = 0.01
    change(&configuration)
    return try Trainer.train(
      graph, on: SyntheticBatches(count: 250), configuration: configuration, masks: masks,
      streams: RandomStreams(seed: 7))
  }

  @Test(arguments: TrainingConfiguration.OptimizerKind.allCases, [false, true])
  func `momentum and weight decay do not revive what is zero by decision`(
    _ kind: TrainingConfiguration.OptimizerKind, _ nesterov: Bool
  ) throws {
    let start = try TrainerTests.network()
    let trained = try train(start, masks: Self.masks(start)) {
      $0.optimizer = kind
      $0.nesterov = nesterov
      $0.momentum = 0.95
      if kind == .adam { $0.learningRate = 0.01 }
    }
    let before = try #require(start.initializers[Self.name]?.tensor).scalars
    let after = try #require(trained.initializers[Self.name]?.tensor).scalars
    // The network that training began with had other values there: they go at once.
    #expect(before.contains { $0 != 0 })
    for (position, value) in after.enumerated() {
      #expect((value == 0) == (position % 2 == 1))
    }
    #expect(after != before)
  }

  @Test func `a velocity that was there does not move a weight that is held`() throws {
    var values: [Float] = [1, 0]
    var gradients: [Float] = [0.5, 0.5]
    try values.withUnsafeMutableBufferPointer { values in
      try gradients.withUnsafeMutableBufferPointer { gradients in
        let parameter = Parameter(
          name: "w", shape: [1, 2], values: values, gradients: gradients)
        var optimizer = SGD(momentum: 0.9, nesterov: true, weightDecay: 0.1)
        optimizer.state.velocities["w"] = PackedFloats([3, 3])
        let masks = ParameterMasks(["w": [true, false]])
        for _ in 0..<3 {
          masks.apply(toGradientsOf: [parameter])
          optimizer.step([parameter], learningRate: 0.1)
          masks.apply(toValuesOf: [parameter])
          #expect(values[1] == 0 && values[0] != 0)
        }
        try #require(gradients[1] == 0)
      }
    }
  }

  @Test func `without masks training is what it was`() throws {
    let start = try TrainerTests.network()
    let all = try #require(start.initializers[Self.name]?.tensor).count
    let whole = ParameterMasks([Self.name: [Bool](repeating: true, count: all)])
    #expect(
      try train(start, masks: ParameterMasks(), epochs: 1)
        == train(start, masks: whole, epochs: 1))
  }

  @Test func `a mask that fits no parameter is named`() throws {
    let start = try TrainerTests.network()
    #expect(
      throws: TrainingError.mask(
        name: "nothing", expected: "a trained parameter", found: "no such name")
    ) { try train(start, masks: ParameterMasks(["nothing": []])) }
    let name = "classifier.weight"
    let count = try #require(start.initializers[name]?.tensor).count
    #expect(
      throws: TrainingError.mask(name: name, expected: "\(count) elements", found: "1")
    ) { try train(start, masks: ParameterMasks([name: [true]])) }
  }
}
