import Foundation
import Networks
internal import SwiftProtobuf
import Tensors

/// From bytes to a graph, one step after another.
struct ModelImporter {
  /// What the caller knows.
  let options: ONNXReadOptions
  /// Whether constants are folded and operators that we lack refused, which a tool that only
  /// rewrites files can do without.
  var completes = true

  /// The model that the bytes hold.
  func model(from data: Data) throws(ONNXDefect) -> ONNXModel {
    let wire = try decode(data)
    let opset = try opset(of: wire)
    guard wire.graph.sparseInitializer.isEmpty else {
      throw .unsupportedFeature("the model holds sparse initializers, which are")
    }
    return ONNXModel(
      graph: try graph(wire, opset: opset), opset: opset, irVersion: Int(wire.irVersion),
      producer: wire.producerName)
  }

  private func decode(_ data: Data) throws(ONNXDefect) -> WireModelProto {
    var decoding = BinaryDecodingOptions()
    decoding.discardUnknownFields = true
    let wire: WireModelProto
    do {
      wire = try WireModelProto(serializedBytes: data, options: decoding)
    } catch {
      throw .undecodable(reason: "\(error)")
    }
    guard wire.hasGraph else { throw .undecodable(reason: "it holds no graph") }
    return wire
  }

  private func opset(of wire: WireModelProto) throws(ONNXDefect) -> Int {
    let versions = wire.opsetImport.filter { NodeReading.domain($0.domain).isEmpty }
    // Files from before operator sets were counted mean the first.
    let version = versions.first.map { Int($0.version) } ?? 1
    guard versions.allSatisfy({ Int($0.version) == version }) else {
      throw .unsupportedFeature("the model names two versions of ONNX's operator set, which is")
    }
    guard (ONNXFile.oldestOpset...ONNXFile.newestOpset).contains(version) else {
      throw .opset(
        found: version, oldest: ONNXFile.oldestOpset, newest: ONNXFile.newestOpset)
    }
    return version
  }

  private func graph(_ wire: WireModelProto, opset: Int) throws(ONNXDefect) -> Graph {
    let declaration = wire.graph
    let initializers = try initializers(declaration)
    var values = ValueReading(options: options)
    for (wire, array) in declaration.input.map({ ($0, options.constants[$0.name]) }) {
      if let array { try values.check(wire, constant: array) }
    }
    let inputs = try values.inputs(declaration.input.filter { initializers[$0.name] == nil })
    let outputs = try values.outputs(declaration.output)
    try GraphChecks.names(inputs, outputs)

    var reading = NodeReading(
      initializers: initializers, functions: wire.functions,
      keptValues: Set(outputs.map(\.name)))
    try reading.read(declaration.node)
    reading.resolveIdentities()

    let graph = try GraphChecks.sorted(
      Graph(
        name: declaration.name.isEmpty ? "graph" : declaration.name, inputs: inputs,
        outputs: outputs, nodes: reading.nodes, initializers: reading.initializers))
    let shapes = try DeclaredShapes(graph: graph, declared: declaration.valueInfo, values: values)
    var normalised = try OpsetNormaliser(opset: opset, shapes: shapes).normalised(graph)
    HalfPrecision.widenCasts(&normalised, keepsOutputs: options.exactOutputs)
    let finished = completes ? try completed(normalised) : normalised
    return options.freeBatch ? try released(finished) : finished
  }

  private func released(_ graph: Graph) throws(ONNXDefect) -> Graph {
    do throws(GraphError) {
      return try BatchRelease.released(graph)
    } catch {
      throw .graph(error)
    }
  }

  /// The graph with its constants folded and all that follows for its outputs.
  private func completed(_ graph: Graph) throws(ONNXDefect) -> Graph {
    try GraphChecks.knowsOperators(of: graph)
    do throws(GraphError) {
      var graph = try graph.foldingConstants()
      graph.outputs = OutputExtents.completed(graph)
      return graph
    } catch {
      throw .graph(error)
    }
  }

  /// The file's initializers and the inputs that the caller made constants.
  private func initializers(
    _ declaration: WireGraphProto
  ) throws(ONNXDefect) -> [String: TypedArray] {
    var initializers: [String: TypedArray] = [:]
    for tensor in declaration.initializer {
      guard !tensor.name.isEmpty else { throw .tensor(name: "", reason: "has no name") }
      let array = try TensorReading.array(tensor, name: tensor.name)
      guard initializers.updateValue(array, forKey: tensor.name) == nil else {
        throw .duplicateValue(tensor.name)
      }
    }
    let inputs = Set(declaration.input.map(\.name))
    for (name, array) in options.constants.sorted(by: { $0.key < $1.key }) {
      guard inputs.contains(name) else {
        throw .value(name: name, reason: "was given as a constant and is no input of the model")
      }
      initializers[name] = array
    }
    return initializers
  }
}
