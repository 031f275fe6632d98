public import Networks
import Tensors

/// What a network costs, counted from its graph.
public struct NetworkCost: Hashable, Sendable {
  /// Multiply-accumulates of one forward pass of one example.
  public var macs: Int
  /// Weights, biases and the scale and shift of normalisations.
  public var parameters: Int
  /// Bytes of the parameters, at four bytes each.
  public var weightBytes: Int
  /// The most bytes that computed values take at once, for one example, at four bytes an element.
  public var peakActivationBytes: Int
  /// MACs · bits of the weight · bits of the activation, for one example; nil where bits are no matter.
  public var bitOps: Int?
  /// The picoseconds of a batch on a device; nil without one.
  public var latency: Int?
  /// The femtojoules of a batch on a device; nil without one.
  public var energy: Int?

  /// A cost of one function for each quantity; those that do not follow from a graph alone may be nil.
  public init(_ cost: (CostQuantity) -> Int?) {
    macs = cost(.macs) ?? 0
    parameters = cost(.parameters) ?? 0
    weightBytes = cost(.weightBytes) ?? 0
    peakActivationBytes = cost(.peakActivationBytes) ?? 0
    bitOps = cost(.bitOps)
    latency = cost(.latency)
    energy = cost(.energy)
  }

  /// One of the quantities; 0 where it is not counted.
  public subscript(quantity: CostQuantity) -> Int {
    switch quantity {
    case .macs: macs
    case .parameters: parameters
    case .weightBytes: weightBytes
    case .peakActivationBytes: peakActivationBytes
    case .bitOps: bitOps ?? 0
    case .latency: latency ?? 0
    case .energy: energy ?? 0
    }
  }

  /// One of the quantities in the unit of the policy's field: seconds, joules, bytes.
  public func amount(of quantity: CostQuantity) -> Double {
    Double(self[quantity]) / quantity.countsPerUnit
  }

  /// The cost of a graph.
  ///
  /// - Throws: `GraphError` when its shapes cannot be inferred.
  public init(_ graph: Graph) throws {
    macs = try graph.multiplyAccumulates().reduce(0) { $0 + $1.macs }
    var names: Set<String> = []
    parameters = 0
    for node in graph.nodes {
      for (position, name) in node.inputs.enumerated() {
        guard let constant = graph.initializers[name], case .float32 = constant.storage,
          node.isParameter(position, constant: constant), names.insert(name).inserted
        else { continue }
        parameters += constant.shape.count
      }
    }
    weightBytes = 4 * parameters
    peakActivationBytes = try 4 * graph.peakActivationCount()
  }
}

extension Graph {
  /// The largest number of elements alive while a node runs: its inputs, its outputs, and whatever a
  /// later node still needs.
  func peakActivationCount() throws -> Int {
    let shapes = try shapes(batch: 1)
    return aliveValues().map { values in
      values.reduce(0) { $0 + (shapes[$1]?.count ?? 0) }
    }.max() ?? 0
  }

  /// The computed values alive before the first node, and while each node runs.
  func aliveValues() -> [[String]] {
    var lastUse: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for value in node.inputs where initializers[value] == nil { lastUse[value] = index }
    }
    for output in outputs { lastUse[output.name] = nodes.count }
    var alive = inputs.map(\.name).filter { initializers[$0] == nil }
    var moments = [alive]
    for (index, node) in nodes.enumerated() {
      alive += node.outputs.filter { !$0.isEmpty }
      moments.append(alive)
      alive.removeAll { (lastUse[$0] ?? -1) <= index }
    }
    return moments
  }
}
