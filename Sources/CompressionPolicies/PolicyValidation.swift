extension CompressionPolicy {
  /// Checks every rule of `PolicyRule`.
  /// - Throws: the first of `violations()`.
  public func validate() throws(PolicyError) {
    if let first = violations().first { throw first }
  }

  /// Every rule that the policy breaks, in the order of its fields.
  public func violations() -> [PolicyError] {
    var checks = PolicyChecks()
    check(&checks)
    return checks.violations
  }

  private func check(_ checks: inout PolicyChecks) {
    let top = JSONPath()
    checks.baseName(environment, top.appending("environment"))
    checks.baseName(device, top.appending("device"))
    model.check(&checks, top.appending("model"))
    search.check(&checks, top.appending("search"))
    original.check(&checks, top.appending("original"))
    compressed.check(&checks, top.appending("compressed"))
    pruning?.check(&checks, top.appending("pruning"))
    quantization?.check(&checks, top.appending("quantization"))
    var names: Set<String> = []
    for (index, layer) in layers.enumerated() {
      let path = top.appending("layers").appending(index)
      layer.check(&checks, path)
      checks.require(
        names.insert(layer.name).inserted, .layerNamesAreUnique, path.appending("name"),
        found: "\"\(layer.name)\" again")
    }
  }
}

extension CompressionPolicy.Model {
  fileprivate func check(_ checks: inout PolicyChecks, _ path: JSONPath) {
    checks.baseName(file, path.appending("file"))
    checks.hash(sha256, path.appending("sha256"))
  }
}

extension PolicyChecks {
  /// 64 hexadecimal digits.
  fileprivate mutating func hash(_ text: String, _ path: JSONPath) {
    let isHash =
      text.utf8.count == 64
      && text.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
    require(isHash, .hashIsSHA256, path, found: "\"\(text)\"")
  }
}

extension CompressionPolicy.Search {
  fileprivate func check(_ checks: inout PolicyChecks, _ path: JSONPath) {
    checks.name(agent, path.appending("agent"))
    checks.count(seed, path.appending("seed"))
    checks.count(episodes, path.appending("episodes"))
    checks.finite(reward, path.appending("reward"))
  }
}

extension NetworkFigures {
  fileprivate func check(_ checks: inout PolicyChecks, _ path: JSONPath) {
    checks.count(macs.macs, path.appending("macs"))
    checks.count(parameters, path.appending("parameters"))
    checks.count(weightBytes.value, path.appending("weightBytes"))
    checks.count(peakActivationBytes.value, path.appending("peakActivationBytes"))
    if let bitOps { checks.count(bitOps, path.appending("bitOps")) }
    checks.cost(latencySeconds?.value, path.appending("latencySeconds"))
    checks.cost(energyJoules?.value, path.appending("energyJoules"))
    checks.finite(validation, path.appending("validation"))
    checks.percentage(top1, path.appending("top1"))
    checks.percentage(fineTuned?.top1, path.appending("fineTuned").appending("top1"))
  }
}

extension CompressionPolicy.Pruning {
  fileprivate func check(_ checks: inout PolicyChecks, _ path: JSONPath) {
    checks.name(criterion, path.appending("criterion"))
    checks.name(reconstruction, path.appending("reconstruction"))
    checks.cost(ridge, path.appending("ridge"))
    if let normalization { checks.name(normalization, path.appending("normalization")) }
    for (index, density) in (stages ?? []).enumerated() {
      checks.require(
        density > 0 && density <= 1, .densityIsAFraction, path.appending("stages").appending(index),
        found: "\(density)")
    }
    let place = path.appending("calibration")
    checks.require(
      calibration != nil || (reconstruction == "none" && !asksForStatistics),
      .reconstructionNamesItsCalibration, place,
      found: "none for \"\(reconstruction == "none" ? normalization ?? "" : reconstruction)\"")
    calibration?.check(&checks, place)
  }
}

extension CompressionPolicy.Quantization {
  fileprivate func check(_ checks: inout PolicyChecks, _ path: JSONPath) {
    checks.name(granularity, path.appending("granularity"))
    checks.name(weightClip, path.appending("weightClip"))
    checks.name(activationClip, path.appending("activationClip"))
    if let normalization { checks.name(normalization, path.appending("normalization")) }
    calibration.check(&checks, path.appending("calibration"))
    if let episodeTraining {
      let place = path.appending("episodeTraining")
      checks.extent(episodeTraining.steps, place.appending("steps"))
      checks.cost(episodeTraining.learningRate, place.appending("learningRate"))
    }
  }
}

extension CompressionPolicy.Calibration {
  fileprivate func check(_ checks: inout PolicyChecks, _ path: JSONPath) {
    checks.baseName(data, path.appending("data"))
    checks.extent(images, path.appending("images"))
    if let sha256 { checks.hash(sha256, path.appending("sha256")) }
    checks.extent(positions, path.appending("positions"))
    preprocessing?.check(&checks, path.appending("preprocessing"))
    checks.count(seed, path.appending("seed"))
  }
}

extension PreprocessingRecord {
  fileprivate func check(_ checks: inout PolicyChecks, _ path: JSONPath) {
    switch self {
    case .named(let name): checks.name(name, path)
    case .meanAndDeviation(let mean, let std):
      for (index, value) in mean.enumerated() {
        checks.finite(value, path.appending("mean").appending(index))
      }
      for (index, value) in std.enumerated() {
        checks.cost(value, path.appending("std").appending(index))
      }
    }
  }
}
