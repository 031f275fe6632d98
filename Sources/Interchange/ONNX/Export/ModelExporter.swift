import Foundation
import Networks
internal import SwiftProtobuf
import Tensors

/// From a graph to bytes, in an order that follows from the graph alone.
struct ModelExporter {
  /// The program that writes.
  let producer: String
  /// The version of the program that writes.
  let version: String
  /// How it writes.
  var options = ONNXWriteOptions()

  /// The bytes of the file of a graph.
  func data(of graph: Graph) throws(ONNXDefect) -> Data {
    // What nodes of ONNX alone compute has no shape here.
    var graph = graph
    graph.outputs = OutputExtents.completed(graph)
    var lowered = try QuantizerLowering.lowered(
      BatchExpandLowering.lowered(graph), options: options)
    if options.codebooks { lowered = try CodebookLowering.lowered(lowered) }
    let opset = ExportedOpset.version(of: lowered, wanted: options.opset)
    let model = try model(of: ExportedOpset.lowered(lowered, to: opset), opset: opset)
    do {
      return try model.serializedData()
    } catch {
      throw .unsupportedFeature("the model is too large for one file (\(error)), which is")
    }
  }

  private func model(of graph: Graph, opset number: Int) throws(ONNXDefect) -> WireModelProto {
    var model = WireModelProto()
    // The types of four bits came with version 10 of the format.
    model.irVersion = Int64(number >= 21 ? 10 : ONNXFile.irVersion)
    model.producerName = producer
    if !version.isEmpty { model.producerVersion = version }
    var opset = WireOperatorSetIdProto()
    opset.domain = ""
    opset.version = Int64(number)
    model.opsetImport = [opset]
    model.graph.name = graph.name.isEmpty ? "graph" : graph.name
    for node in graph.nodes { model.graph.node.append(try wire(node)) }
    for (name, array) in initializers(of: graph) {
      model.graph.initializer.append(try TensorWriting.tensor(array, name: name))
    }
    model.graph.input = graph.inputs.map(wire)
    model.graph.output = OutputExtents.completed(graph).map(wire)
    return model
  }

  /// The constants in the order in which nodes read them; those that no node reads come last, by
  /// name.
  private func initializers(of graph: Graph) -> [(name: String, array: TypedArray)] {
    var seen: Set<String> = []
    var result: [(name: String, array: TypedArray)] = []
    let read = graph.nodes.flatMap(\.inputs)
    for name in read + graph.initializers.keys.sorted() {
      guard let array = graph.initializers[name], seen.insert(name).inserted else { continue }
      result.append((name, array))
    }
    return result
  }

  private func wire(_ node: Node) throws(ONNXDefect) -> WireNodeProto {
    var wire = WireNodeProto()
    wire.name = node.name
    wire.opType = node.operatorType
    wire.input = node.inputs
    wire.output = node.outputs
    for (name, value) in node.attributes.sorted(by: { $0.key < $1.key }) {
      guard !name.hasPrefix("fused_") else {
        throw .node(
          name: node.name, type: node.operatorType,
          reason: "carries '\(name)', which has no meaning outside of an executor")
      }
      wire.attribute.append(try attribute(name, value))
    }
    return wire
  }

  private func attribute(
    _ name: String, _ value: Attribute
  ) throws(ONNXDefect) -> WireAttributeProto {
    var wire = WireAttributeProto()
    wire.name = name
    switch value {
    case .int(let integer):
      wire.type = .int
      wire.i = Int64(integer)
    case .float(let number):
      wire.type = .float
      wire.f = number
    case .string(let text):
      wire.type = .string
      wire.s = Data(text.utf8)
    case .ints(let integers):
      wire.type = .ints
      wire.ints = integers.map { Int64($0) }
    case .floats(let numbers):
      wire.type = .floats
      wire.floats = numbers
    case .strings(let texts):
      wire.type = .strings
      wire.strings = texts.map { Data($0.utf8) }
    case .array(let array):
      wire.type = .tensor
      wire.t = try TensorWriting.tensor(array, name: "")
    }
    return wire
  }

  private func wire(_ value: Graph.Value) -> WireValueInfoProto {
    var tensor = WireTypeProto.Tensor()
    tensor.elemType = ElementTypes.number(value.elementType)
    if let extents = value.extents {
      tensor.shape = WireTensorShapeProto()
      tensor.shape.dim = extents.map { extent in
        var dimension = WireTensorShapeProto.Dimension()
        switch extent {
        case .fixed(let number): dimension.dimValue = Int64(number)
        case .batch: dimension.dimParam = "N"
        }
        return dimension
      }
    }
    var wire = WireValueInfoProto()
    wire.name = value.name
    wire.type.tensorType = tensor
    return wire
  }
}
