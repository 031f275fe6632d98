import Synchronization

/// A cost model that works out every pair of workload and bits once.
///
/// Safe to share between threads; two that ask for the same new pair at once may both work it out, to the
/// same answer. A remembered layer costs a hash and a lookup.
public final class RememberedCosts: CostModel {
  /// The model that works out what is not known yet.
  public let model: any CostModel
  private let known = Mutex<[Key: Cost]>([:])

  private struct Key: Hashable {
    let workload: Workload
    let bits: LayerBits
  }

  /// Remembers what a model says.
  public init(_ model: any CostModel) { self.model = model }

  /// The device's name.
  public var device: String { model.device }
  /// The model's.
  public var supportedBits: SupportedBits { model.supportedBits }

  /// The model's.
  public var knowsLayersByName: Bool { model.knowsLayersByName }

  /// What a layer of a network costs; a model that knows layers by name is asked every time.
  ///
  /// - Throws: what the model throws.
  public func cost(of layer: LayerWorkload, bits: LayerBits) throws(HardwareError) -> Cost {
    model.knowsLayersByName
      ? try model.cost(of: layer, bits: bits) : try cost(of: layer.workload, bits: bits)
  }

  /// What one layer costs.
  ///
  /// - Throws: what the model throws; a failure is not remembered.
  public func cost(of workload: Workload, bits: LayerBits) throws(HardwareError) -> Cost {
    let key = Key(workload: workload, bits: bits)
    if let cost = known.withLock({ $0[key] }) { return cost }
    let cost = try model.cost(of: workload, bits: bits)
    known.withLock { $0[key] = cost }
    return cost
  }
}
