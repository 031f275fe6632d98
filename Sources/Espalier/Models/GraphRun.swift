public import Foundation
import Interchange
import Networks
public import Tensors

/// Runs any graph once on arrays from files: what `espalier run` does.
///
/// Arrays of 32-bit floats with at least one axis are fed to the network; every other array (shapes,
/// axes, bounds) becomes a constant before the graph is folded. Where the network cannot be made
/// that way, since an operator wants a constant or is one of those that compute on constants alone,
/// all arrays become constants.
public struct GraphRun {
  private let graph: Graph
  private let inputs: [String: Tensor]
  private let pool: WorkerPool

  /// Reads a model with the arrays given to it.
  ///
  /// - Throws: `ONNXError` with file, node and operator at fault; `EspalierError.setting` for an input that
  ///   the model does not have.
  public init(model: URL, arrays: [String: TypedArray], threads: Int?) throws {
    let floats = arrays.compactMapValues { $0.shape.rank > 0 ? $0.tensor : nil }
    (graph, inputs) = try Self.read(model, arrays, feeding: floats)
    pool = WorkerPool(threads: threads)
    try checkInputs(arrays)
    try checkFaithfulness()
  }

  /// The graph, and the arrays to feed: those given, or none where it cannot be made that way.
  private static func read(
    _ model: URL, _ arrays: [String: TypedArray], feeding fed: [String: Tensor]
  ) throws(ONNXError) -> (Graph, [String: Tensor]) {
    let options = ONNXReadOptions(
      extents: arrays.mapValues(\.shape.extents), constants: arrays.filter { fed[$0.key] == nil },
      exactOutputs: true)
    do throws(ONNXError) {
      return (try ONNXFile.read(model, options: options).graph, fed)
    } catch {
      guard case .model(_, .graph) = error, !fed.isEmpty else { throw error }
      return try read(model, arrays, feeding: [:])
    }
  }

  /// Every input has an array, and every array an input.
  private func checkInputs(_ arrays: [String: TypedArray]) throws(EspalierError) {
    let types = Dictionary(uniqueKeysWithValues: graph.inputs.map { ($0.name, $0.elementType) })
    for name in inputs.keys.sorted() {
      guard let type = types[name] else {
        throw .setting(
          name: "--input \(name)",
          expected: "one of the model's inputs (\(types.keys.sorted().joined(separator: ", ")))",
          found: "no such input")
      }
      guard type == .float32 else {
        throw .setting(
          name: "--input \(name)", expected: "elements of type \(type)",
          found: "elements of type float32")
      }
    }
    for input in graph.inputs where arrays[input.name] == nil {
      throw .setting(
        name: "--input \(input.name)", expected: "a file for each input of the model",
        found: "none")
    }
  }

  /// Dropout keeps everything, which is not what a node means that is told to train.
  private func checkFaithfulness() throws(GraphError) {
    for node in graph.nodes where node.operatorType == "Dropout" && node.inputs.count > 2 {
      let trains = graph.initializers[node.inputs[2]]?.integers?.contains(1) ?? false
      let ratio = graph.initializers[node.inputs[1]]?.tensor?.scalars.first ?? 0.5
      guard trains, ratio != 0 else { continue }
      throw .unsupportedAttribute(
        node: node.name, type: node.operatorType, attribute: "training_mode", found: "true")
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
      let executor = try Executor(
        graph, batch: batch ?? 1, outputs: computed, arithmetic: .exact, pool: pool)
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
    case .int64, .int32, .int8, .uint8, .int4, .uint4:
      let integers = scalars.map { scalar in
        Int(exactly: scalar.rounded(.towardZero)) ?? (scalar > 0 ? Int.max : Int.min)
      }
      return try TypedArray(shape: shape, integers: integers, elementType: type)
    }
  }
}
