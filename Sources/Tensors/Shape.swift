/// The extents of a tensor, outermost axis first.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The extent of each axis.
  public let extents: [Int]

  /// A shape with these extents; a scalar has none.
  public init(_ extents: [Int]) {
    self.extents = extents
  }

  /// A shape written as a list of extents.
  public init(arrayLiteral elements: Int...) {
    extents = elements
  }

  /// The number of axes.
  public var rank: Int { extents.count }

  /// The number of elements: the product of the extents, 1 for a scalar.
  public var count: Int { extents.reduce(1, *) }

  /// The distance between neighbours along each axis, in elements, for row-major storage.
  public var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * extents[axis + 1]
    }
    return strides
  }

  /// The extent of one axis.
  public subscript(axis: Int) -> Int { extents[axis] }

  /// The extents with `×` between them, `scalar` where there are none.
  public var description: String {
    extents.isEmpty ? "scalar" : extents.map(String.init).joined(separator: "×")
  }

  /// The axis that a possibly negative axis number means, or nil when there is none.
  public func axis(_ number: Int) -> Int? {
    let axis = number < 0 ? number + rank : number
    return axis >= 0 && axis < rank ? axis : nil
  }

  /// The shape that both broadcast to under NumPy's rules, or nil when they do not fit.
  public func broadcast(with other: Shape) -> Shape? {
    let rank = max(self.rank, other.rank)
    var extents: [Int] = []
    for axis in 0..<rank {
      let mine = axis - (rank - self.rank)
      let its = axis - (rank - other.rank)
      let a = mine >= 0 ? self.extents[mine] : 1
      let b = its >= 0 ? other.extents[its] : 1
      guard a == b || a == 1 || b == 1 else { return nil }
      extents.append(a == 1 ? b : a)
    }
    return Shape(extents)
  }
}
