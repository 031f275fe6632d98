import Networks
import Tensors

/// Networks compute in 32-bit floats: parameters that a file keeps in 64 bits are rounded.
enum FloatWidths {
  /// Rounds the 64-bit parameters that nodes read, and casts that would leave 32 bits for 16.
  ///
  /// What only Cast reads keeps its bits, since a whole number may be meant.
  static func narrow(_ graph: inout Graph) {
    var isParameter: Set<String> = []
    for position in graph.nodes.indices {
      let node = graph.nodes[position]
      if node.operatorType != "Cast" { isParameter.formUnion(node.inputs) }
      for (name, attribute) in node.attributes {
        switch attribute {
        case .array(let array):
          graph.nodes[position].attributes[name] = .array(rounded(array))
        case .int(let number) where node.operatorType == "Cast" && name == "to":
          let type = Int32(exactly: number).flatMap(ElementTypes.element(number:))
          guard type == .float32 else { continue }
          graph.nodes[position].attributes[name] = .int(Int(ElementTypes.number(.float32)))
        default: break
        }
      }
    }
    for (name, array) in graph.initializers where isParameter.contains(name) {
      graph.initializers[name] = rounded(array)
    }
  }

  private static func rounded(_ array: TypedArray) -> TypedArray {
    guard case .float64(let doubles) = array.storage,
      let tensor = try? Tensor(shape: array.shape, scalars: doubles.map { Float($0) })
    else { return array }
    return TypedArray(tensor)
  }
}
