import Tensors

extension NodeReader {
  /// The shape of an input that must be there.
  ///
  /// - Throws: `GraphError.missingInput` when it is not.
  func shape(_ inputs: [Shape?], _ position: Int, named name: String) throws(GraphError) -> Shape {
    guard position < inputs.count, let shape = inputs[position] else {
      throw .missingInput(node: node.name, type: node.operatorType, input: name)
    }
    return shape
  }

  /// Checks that an input is there and can be computed with.
  ///
  /// - Throws: `GraphError.missingInput` when it is left out, `GraphError.shapeMismatch` when it is
  ///   a constant of another type than networks carry.
  func require(_ position: Int, named name: String) throws(GraphError) {
    guard hasInput(position) else {
      throw .missingInput(node: node.name, type: node.operatorType, input: name)
    }
    guard let type = constant(position)?.elementType, type != .float32 else { return }
    throw .shapeMismatch(
      node: node.name, type: node.operatorType,
      expected: "a computed value or a float32 constant as '\(name)'",
      found: "the \(type) constant '\(node.inputs[position])'")
  }

  /// The integers of a constant input that must be there.
  func requiredIntegers(_ position: Int, named name: String) throws(GraphError) -> [Int] {
    guard let integers = try integers(position, named: name) else {
      throw .missingInput(node: node.name, type: node.operatorType, input: name)
    }
    return integers
  }

  /// The axis that an attribute names.
  ///
  /// - Throws: `GraphError.unsupportedAttribute` when the rank has no such axis.
  func axis(_ number: Int, rank: Int, attribute: String = "axis") throws(GraphError) -> Int {
    guard number >= -rank, number < rank else {
      throw unsupported(attribute, "\(number) (the rank is \(rank))")
    }
    return number < 0 ? number + rank : number
  }

  /// Different axes of a rank.
  func axes(_ numbers: [Int], rank: Int) throws(GraphError) -> [Int] {
    var axes: [Int] = []
    for number in numbers {
      let axis = try axis(number, rank: rank, attribute: "axes")
      guard !axes.contains(axis) else { throw unsupported("axes", "\(numbers) (\(axis) twice)") }
      axes.append(axis)
    }
    return axes
  }

  /// The shape with these extents.
  ///
  /// - Throws: `GraphError.shapeMismatch` when one is negative or there are absurdly many elements.
  func shape(of extents: [Int], from inputs: [Shape?]) throws(GraphError) -> Shape {
    guard Shape.isSensible(extents) else {
      throw mismatch(
        expected: "an output of non-negative extents and at most 2^40 elements, not \(extents)",
        found: inputs)
    }
    return Shape(extents)
  }
}

extension Shape {
  /// Whether extents are non-negative and neither their product nor any stride can overflow.
  static func isSensible(_ extents: [Int]) -> Bool {
    var product = 1
    for extent in extents {
      let (next, overflows) = product.multipliedReportingOverflow(by: max(1, extent))
      guard extent >= 0, !overflows, next <= 1 << 40 else { return false }
      product = next
    }
    return true
  }
}
