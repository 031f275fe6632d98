import Foundation

/// A protocol-buffer writer of its own, so that field numbers are checked against a second source.
struct ProtoEncoder {
  var bytes: [UInt8] = []

  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func integer(_ field: Int, _ value: Int) {
    varint(UInt64(field) << 3)
    varint(UInt64(bitPattern: Int64(value)))
  }

  mutating func float(_ field: Int, _ value: Float) {
    varint(UInt64(field) << 3 | 5)
    append(value.bitPattern)
  }

  mutating func block(_ field: Int, _ content: [UInt8]) {
    varint(UInt64(field) << 3 | 2)
    varint(UInt64(content.count))
    bytes += content
  }

  mutating func text(_ field: Int, _ text: String) { block(field, Array(text.utf8)) }

  mutating func message(_ field: Int, _ build: (inout ProtoEncoder) -> Void) {
    var inner = ProtoEncoder()
    build(&inner)
    block(field, inner.bytes)
  }

  mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes += Array($0) }
  }

  /// Packed integers.
  static func packed(_ values: [Int]) -> [UInt8] {
    var encoder = ProtoEncoder()
    for value in values { encoder.varint(UInt64(bitPattern: Int64(value))) }
    return encoder.bytes
  }
}

/// ONNX files written by hand, with whatever a test wants to be wrong in them.
struct FileBuilder {
  enum Value {
    case int(Int)
    case float(Float)
    case string(String)
    case ints([Int])
    case floats([Float])
    case tensor([UInt8])
    case graph
    case typed(Int)
  }

  struct NodeSketch {
    var type: String
    var inputs: [String]
    var outputs: [String]
    var name = ""
    var domain = ""
    var attributes: [(String, Value)] = []
  }

  var opset = 9
  var irVersion = 7
  var domain = ""
  var nodes: [NodeSketch] = []
  var tensors: [[UInt8]] = []
  var inputs: [[UInt8]] = []
  var outputs: [[UInt8]] = []
  var valueInfo: [[UInt8]] = []
  var functions: [(domain: String, name: String)] = []
  var hasSparse = false

  static let float = 1
  static let int64 = 7

  mutating func node(
    _ type: String, _ inputs: [String], _ outputs: [String], name: String = "",
    domain: String = "", _ attributes: [(String, Value)] = []
  ) {
    nodes.append(
      NodeSketch(
        type: type, inputs: inputs, outputs: outputs, name: name, domain: domain,
        attributes: attributes))
  }

  /// A value with extents: numbers as they are, anything else as a symbol, nil as an empty extent.
  static func value(_ name: String, _ extents: [String?]?, type: Int = float) -> [UInt8] {
    var encoder = ProtoEncoder()
    encoder.text(1, name)
    encoder.message(2) { typeProto in
      typeProto.message(1) { tensor in
        tensor.integer(1, type)
        guard let extents else { return }
        tensor.message(2) { shape in
          for extent in extents {
            shape.message(1) { dimension in
              guard let extent else { return }
              if let number = Int(extent) {
                dimension.integer(1, number)
              } else {
                dimension.text(2, extent)
              }
            }
          }
        }
      }
    }
    return encoder.bytes
  }

  static func raw(_ name: String, _ dims: [Int], type: Int, _ raw: [UInt8]) -> [UInt8] {
    tensor(name, dims, type: type) { $0.block(9, raw) }
  }

  static func tensor(
    _ name: String, _ dims: [Int], type: Int, _ fill: (inout ProtoEncoder) -> Void
  ) -> [UInt8] {
    var encoder = ProtoEncoder()
    for dim in dims { encoder.integer(1, dim) }
    encoder.integer(2, type)
    fill(&encoder)
    encoder.text(8, name)
    return encoder.bytes
  }

  /// A float tensor with typed data.
  static func floats(_ name: String, _ dims: [Int], _ values: [Float]) -> [UInt8] {
    tensor(name, dims, type: float) { encoder in
      var packed = ProtoEncoder()
      for value in values { packed.append(value.bitPattern) }
      encoder.block(4, packed.bytes)
    }
  }

  /// An int64 tensor with typed data.
  static func integers(_ name: String, _ dims: [Int], _ values: [Int]) -> [UInt8] {
    tensor(name, dims, type: int64) { $0.block(7, ProtoEncoder.packed(values)) }
  }

  func data() -> Data {
    var model = ProtoEncoder()
    model.integer(1, irVersion)
    model.text(2, "hand")
    model.message(7) { graph in
      for node in nodes { graph.message(1) { encode(node, &$0) } }
      graph.text(2, "sketch")
      for tensor in tensors { graph.block(5, tensor) }
      for value in inputs { graph.block(11, value) }
      for value in outputs { graph.block(12, value) }
      for value in valueInfo { graph.block(13, value) }
      if hasSparse { graph.message(15) { $0.integer(3, 4) } }
    }
    model.message(8) { opsetImport in
      opsetImport.text(1, domain)
      opsetImport.integer(2, opset)
    }
    for function in functions {
      model.message(25) { encoder in
        encoder.text(1, function.name)
        encoder.text(10, function.domain)
      }
    }
    return Data(model.bytes)
  }

  private func encode(_ node: NodeSketch, _ encoder: inout ProtoEncoder) {
    for input in node.inputs { encoder.text(1, input) }
    for output in node.outputs { encoder.text(2, output) }
    if !node.name.isEmpty { encoder.text(3, node.name) }
    encoder.text(4, node.type)
    for (name, value) in node.attributes {
      encoder.message(5) { attribute in
        attribute.text(1, name)
        encode(value, &attribute)
      }
    }
    if !node.domain.isEmpty { encoder.text(7, node.domain) }
  }

  private func encode(_ value: Value, _ attribute: inout ProtoEncoder) {
    switch value {
    case .float(let number):
      attribute.float(2, number)
      attribute.integer(20, 1)
    case .int(let number):
      attribute.integer(3, number)
      attribute.integer(20, 2)
    case .string(let text):
      attribute.text(4, text)
      attribute.integer(20, 3)
    case .tensor(let bytes):
      attribute.block(5, bytes)
      attribute.integer(20, 4)
    case .graph:
      attribute.message(6) { $0.text(2, "inner") }
      attribute.integer(20, 5)
    case .floats(let numbers):
      for number in numbers { attribute.float(7, number) }
      attribute.integer(20, 6)
    case .ints(let numbers):
      for number in numbers { attribute.integer(8, number) }
      attribute.integer(20, 7)
    case .typed(let type):
      attribute.integer(20, type)
    }
  }
}
