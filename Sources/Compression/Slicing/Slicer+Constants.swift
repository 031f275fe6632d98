import Networks
import Tensors

extension Slicer {
  /// Keeps some positions of one axis of a node's constant.
  mutating func cut(
    _ index: Int, _ position: Int, axis: Int, _ kept: [Int]
  ) throws(CompressionError) {
    let node = graph.nodes[index]
    guard position < node.inputs.count, !node.inputs[position].isEmpty else { return }
    guard let array = graph.initializers[node.inputs[position]]?.tensor else {
      throw .cannotSlice(
        node: node.name, type: node.operatorType,
        reason: "input '\(node.inputs[position])' is not a constant of floats")
    }
    guard axis < array.shape.rank, (kept.last ?? -1) < array.shape[axis] else {
      throw .cannotSlice(
        node: node.name, type: node.operatorType,
        reason: "'\(node.inputs[position])' has shape \(array.shape)")
    }
    replace(index, position, with: TypedArray(array.keeping(kept, axis: axis)))
  }

  /// Gives a node a constant of its own, so that others who share the old one keep it.
  mutating func replace(_ index: Int, _ position: Int, with array: TypedArray) {
    let name = graph.nodes[index].inputs[position]
    let isShared = graph.nodes.indices.contains { other in
      graph.nodes[other].inputs.indices.contains { place in
        graph.nodes[other].inputs[place] == name && (other, place) != (index, position)
      }
    }
    let target = isShared ? "\(name)#\(graph.nodes[index].name)#\(position)" : name
    graph.nodes[index].inputs[position] = target
    graph.initializers[target] = array
  }

  /// A name that no value has, like a wanted one.
  func unusedName(_ wanted: String) -> String {
    var name = wanted
    while graph.initializers[name] != nil
      || graph.nodes.contains(where: { $0.outputs.contains(name) })
    {
      name += "#"
    }
    return name
  }
}

extension Tensor {
  /// Some positions of one axis, in the order given.
  func keeping(_ kept: [Int], axis: Int) -> Tensor {
    let inner = shape.extents[(axis + 1)...].reduce(1, *)
    let outer = shape.extents[..<axis].reduce(1, *)
    let extent = shape[axis]
    var result: [Float] = []
    result.reserveCapacity(outer * kept.count * inner)
    for block in 0..<outer {
      for position in kept {
        let start = (block * extent + position) * inner
        result.append(contentsOf: scalars[start..<(start + inner)])
      }
    }
    var extents = shape.extents
    extents[axis] = kept.count
    return Tensor(shape: Shape(extents)) { result[$0] }
  }
}
