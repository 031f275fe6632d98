public import CompressionPolicies
public import Hardware

extension PricedNetwork {
  /// The fields `device`, `batch`, `total` and `layers`.
  public var json: JSONValue {
    var total = cost?.fields ?? [:]
    total["macs"] = macs.json
    total["bitOps"] = bitOperations.json
    total["weightBytes"] = weightBytes.json
    // What several layers are bound by says nothing.
    total["bound"] = nil
    return .object(omittingNil: [
      "device": device?.json, "batch": batch.json, "total": .object(total),
      "layers": .array(layers.map(\.json)),
    ])
  }
}

extension PricedNetwork.Layer {
  var json: JSONValue {
    var fields = cost?.fields ?? [:]
    fields["name"] = layer.name.json
    fields["operator"] = layer.operatorType.json
    fields["macs"] = macs.json
    fields["bitOps"] = bitOperations.json
    fields["weightBytes"] = weightBytes.json
    fields["bits"] = bits.description.json
    fields["weightBits"] = bits.weights.json
    fields["activationBits"] = bits.activations.json
    return .object(fields)
  }
}

extension Cost {
  /// The cost's fields: times in seconds, energies in joules, traffic in bits of each memory under
  /// `accesses`, as `dram_rd_bits` and `dram_wr_bits`.
  public var fields: [String: JSONValue] {
    var traffic: [String: JSONValue] = [:]
    for access in accesses {
      traffic["\(access.memory)_rd_bits"] = access.readBits.json
      traffic["\(access.memory)_wr_bits"] = access.writtenBits.json
    }
    return [
      "latencySeconds": latency.json, "energyJoules": energy.json, "cycles": cycles.json,
      "computeCycles": computeCycles.json, "stallCycles": stallCycles.json,
      "bound": bound.rawValue.json, "accesses": .object(traffic),
    ]
  }
}
