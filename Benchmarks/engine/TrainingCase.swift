import Foundation
import Interchange
import Networks
import Tensors

/// One training step of ResNet-20 on a batch: forward, loss, backward, momentum.
final class TrainingCase: BenchmarkCase {
  static let learningRate = 0.01

  let work: Double
  private let graph: Graph
  private let threads: Int
  private let batch: Int
  private var executor: Executor
  private var optimizer = SGD(momentum: 0.9)
  private var labels: [Int]
  private let loss = SoftmaxCrossEntropy()

  init(_ description: CaseDescription) throws {
    batch = try description.need(\.batch, "batch")
    threads = try description.need(\.threads, "threads")
    var stream = RandomStreams(seed: 1).stream("weights")
    graph = try ModelBuilder.named("resnet20").graph(using: &stream)
    executor = try TrainingCase.executor(graph, batch: batch, threads: threads)
    work = 1
    labels = (0..<batch).map { $0 % 10 }
    let input = try executor.input("input")
    for index in input.indices { input[index] = Float(stream.normal()) }
  }

  private static func executor(_ graph: Graph, batch: Int, threads: Int) throws -> Executor {
    try Executor(
      graph, batch: batch, mode: .training, differentiatingInputs: false,
      pool: WorkerPool(threads: threads))
  }

  func run() throws { _ = try step() }

  /// What `Trainer` does at each step.
  private func step() throws -> Double {
    executor.forward()
    let output = try executor.output("output")
    let scores = Tensor(shape: [batch, output.count / batch]) { output[$0] }
    let (value, gradient) = try loss.evaluate(scores, labels: labels)
    _ = try executor.outputGradient("output").update(fromContentsOf: gradient.scalars)
    executor.backward(parameters: .written)
    optimizer.step(executor.parameters, learningRate: TrainingCase.learningRate)
    executor.parametersChanged()
    return value.mean
  }

  /// The losses of the first steps from the initial weights, on a folder's `images.npy` and `labels.npy`.
  func answer(input: URL, output: URL, in reply: inout Reply) throws {
    executor = try TrainingCase.executor(graph, batch: batch, threads: threads)
    optimizer = SGD(momentum: 0.9)
    try executor.input("input").fill(from: input.appendingPathComponent("images.npy"))
    let file = input.appendingPathComponent("labels.npy")
    guard let given = try NumPyFile.read(file).integers, given.count == batch else {
      throw BenchmarkError.file("labels.npy: expected \(batch) integers")
    }
    labels = given
    reply.losses = try (0..<5).map { _ in try step() }
  }

  func write(to output: URL, in reply: inout Reply) throws {
    try ONNXFile.write(graph, to: output)
  }
}
