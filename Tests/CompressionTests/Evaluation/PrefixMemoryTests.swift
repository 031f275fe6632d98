import Datasets
import Networks
import Tensors
import Testing
import Units

@testable import Compression

@Suite struct PrefixMemoryTests {
  /// A small residual network, and the same with one layer's weights changed.
  private func residual(changing layer: String? = nil) throws -> Graph {
    var graph = HandBuilt.residual.graph
    guard let layer, let node = graph.nodes.first(where: { $0.name == layer }) else { return graph }
    let weight = try #require(graph.initializers[node.inputs[1]]?.tensor)
    graph.initializers[node.inputs[1]] = TypedArray(
      Tensor(shape: weight.shape) { weight.scalars[$0] * 0.5 })
    return graph
  }

  private func images(for graph: Graph, count: Int = 23) throws -> LabelledImages {
    let shape = try graph.inputs[0].shape(batch: 1).extents.dropFirst()
    var generator = SeededGenerator(seed: 3)
    let area = shape.reduce(1, *)
    return try LabelledImages(
      name: "noise", shape: Shape(Array(shape)),
      storage: .floats((0..<(count * area)).map { _ in Float(generator.normal()) }),
      labels: (0..<count).map { $0 % 4 }, classCount: 4)
  }

  private func evaluator(
    _ images: LabelledImages, memory: PrefixMemory?, screening: Int? = nil
  ) -> ClassificationEvaluator {
    ClassificationEvaluator(
      images, preprocessing: .raw, batch: 5, screeningImages: screening, memory: memory,
      pool: WorkerPool(threads: 2))
  }

  private func layers(_ graph: Graph) -> [String] {
    graph.nodes.filter { ["Conv", "Gemm"].contains($0.operatorType) }.map(\.name)
  }

  @Test func everyCutPartsTheNetworkWithoutChangingABit() throws {
    let graph = try residual()
    let images = try images(for: graph)
    let batch = images.count
    let input = try images.tensor(.raw)
    let whole = try Executor(graph, batch: batch).run([graph.inputs[0].name: input])
    let cuts = try graph.cuts()
    #expect(cuts.count >= 2)
    for cut in cuts {
      let first = try Executor(graph.part(from: nil, to: cut), batch: batch)
        .run([graph.inputs[0].name: input])
      let between = try #require(first[cut.value])
      let rest = try Executor(graph.part(from: cut, to: nil), batch: batch)
        .run([cut.value: between])
      #expect(rest == whole, "\(cut.value)")
    }
  }

  @Test func candidatesThatBeginAlikeStartWhereTheyDiffer() throws {
    let graph = try residual()
    let names = layers(graph)
    let images = try images(for: graph)
    let memory = PrefixMemory()
    let remembering = evaluator(images, memory: memory)
    let plain = evaluator(images, memory: nil)
    let last = try #require(names.last)
    var spared: [Int] = []
    for layer in [nil, last, nil, last, names[0], last, nil] {
      let candidate = try residual(changing: layer)
      let (with, without) = (try remembering.measure(candidate), try plain.measure(candidate))
      #expect(with.isRight == without.isRight)
      spared.append(memory.imagesSpared)
    }
    // The second one stores what it shares with the first, the third and fourth start there, the one
    // whose first layer is another shares nothing; after it all begins anew.
    let n = images.count
    #expect(spared == [0, 0, n, 2 * n, 2 * n, 2 * n, 2 * n])
  }

  @Test func whatScreeningDidNotRunIsRunLater() throws {
    let graph = try residual()
    let images = try images(for: graph)
    let last = try #require(layers(graph).last)
    let memory = PrefixMemory()
    let remembering = evaluator(images, memory: memory, screening: 5)
    _ = try remembering.evaluate(graph)
    // Stops after five images: they alone are stored.
    _ = try remembering.evaluate(residual(changing: last), unlessBelow: 1000)
    let outcome = try remembering.measure(graph)
    #expect(memory.imagesSpared == 5)
    #expect(outcome.isRight == (try evaluator(images, memory: nil).measure(graph).isRight))
    _ = try remembering.measure(residual(changing: last))
    #expect(memory.imagesSpared == 5 + images.count)
  }

  @Test func nothingIsStoredBeyondTheLimit() throws {
    let graph = try residual()
    let images = try images(for: graph)
    let memory = PrefixMemory(limit: ByteCount(64))
    let remembering = evaluator(images, memory: memory)
    for _ in 0..<3 { _ = try remembering.evaluate(graph) }
    #expect(memory.imagesSpared == 0)
  }
}
