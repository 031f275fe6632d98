import Networks
import Tensors

/// Runs a graph over many examples, a chunk at a time.
enum ChunkedRun {
  /// Examples in one pass.
  static let chunk = 64

  /// The values of a graph for all examples.
  ///
  /// - Parameters:
  ///   - graph: the network; its batch is the leading axis of every input and requested value.
  ///   - inputs: all examples of every input.
  ///   - outputs: the values to compute.
  ///   - visit: called for each chunk with its first example, its size and the executor.
  static func run(
    _ graph: Graph, inputs: [String: Tensor], outputs: [String], pool: WorkerPool,
    visit: (_ first: Int, _ count: Int, _ executor: Executor) throws -> Void
  ) throws {
    let total = inputs.values.first?.shape.extents.first ?? 0
    var executor: Executor?
    for first in stride(from: 0, to: total, by: chunk) {
      let count = min(chunk, total - first)
      if executor?.batch != count {
        executor = try Executor(graph, batch: count, outputs: outputs, pool: pool)
      }
      guard let executor else { continue }
      for (name, tensor) in inputs {
        let size = tensor.count / max(total, 1)
        _ = try executor.input(name).update(
          fromContentsOf: tensor.scalars[(first * size)..<((first + count) * size)])
      }
      executor.forward()
      try visit(first, count, executor)
    }
  }

  /// The values of a graph for all examples, as tensors.
  static func run(
    _ graph: Graph, inputs: [String: Tensor], outputs: [String], pool: WorkerPool
  ) throws -> [String: Tensor] {
    let total = inputs.values.first?.shape.extents.first ?? 0
    var results: [String: Tensor] = [:]
    try run(graph, inputs: inputs, outputs: outputs, pool: pool) { first, count, executor in
      for name in outputs {
        guard let shape = executor.outputShape(name) else { continue }
        let size = shape.count / count
        if results[name] == nil {
          results[name] = Tensor(shape: Shape([total] + shape.extents.dropFirst()))
        }
        let values = try executor.output(name)
        results[name]?.scalars.withUnsafeMutableBufferPointer { target in
          _ = target[(first * size)..<((first + count) * size)].update(fromContentsOf: values)
        }
      }
    }
    return results
  }
}
