public import Foundation
import Interchange
import Networks
public import Tensors

/// Runs any graph once on arrays from files: what `espalier run` does.
///
/// Arrays of floats with at least one axis are fed as they are; every other array (shapes, axes, bounds)
/// becomes a constant before the graph is folded.
public struct GraphRun {
  private let graph: Graph
  private let inputs: [String: Tensor]
  private let pool: WorkerPool

  /// Reads a model with the arrays given to it.
  ///
  /// - Throws: `ONNXError` with file, node and operator at fault; `EspalierError.setting` for an input that
  ///   the model does not have.
  public init(model: URL, arrays: [String: TypedArray], threads: Int?) throws {
    let inputs = arrays.compactMapValues { $0.shape.rank > 0 ? $0.tensor : nil }
    let options = ONNXReadOptions(
      extents: arrays.mapValues(\.shape.extents),
      constants: arrays.filter { inputs[$0.key] == nil })
    graph = try ONNXFile.read(model, options: options).graph
    let known = Set(graph.inputs.map(\.name))
    self.inputs = inputs.filter { known.contains($0.key) }
    pool = WorkerPool(threads: threads)
    for name in inputs.keys.sorted() where !known.contains(name) {
      throw EspalierError.setting(
        name: "--input \(name)",
        expected: "one of the model's inputs (\(known.sorted().joined(separator: ", ")))",
        found: "no such input")
    }
    for input in graph.inputs where arrays[input.name] == nil {
      throw EspalierError.setting(
        name: "--input \(input.name)", expected: "a file for each input of the model",
        found: "none")
    }
  }

  /// The outputs by name, in the types that the model declares.
  ///
  /// - Throws: `GraphError` when shapes do not fit.
  public func outputs() throws -> [(name: String, array: TypedArray)] {
    let constants = graph.initializers
    let computed = graph.outputs.map(\.name).filter { constants[$0] == nil }
    let batch = graph.inputs.lazy.compactMap { input -> Int? in
      guard input.extents?.first == .batch else { return nil }
      return inputs[input.name]?.shape.extents.first
    }.first
    var results: [String: Tensor] = [:]
    if !computed.isEmpty {
      let executor = try Executor(graph, batch: batch ?? 1, outputs: computed, pool: pool)
      results = try executor.run(inputs)
    }
    return try graph.outputs.compactMap { output in
      if let constant = constants[output.name] { return (output.name, constant) }
      guard let tensor = results[output.name] else { return nil }
      return (output.name, try tensor.converted(to: output.elementType))
    }
  }
}

extension Tensor {
  /// The elements in another type; integers are cut towards zero, truth is what is not zero.
  fileprivate func converted(to type: ElementType) throws -> TypedArray {
    switch type {
    case .float32: return TypedArray(self)
    case .float64: return try TypedArray(shape: shape, doubles: scalars.map { Double($0) })
    case .bool:
      return try TypedArray(
        shape: shape, integers: scalars.map { $0 == 0 ? 0 : 1 }, elementType: type)
    case .int64, .int32, .uint8:
      let integers = scalars.map { scalar in
        Int(exactly: scalar.rounded(.towardZero)) ?? (scalar > 0 ? Int.max : Int.min)
      }
      return try TypedArray(shape: shape, integers: integers, elementType: type)
    }
  }
}
