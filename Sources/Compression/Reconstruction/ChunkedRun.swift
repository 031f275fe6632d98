import Networks
import Tensors

/// Runs a graph over many examples, a chunk at a time.
enum ChunkedRun {
  /// The most examples in one pass.
  static let chunk = 64

  /// Examples in one pass: enough to share out, few enough that what a layer makes of them stays near
  /// the processor.
  private static func passSize(of inputs: [String: StoredValue]) -> Int {
    let largest = inputs.values.map(\.exampleCount).max() ?? 1
    return min(max(1_600_000 / max(largest, 1), 8), chunk)
  }

  /// The values of a graph for all examples.
  ///
  /// - Parameters:
  ///   - graph: the network; its batch is the leading axis of every input and requested value.
  ///   - inputs: all examples of every input.
  ///   - outputs: the values to compute.
  ///   - visit: called for each chunk with its first example, its size and the executor.
  static func run(
    _ graph: Graph, inputs: [String: StoredValue], outputs: [String], pool: WorkerPool,
    visit: (_ first: Int, _ count: Int, _ executor: Executor) throws -> Void
  ) throws {
    let total = inputs.values.first?.shape.extents.first ?? 0
    let chunk = passSize(of: inputs)
    var executor: Executor?
    for first in stride(from: 0, to: total, by: chunk) {
      let count = min(chunk, total - first)
      if executor?.batch != count {
        executor = try Executor(
          graph, batch: count, outputs: outputs, exchange: .channelsLast, pool: pool)
      }
      guard let executor else { continue }
      for (name, value) in inputs {
        let size = value.exampleCount
        _ = try executor.input(name).update(
          fromContentsOf: value.scalars[(first * size)..<((first + count) * size)])
      }
      executor.forward()
      try visit(first, count, executor)
    }
  }

  /// The values of a graph for all examples.
  static func run(
    _ graph: Graph, inputs: [String: StoredValue], outputs: [String], pool: WorkerPool
  ) throws -> [String: StoredValue] {
    let total = inputs.values.first?.shape.extents.first ?? 0
    var results: [String: StoredValue] = [:]
    try run(graph, inputs: inputs, outputs: outputs, pool: pool) { first, count, executor in
      for name in outputs {
        guard let shape = executor.outputShape(name) else { continue }
        let size = shape.count / count
        if results[name] == nil {
          results[name] = StoredValue(shape: Shape([total] + shape.extents.dropFirst()))
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

/// A value for all examples, between two passes: of rank 4 it lies N, H, W, C, whatever its shape says.
struct StoredValue {
  /// The shape as the graph sees it, examples first.
  let shape: Shape
  var scalars: [Float]

  /// A value of zeros.
  init(shape: Shape) {
    self.shape = shape
    scalars = [Float](repeating: 0, count: shape.count)
  }

  /// A tensor of examples.
  init(_ tensor: Tensor) {
    self.init(shape: tensor.shape)
    guard shape.rank == 4 else {
      scalars = tensor.scalars
      return
    }
    let (channels, area) = (shape[1], shape[2] * shape[3])
    for example in 0..<shape[0] {
      let first = example * channels * area
      for channel in 0..<channels {
        for pixel in 0..<area {
          scalars[first + pixel * channels + channel] =
            tensor.scalars[first + channel * area + pixel]
        }
      }
    }
  }

  /// The number of scalars in one example.
  var exampleCount: Int { scalars.count / max(shape.extents.first ?? 1, 1) }
}
