import Tensors

/// A teacher made ready to answer for the student's batches.
struct TeacherRun {
  let loss: DistillationLoss
  private let executor: Executor
  private let inputs: UnsafeMutableBufferPointer<Float>
  private let scores: UnsafeMutableBufferPointer<Float>

  /// - Throws: `TrainingError.scores` when the teacher has other classes than the student,
  ///   `GraphError.input` when it takes other examples.
  init(
    _ teacher: Teacher, crossEntropy: SoftmaxCrossEntropy, batch: Shape, scoreCount: Int,
    pool: WorkerPool
  ) throws {
    try teacher.validate()
    loss = DistillationLoss(
      crossEntropy: crossEntropy, weight: teacher.weight, temperature: teacher.temperature)
    let value = try teacher.graph.classScores()
    executor = try Executor(
      teacher.graph.computing(value), batch: batch[0], mode: .inference, pool: pool)
    inputs = try executor.input(TrainingRun.inputName(of: executor, expecting: batch))
    scores = try executor.output(value)
    guard scores.count == scoreCount else {
      throw TrainingError.scores(
        value: value, expected: "\(scoreCount / batch[0]) classes from the teacher as well",
        found: "\(scores.count / batch[0])")
    }
  }

  /// The teacher's scores for a batch; valid until the next one.
  func answer(_ batch: UnsafeMutableBufferPointer<Float>) -> UnsafeBufferPointer<Float> {
    _ = inputs.update(fromContentsOf: batch)
    executor.forward()
    return UnsafeBufferPointer(scores)
  }
}
