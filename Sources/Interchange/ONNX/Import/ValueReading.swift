import Networks
import Tensors

/// The graph's inputs and outputs: which extents are numbers and which are the batch.
struct ValueReading {
  /// An extent as the file declares it.
  fileprivate enum Declared: Equatable {
    case number(Int)
    case symbol(String)
  }

  private let options: ONNXReadOptions
  /// What the batch is called in the file, from the first input that leaves its first extent open.
  private var batchSymbol: String?
  /// The batch that the given shapes speak of.
  private var givenBatch: Int?
  /// Symbols whose numbers follow from given shapes.
  private var numbers: [String: Int] = [:]

  /// A reading with what the caller knows.
  init(options: ONNXReadOptions) {
    self.options = options
  }

  /// The inputs, those left out that are constants.
  mutating func inputs(_ wires: [WireValueInfoProto]) throws(ONNXDefect) -> [Graph.Value] {
    var declared: [(name: String, type: ElementType, extents: [Declared])] = []
    for wire in wires {
      let type = try elementType(wire)
      guard let extents = try extents(wire) ?? options.extents[wire.name]?.map({ _ in .symbol("") })
      else {
        throw .value(name: wire.name, reason: "is an input without a shape; it must be given")
      }
      try match(extents, given: options.extents[wire.name], input: wire.name)
      declared.append((wire.name, type, extents))
    }
    var values: [Graph.Value] = []
    for (name, type, extents) in declared {
      let resolved = try resolve(extents, input: name)
      values.append(Graph.Value(name: name, extents: resolved, elementType: type))
    }
    return values
  }

  /// Checks that an input which the caller made a constant is what the file declares.
  ///
  /// - Throws: `ONNXDefect.value` for another element type, `.extentMismatch` for another shape.
  func check(_ wire: WireValueInfoProto, constant: TypedArray) throws(ONNXDefect) {
    let type = try elementType(wire)
    guard type == constant.elementType else {
      throw .value(
        name: wire.name,
        reason: "has elements of type \(type), elements of type \(constant.elementType) were given")
    }
    guard let declared = try extents(wire) else { return }
    let given = constant.shape.extents
    guard given.count == declared.count, zip(declared, given).allSatisfy(Self.fits) else {
      throw Self.mismatch(wire.name, declared, given)
    }
  }

  /// The outputs; where more is open than the batch the extents are left to the nodes.
  func outputs(_ wires: [WireValueInfoProto]) throws(ONNXDefect) -> [Graph.Value] {
    var values: [Graph.Value] = []
    for wire in wires {
      let type = wire.hasType ? try elementType(wire) : .float32
      values.append(
        Graph.Value(name: wire.name, extents: try knownExtents(wire), elementType: type))
    }
    return values
  }

  /// The extents of any declared value, nil where one of them is open and not the batch.
  func knownExtents(_ wire: WireValueInfoProto) throws(ONNXDefect) -> [Graph.Extent]? {
    guard let declared = try extents(wire) else { return nil }
    var result: [Graph.Extent] = []
    for extent in declared {
      switch extent {
      case .number(let number):
        result.append(.fixed(number))
      case .symbol(let symbol) where !symbol.isEmpty && symbol == batchSymbol:
        result.append(.batch)
      case .symbol(let symbol):
        guard let number = numbers[symbol] else { return nil }
        result.append(.fixed(number))
      }
    }
    return result
  }

  /// Learns symbols from a given shape, which must agree with what the file says.
  private mutating func match(
    _ declared: [Declared], given: [Int]?, input: String
  ) throws(ONNXDefect) {
    if case .symbol(let symbol)? = declared.first, batchSymbol == nil {
      batchSymbol = symbol
      givenBatch = given?.first
    }
    guard let given else { return }
    let fits =
      given.count == declared.count && given.allSatisfy { $0 >= 0 }
      && given.elementCountIsSensible
      && zip(declared, given).allSatisfy(Self.fits)
    guard fits else { throw Self.mismatch(input, declared, given) }
    for case (.symbol(let symbol), let number) in zip(declared, given)
    where !symbol.isEmpty && symbol != batchSymbol {
      numbers[symbol] = numbers[symbol] ?? number
    }
  }

  private static func fits(_ declared: Declared, _ given: Int) -> Bool {
    declared == .number(given) || declared.isSymbol
  }

  private static func mismatch(
    _ input: String, _ declared: [Declared], _ given: [Int]
  ) -> ONNXDefect {
    .extentMismatch(
      input: input, expected: declared.map(\.text).joined(separator: "×"),
      found: given.map(String.init).joined(separator: "×"))
  }

  private func resolve(_ declared: [Declared], input: String) throws(ONNXDefect) -> [Graph.Extent] {
    let given = options.extents[input]
    var result: [Graph.Extent] = []
    for (axis, extent) in declared.enumerated() {
      switch extent {
      case .number(let number):
        result.append(.fixed(number))
      case .symbol(let symbol) where !symbol.isEmpty && symbol == batchSymbol:
        result.append(.batch)
      case .symbol where axis == 0 && (given?.first == givenBatch || given == nil):
        result.append(.batch)
      case .symbol(let symbol):
        guard let number = given?[axis] ?? numbers[symbol] else {
          throw .dynamicExtent(input: input, axis: axis, symbol: symbol)
        }
        result.append(.fixed(number))
      }
    }
    return result
  }

  /// The declared extents, nil where there is no shape.
  ///
  /// Numbers that are no extents stand for an open one: 0 and -1 are what some exporters write.
  private func extents(_ wire: WireValueInfoProto) throws(ONNXDefect) -> [Declared]? {
    guard wire.type.tensorType.hasShape else { return nil }
    var result: [Declared] = []
    for dimension in wire.type.tensorType.shape.dim {
      switch dimension.value {
      case .dimValue(let number) where number < -1:
        throw .value(name: wire.name, reason: "has a negative extent, \(number)")
      case .dimValue(let number) where number > 0: result.append(.number(Int(number)))
      case .dimParam(let symbol): result.append(.symbol(symbol))
      default: result.append(.symbol(""))
      }
    }
    guard result.map(\.number).elementCountIsSensible else {
      throw .value(name: wire.name, reason: "claims a shape which no memory can hold")
    }
    return result
  }

  private func elementType(_ wire: WireValueInfoProto) throws(ONNXDefect) -> ElementType {
    guard case .tensorType(let tensor)? = wire.type.value else {
      throw .value(name: wire.name, reason: "is not declared as a tensor")
    }
    guard let type = ElementTypes.element(number: tensor.elemType) else {
      throw .value(
        name: wire.name,
        reason: "has elements of type \(ElementTypes.name(tensor.elemType)), which is not supported"
      )
    }
    return type
  }
}

extension ValueReading.Declared {
  fileprivate var isSymbol: Bool { self != .number(number) }

  /// The number, 1 where it is open.
  fileprivate var number: Int {
    guard case .number(let number) = self else { return 1 }
    return number
  }

  fileprivate var text: String {
    switch self {
    case .number(let number): "\(number)"
    case .symbol(let symbol): symbol.isEmpty ? "?" : symbol
    }
  }
}
