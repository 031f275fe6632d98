import Networks
import Tensors
import Testing

@testable import Compression

@Suite struct NetworkCostTests {
  /// stem 3→4 (3×3, bias) on 5×3 pixels, pooled to 4×1×1, dense 4→2.
  private static let graph = {
    var sketch = Sketch([3, 5, 3])
    let value = sketch.node("Relu", "stem.relu", [sketch.convolution("stem", "x", 3, 4)])
    return sketch.graph(sketch.head(value, 4, classes: 2))
  }()

  @Test func figuresAreThoseCountedByHand() throws {
    let cost = try NetworkCost(Self.graph)
    #expect(cost.macs == 15 * 4 * 27 + 4 * 2)
    #expect(cost.parameters == 4 * 27 + 4 + 4 * 2 + 2)
    #expect(cost.weightBytes == 4 * cost.parameters)
    // The convolution's output and the Relu's stand side by side: 2 · 4·15 floats.
    #expect(cost.peakActivationBytes == 4 * 2 * 60)
  }

  @Test func statisticsOfANormalisationAreNoParameters() throws {
    var sketch = Sketch([3, 5, 3])
    let graph = sketch.graph(sketch.head(sketch.block("stem", "x", 3, 4), 4, classes: 2))
    #expect(try NetworkCost(graph).parameters == 4 * 27 + 2 * 4 + 4 * 2 + 2)
  }

  @Test func aShortcutIsAliveUntilItsAddition() throws {
    let plain = try NetworkCost(HandBuilt.chain.graph).peakActivationBytes
    let residual = try NetworkCost(HandBuilt.residual.graph).peakActivationBytes
    #expect(plain == 4 * 42 * 5 * 2)
    // The stem's 6 channels wait beside two values of the branch, 6 channels each at the widest.
    #expect(residual == 4 * 42 * (6 + 6 + 6))
  }
}
