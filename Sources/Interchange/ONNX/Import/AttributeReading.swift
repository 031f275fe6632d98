import Foundation
import Networks
import Tensors

/// A node's attributes, and the constants that Constant nodes hold in theirs.
struct AttributeReading {
  /// The node's name in messages.
  let node: String
  /// The node's operator.
  let type: String

  /// The attributes by name.
  func attributes(
    _ attributes: [WireAttributeProto]
  ) throws(ONNXDefect) -> [String: Attribute] {
    var result: [String: Attribute] = [:]
    for attribute in attributes {
      guard result.updateValue(try value(attribute), forKey: attribute.name) == nil else {
        throw defect("has two attributes '\(attribute.name)'")
      }
    }
    return result
  }

  /// What a Constant node stands for.
  func constant(_ attributes: [WireAttributeProto]) throws(ONNXDefect) -> TypedArray {
    guard attributes.count == 1, let attribute = attributes.first else {
      throw defect("needs exactly one attribute, \(attributes.count) found")
    }
    switch (attribute.name, try value(attribute)) {
    case ("value", .array(let array)): return array
    case ("value_float", .float(let value)):
      return TypedArray(Tensor(shape: [], repeating: value))
    case ("value_floats", .floats(let values)):
      return TypedArray(Tensor(shape: [values.count]) { values[$0] })
    case ("value_int", .int(let value)):
      guard let array = try? TypedArray(shape: [], integers: [value]) else { break }
      return array
    case ("value_ints", .ints(let values)):
      return TypedArray(values)
    default: break
    }
    throw defect("holds '\(attribute.name)', which is not supported")
  }

  private func value(_ attribute: WireAttributeProto) throws(ONNXDefect) -> Attribute {
    guard attribute.refAttrName.isEmpty else {
      throw defect("refers to attribute '\(attribute.refAttrName)' of a function")
    }
    switch attribute.type {
    case .float where attribute.hasF: return .float(attribute.f)
    case .int where attribute.hasI: return .int(Int(attribute.i))
    case .string where attribute.hasS: return .string(try text(attribute.s, attribute.name))
    case .floats: return .floats(attribute.floats)
    case .ints: return .ints(attribute.ints.map { Int($0) })
    case .tensor where attribute.hasT:
      return .array(
        try TensorReading.array(attribute.t, name: "\(attribute.name)' of node '\(node)"))
    case .strings:
      var texts: [String] = []
      for bytes in attribute.strings { texts.append(try text(bytes, attribute.name)) }
      return .strings(texts)
    case .graph, .graphs:
      throw defect("holds a graph of its own; control flow is not supported")
    case .sparseTensor, .sparseTensors:
      throw defect("holds a sparse tensor, which is not supported")
    default:
      throw defect("has an attribute '\(attribute.name)' without a value of a supported type")
    }
  }

  private func text(_ bytes: Data, _ attribute: String) throws(ONNXDefect) -> String {
    guard let text = String(bytes: bytes, encoding: .utf8) else {
      throw defect("has an attribute '\(attribute)' that is not UTF-8 text")
    }
    return text
  }

  private func defect(_ reason: String) -> ONNXDefect {
    .node(name: node, type: type, reason: reason)
  }
}
