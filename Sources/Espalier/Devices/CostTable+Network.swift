import Compression
public import Hardware
public import Networks
public import Tensors
import Units

extension CostTable {
  /// What every layer of a network costs on a device at all bits that the device supports.
  ///
  /// Cycles where the device has a clock that its latencies follow, else seconds.
  ///
  /// - Parameters:
  ///   - name: the table's name.
  ///   - graph: the network, whose layers the rows are named for.
  ///   - device: what prices them.
  ///   - batch: examples in a pass; the device's by default.
  ///   - pool: threads that price at once; the table is the same at any number.
  /// - Throws: `GraphError`, `CompressionError`, `EspalierError.unpriced` with the layer that the device
  ///   cannot run.
  public init(
    name: String, of graph: Graph, on device: PricingDevice, batch: Int? = nil,
    pool: WorkerPool = WorkerPool()
  ) throws {
    let layers = try graph.layers(batch: batch ?? device.batch)
    let supported = device.model.supportedBits
    let bits = supported.weights.flatMap { weights in
      supported.activations.map {
        LayerBits(weights: BitWidth(weights), activations: BitWidth($0))
      }
    }
    let places = bits.indices.flatMap { bits in layers.indices.map { (bits: bits, layer: $0) } }
    // Priced once on all threads, so that below every pair is remembered; what fails here fails again there.
    pool.run(shards: places.count) { shard in
      let (index, layer) = places[shard]
      _ = try? device.model.cost(of: layers[layer].work, bits: bits[index])
    }
    let priced = try device.price(
      places.map { layers[$0.layer].work }, bits: places.map { bits[$0.bits] })
    let clock = device.clock.flatMap { clock in
      priced.allSatisfy { $0.latency.value == Double($0.cycles) / clock } ? clock : nil
    }
    let rows = layers.enumerated().map { position, layer in
      var entries: [LayerBits: Entry] = [:]
      for (index, bits) in bits.enumerated() {
        let cost = priced[index * layers.count + position]
        entries[bits] = Entry(
          mean: clock == nil ? cost.latency.value : Double(cost.cycles), energy: cost.energy)
      }
      return Row(layer: layer.name, workload: layer.workload, entries: entries)
    }
    try self.init(
      name: name, device: device.name, unit: clock.map { .cycles(clock: $0) } ?? .seconds,
      batch: batch ?? device.batch, rows: rows)
  }
}
