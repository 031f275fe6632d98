import Networks
import Tensors
import TestSupport
import Testing

@testable import Calibration

struct ReconstructionBlockTests {
  @Test("Blocks lie between the values where all paths meet, activation functions with them")
  func residual() throws {
    let graph = try SmallNetworks.residual(seed: 1).preparedForCalibration()
    #expect(
      try graph.residualBlocks() == [
        ReconstructionBlock(name: "stem", input: "x", output: "stem.relu.out"),
        ReconstructionBlock(name: "first", input: "stem.relu.out", output: "add.relu.out"),
        ReconstructionBlock(name: "third", input: "add.relu.out", output: "third.relu.out"),
        ReconstructionBlock(name: "classes", input: "third.relu.out", output: "classes.out"),
      ])
  }

  @Test("In a chain every layer is a block")
  func chain() throws {
    let blocks = try SmallNetworks.dense(seed: 1).preparedForCalibration().residualBlocks()
    #expect(blocks.map(\.name) == ["dense0", "dense1", "dense2"])
    #expect(blocks.map(\.output) == ["tanh0.out", "tanh1.out", "dense2.out"])
  }

  @Test("Parts one after the other compute what the whole does")
  func parts() throws {
    let graph = try SmallNetworks.residual(seed: 2).preparedForCalibration()
    let images = SmallNetworks.images(3)
    let whole = try Executor(graph, batch: 3).run(["x": images])
    var value = images
    for block in try graph.residualBlocks() {
      let part = try graph.part(block)
      #expect(part.inputs.map(\.name) == [block.input])
      value = try #require(try Executor(part, batch: 3).run([block.input: value])[block.output])
    }
    let expected = try #require(whole.values.first)
    for (found, wanted) in zip(value.scalars, expected.scalars) {
      #expect(abs(found - wanted) < 1e-5)
    }
  }
}
