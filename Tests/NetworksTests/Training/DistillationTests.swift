import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite struct DistillationTests {
  private func train(
    _ graph: Graph, teacher: Teacher?, epochs: Int = 1, threads: Int = 2,
    onEpoch: (EpochReport) -> Void = { _ in }
  ) throws -> Graph {
    try Trainer.train(
      graph, on: SyntheticBatches(count: 250),
      configuration: TrainerTests.configuration(epochs: epochs), teacher: teacher,
      streams: RandomStreams(seed: 7), pool: WorkerPool(threads: threads)
    ) {
      onEpoch($0)
      return true
    }
  }

  private static func endingInSoftmax(_ graph: Graph) -> Graph {
    var softmax = graph
    softmax.nodes.append(
      Node(name: "softmax", operatorType: "Softmax", inputs: ["output"], outputs: ["p"]))
    softmax.outputs = [Graph.Value(name: "p", extents: [.batch, .fixed(3)])]
    return softmax
  }

  @Test func `a student learns from its teacher's scores alone`() throws {
    let teacher = try train(TrainerTests.network(), teacher: nil, epochs: 8)
    let student = try train(
      TrainerTests.network(seed: 3), teacher: Teacher(teacher, weight: 1, temperature: 2),
      epochs: 8)
    let unseen = SyntheticBatches(count: 90, seed: 77)
    let executor = try Executor(student, batch: 90)
    let scores = try #require(try executor.run(["input": unseen.examples])["output"])
    let value = try SoftmaxCrossEntropy().evaluate(scores, labels: unseen.labels).value
    #expect(value.correct > 80)
  }

  @Test func `a teacher without weight changes nothing`() throws {
    let start = try TrainerTests.network()
    let teacher = Teacher(try TrainerTests.network(seed: 9), weight: 0)
    #expect(try train(start, teacher: teacher) == train(start, teacher: nil))
  }

  @Test func `the number of threads changes nothing`() throws {
    let start = try TrainerTests.network()
    let teacher = Teacher(try TrainerTests.network(seed: 9))
    let alone = try train(start, teacher: teacher, threads: 1)
    #expect(try train(start, teacher: teacher, threads: 3) == alone)
  }

  @Test func `of a softmax, of student and teacher, what it is taken of is compared`() throws {
    let start = try TrainerTests.network()
    let teacher = try TrainerTests.network(seed: 9)
    let plain = try train(start, teacher: Teacher(teacher)).initializers
    let soft = DistillationTests.endingInSoftmax
    #expect(try train(start, teacher: Teacher(soft(teacher))).initializers == plain)
    #expect(try train(soft(start), teacher: Teacher(teacher)).initializers == plain)
    #expect(try train(soft(start), teacher: Teacher(soft(teacher))).initializers == plain)
  }

  @Test func `the teacher answers in inference, with its running statistics, and stays as it was`()
    throws
  {
    // A teacher like the student but for its running statistics, which batches do not show: its
    // answers differ from the student's, so that the very first loss is above 0.
    let start = try TrainerTests.network()
    var loss: Double?
    _ = try train(start, teacher: Teacher(start, weight: 1)) { loss = $0.meanLoss }
    #expect(try #require(loss) > 1e-3)
  }

  @Test func `a teacher that does not fit, or a setting out of its range, is named`() throws {
    let start = try TrainerTests.network()
    func refusal(_ change: (inout Teacher) throws -> Void) throws -> String {
      var teacher = Teacher(start)
      try change(&teacher)
      do {
        _ = try train(start, teacher: teacher)
        return "trained"
      } catch {
        return "\(error)"
      }
    }
    var generator = SeededGenerator(seed: 1)
    let builder = try ModelBuilder.named("resnet8")
    let more = try builder.graph(
      ModelParameters(classes: 4, channels: 2, height: 8, width: 6, widthMultiplier: 0.3),
      using: &generator)
    #expect(
      try refusal { $0.graph = more }
        == "class scores 'output': expected 3 classes from the teacher as well, found 4")
    let other = try builder.graph(
      ModelParameters(classes: 3, channels: 3, height: 8, width: 6, widthMultiplier: 0.3),
      using: &generator)
    #expect(try refusal { $0.graph = other }.contains("examples of 24×2×8×6 as a batch"))
    #expect(
      try refusal { $0.weight = 1.5 }
        == "training configuration, distillation: expected 0.0 to 1.0, found 1.5")
    #expect(try refusal { $0.temperature = 0 }.contains("temperature: expected above 0.0"))
  }
}
