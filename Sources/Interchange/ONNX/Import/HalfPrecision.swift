import Networks

/// 16-bit floats as 32-bit floats, which hold them exactly.
///
/// In integer arithmetic, since `Float16` is not there on every machine.
enum HalfPrecision {
  /// IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits.
  static func float16(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case 31:
      return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default:
      return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }

  /// bfloat16: the upper half of a 32-bit float.
  static func bfloat16(_ bits: UInt16) -> Float {
    Float(bitPattern: UInt32(bits) << 16)
  }

  /// Makes casts to 16-bit floats casts to 32 bits, as their constants are.
  ///
  /// Those that write an output of the graph stay where `keepsOutputs` says so.
  static func widenCasts(_ graph: inout Graph, keepsOutputs: Bool) {
    let outputs = Set(keepsOutputs ? graph.outputs.map(\.name) : [])
    for position in graph.nodes.indices where graph.nodes[position].operatorType == "Cast" {
      guard outputs.isDisjoint(with: graph.nodes[position].outputs),
        case .int(let number)? = graph.nodes[position].attributes["to"],
        Int32(exactly: number).flatMap(ElementTypes.element(number:)) == .float32
      else { continue }
      graph.nodes[position].attributes["to"] = .int(Int(ElementTypes.number(.float32)))
    }
  }
}
