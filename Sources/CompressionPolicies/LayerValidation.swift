import Units

extension LayerPolicy {
  /// Notes every rule that the layer's fields break.
  func check(_ checks: inout PolicyChecks, _ path: JSONPath) {
    checks.name(name, path.appending("name"))
    checks.name(`operator`, path.appending("operator"))
    ChannelSelection(
      side: "Input", channels: inputChannels, kept: keptInputChannels, indices: keptInputIndices
    ).check(&checks, path)
    checkKeepRatio(&checks, path.appending("keepRatio"))
    ChannelSelection(
      side: "Output", channels: outputChannels, kept: keptOutputChannels,
      indices: keptOutputIndices
    ).check(&checks, path)
    if let density {
      checks.require(
        density > 0 && density <= 1, .densityIsAFraction, path.appending("density"),
        found: "\(density)")
    }
    checkBits(weightBits, &checks, path.appending("weightBits"))
    checkBits(activationBits, &checks, path.appending("activationBits"))
    checks.name(quantizer, path.appending("quantizer"))
    checks.require(
      quantizer == nil || weightBits != nil || activationBits != nil, .quantizerHasBits,
      path.appending("quantizer"), found: "no bits")
  }

  private func checkKeepRatio(_ checks: inout PolicyChecks, _ path: JSONPath) {
    guard let keepRatio else { return }
    guard let keptInputChannels, let inputChannels else {
      checks.require(false, .keptChannelsNameTheirExtent, path, found: "only one of them")
      return
    }
    let executed = Double(keptInputChannels) / Double(inputChannels)
    checks.require(
      abs(keepRatio - executed) <= 1e-6, .keepRatioMatchesItsCounts, path,
      found: "\(keepRatio) for \(keptInputChannels) of \(inputChannels)")
  }

  private func checkBits(_ bits: BitWidth?, _ checks: inout PolicyChecks, _ path: JSONPath) {
    guard let bits else { return }
    checks.require(
      BitWidth.quantizable.contains(bits.value), .bitsAreInRange, path, found: "\(bits.value)")
  }
}

/// What is kept of a layer's channels on one side.
private struct ChannelSelection {
  let side: String
  let channels: Int?
  let kept: Int?
  let indices: [Int]?

  func check(_ checks: inout PolicyChecks, _ path: JSONPath) {
    let channelsPath = path.appending(side.lowercased() + "Channels")
    let keptPath = path.appending("kept\(side)Channels")
    let indicesPath = path.appending("kept\(side)Indices")
    checks.extent(channels, channelsPath)
    if let kept {
      checks.require(
        channels != nil, .keptChannelsNameTheirExtent, keptPath, found: "no \(channelsPath)")
      checks.require(kept >= 1, .somethingIsKept, keptPath, found: "\(kept)")
      checks.require(
        kept <= channels ?? kept, .keptDoesNotExceedChannels, keptPath,
        found: "\(kept) of \(channels ?? kept)")
    }
    guard let indices else { return }
    checks.require(
      channels != nil && kept != nil, .keptChannelsNameTheirExtent, indicesPath,
      found: "no \(channels == nil ? channelsPath : keptPath)")
    checks.require(!indices.isEmpty, .somethingIsKept, indicesPath, found: "none")
    checks.require(
      indices.count == kept ?? indices.count, .keptIndicesMatchTheirCount, indicesPath,
      found: "\(indices.count) for \(kept ?? 0)")
    check(indices, &checks, indicesPath)
  }

  /// The order and range of indices; each rule is noted once, at the first index that breaks it.
  private func check(_ indices: [Int], _ checks: inout PolicyChecks, _ path: JSONPath) {
    let pairs = zip(indices, indices.dropFirst())
    if let pair = pairs.first(where: { $0 > $1 }) {
      checks.require(
        false, .keptIndicesAreSorted, path, found: "\(pair.1) after \(pair.0)")
    }
    if let pair = pairs.first(where: { $0 == $1 }) {
      checks.require(false, .keptIndicesAreUnique, path, found: "\(pair.0) twice")
    }
    if let index = indices.first(where: { $0 < 0 || $0 >= channels ?? .max }) {
      checks.require(
        false, .keptIndicesAreInRange, path,
        found: "\(index)" + (channels.map { " of \($0) channels" } ?? ""))
    }
  }
}
