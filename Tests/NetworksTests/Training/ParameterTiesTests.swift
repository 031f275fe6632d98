import Tensors
import Testing

@testable import Networks

@Suite struct ParameterTiesTests {
  private static let name = "stage2.block1.conv1.weight"

  /// The network with a convolution's weights rounded to three values.
  private func shared() throws -> Graph {
    var graph = try TrainerTests.network()
    let weights = try #require(graph.initializers[Self.name]?.tensor)
    graph.initializers[Self.name] = TypedArray(
      Tensor(shape: weights.shape) { [-0.1, 0, 0.1][$0 % 3] })
    return graph
  }

  @Test(arguments: TrainingConfiguration.OptimizerKind.allCases)
  func `what shares a value goes on sharing it and is trained`(
    _ kind: TrainingConfiguration.OptimizerKind
  ) throws {
    let start = try shared()
    let ties = ParameterTies(equalElementsOf: start, in: [Self.name])
    var configuration = TrainerTests.configuration(epochs: 2)
    configuration.optimizer = kind
    configuration.weightDecay = 0.01
    let trained = try Trainer.train(
      start, on: SyntheticBatches(count: 250), configuration: configuration, ties: ties,
      streams: RandomStreams(seed: 7))
    let values = try #require(trained.initializers[Self.name]?.tensor).scalars
    #expect(Set(values).count == 3)
    for (position, value) in values.enumerated() { #expect(value == values[position % 3]) }
    #expect(Set(values).isDisjoint(with: [-0.1, 0.1]))
    let free = try Trainer.train(
      start, on: SyntheticBatches(count: 250), configuration: configuration,
      streams: RandomStreams(seed: 7))
    #expect(Set(try #require(free.initializers[Self.name]?.tensor).scalars).count > 3)
  }

  @Test func `gradients of a value are averaged over its elements`() throws {
    var values: [Float] = [1, 2, 1, 1]
    var gradients: [Float] = [3, 5, 0, 6]
    values.withUnsafeMutableBufferPointer { values in
      gradients.withUnsafeMutableBufferPointer { gradients in
        let parameter = Parameter(name: "w", shape: [4], values: values, gradients: gradients)
        let ties = ParameterTies(["w": [0, 1, 0, 0]])
        ties.apply(toGradientsOf: [parameter])
        #expect(Array(gradients) == [3, 5, 3, 3])
        values[2] = 7
        ties.apply(toValuesOf: [parameter])
        #expect(Array(values) == [1, 2, 1, 1])
      }
    }
  }

  @Test func `ties that fit no parameter are named`() throws {
    let graph = try TrainerTests.network()
    for ties in [["none": [0]], [Self.name: [0, 0]]] {
      let error = #expect(throws: TrainingError.self) {
        try Trainer.train(
          graph, on: SyntheticBatches(count: 250),
          configuration: TrainerTests.configuration(epochs: 1),
          ties: ParameterTies(ties), streams: RandomStreams(seed: 7))
      }
      #expect("\(try #require(error))".contains(ties.keys.first ?? "?"))
    }
  }
}
