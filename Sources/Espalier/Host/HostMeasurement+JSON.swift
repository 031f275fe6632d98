public import CompressionPolicies

extension HostMeasurement {
  /// What the layers' times add up to, what passes take, and how far apart they are.
  public var json: JSONValue {
    .object([
      "batch": batch.json, "threads": threads.json, "predictedSeconds": predicted.json,
      "measuredSeconds": pass.median.json, "error": error.json, "passes": pass.count.json,
      "pass": pass.json,
      "layers": .array(
        layers.map { layer in
          [
            "name": layer.layer.name.json, "latencySeconds": layer.latency.json,
            "seconds": layer.seconds.json,
          ]
        }),
    ])
  }
}

extension TimeSpread {
  /// The fields.
  public var json: JSONValue {
    [
      "median": median.json, "mean": mean.json, "deviation": deviation.json, "count": count.json,
    ]
  }
}
