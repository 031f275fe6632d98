/// What the array does with one tile: cycles, footprints and moves between the buffers and the array.
///
/// The equations are those of the published simulator (github.com/hsharma35/bitfusion); K² is the kernel's
/// area, N and M the array's rows and columns, F the products of a fusion unit.
struct BitFusionTileCounts {
  let array: BitFusionArray
  let layer: BitFusionLayer
  /// N · F: input channels that the rows take at a time.
  private let rowProducts: Int
  private let area: Int

  init(array: BitFusionArray, layer: BitFusionLayer) {
    self.array = array
    self.layer = layer
    area = layer.kernel.area
    rowProducts =
      array.rows
      * array.productsPerUnit(activationBits: layer.activationBits, weightBits: layer.weightBits)
  }

  /// The cycles of all tiles: tiles · b · oh · ow · ⌈oc / M⌉ · K² · ⌈ic / (N F)⌉, or with windows laid out
  /// · ⌈K² ic / (N F)⌉.
  func computeCycles(_ tile: BitFusionTile) -> Int {
    let channels = tile.inputChannels.size
    let sums =
      layer.laysOutWindows
      ? SaturatingCount.ceiling(area * channels, by: rowProducts)
      : area * SaturatingCount.ceiling(channels, by: rowProducts)
    return SaturatingCount.product(
      tile.count, tile.positions, sums,
      SaturatingCount.ceiling(tile.outputChannels.size, by: array.columns))
  }

  /// ⌈K² ic / (N F)⌉ · N F · oc · w: weights are padded to whole rows.
  func weightBits(inputChannels: Int, outputChannels: Int) -> Int {
    SaturatingCount.product(
      padded(area * inputChannels, to: rowProducts), outputChannels, layer.weightBits)
  }

  /// (K + (ow − 1) S) · (K + (oh − 1) S) · ic · b · a, or the laid-out windows oh · ow · K² · ic · b · a.
  func inputBits(_ tile: BitFusionTile) -> Int {
    let window =
      layer.laysOutWindows
      ? SaturatingCount.product(tile.height.size, tile.width.size, area)
      : SaturatingCount.product(
        side(tile.height.size, layer.kernel.height, layer.stride.height),
        side(tile.width.size, layer.kernel.width, layer.stride.width))
    return SaturatingCount.product(
      window, layer.channelsIn(tile), tile.batch.size, layer.activationBits)
  }

  /// oh · ow · b · ⌈oc / M⌉ M · output bits: sums are padded to whole columns.
  func outputBits(positions: Int, outputChannels: Int) -> Int {
    SaturatingCount.product(
      positions, padded(outputChannels, to: array.columns), array.outputBits)
  }

  /// The bits that all tiles move between the buffers and the array: weights and inputs read, outputs read
  /// and as many written.
  ///
  /// Inputs, outputs or weights stay in the array, whichever moves the fewest bits over padded loops; of
  /// equal ones the first of that order.
  func moves(_ tile: BitFusionTile) -> BitFusionTensors {
    let (a, w, o) = (layer.activationBits, layer.weightBits, array.outputBits)
    let products = SaturatingCount.product(
      tile.count, tile.positions, area * tile.inputChannels.size, tile.outputChannels.size)
    let everyOutput = SaturatingCount.product(products, o)
    let (everyInput, everyWeight) = (
      SaturatingCount.product(products, a), SaturatingCount.product(products, w)
    )
    switch stationary(tile) {
    case .inputs:
      let inputs = SaturatingCount.product(
        tile.count, tile.positions, area * layer.channelsIn(tile), a)
      return BitFusionTensors(weights: everyWeight, inputs: inputs, outputs: everyOutput)
    case .outputs:
      let outputs = SaturatingCount.product(
        tile.count, tile.positions, tile.outputChannels.size, o)
      return BitFusionTensors(weights: everyWeight, inputs: everyInput, outputs: outputs)
    case .weights:
      let weights = SaturatingCount.product(
        tile.count, area * tile.inputChannels.size, tile.outputChannels.size, w)
      return BitFusionTensors(weights: weights, inputs: everyInput, outputs: everyOutput)
    }
  }

  private enum Stationary { case inputs, outputs, weights }

  /// With i = ⌈oc / M⌉ M, o = ⌈ic / (N F)⌉ N F K² (laid out: ⌈K² ic / (N F)⌉ N F) and p = b oh ow:
  /// inputs o p (a + i (w + 32)), outputs i p (32 + o (a + w)), weights o i (w + p (a + 32)).
  private func stationary(_ tile: BitFusionTile) -> Stationary {
    let (a, w, sum) = (layer.activationBits, layer.weightBits, array.outputBits)
    let columns = padded(tile.outputChannels.size, to: array.columns)
    let rows =
      layer.laysOutWindows
      ? padded(area * tile.inputChannels.size, to: rowProducts)
      : SaturatingCount.product(padded(tile.inputChannels.size, to: rowProducts), area)
    let positions = tile.positions
    func moved(_ first: Int, _ second: Int, own: Int, times: Int, others: Int) -> Int {
      SaturatingCount.product(
        first, second, SaturatingCount.sum(own, SaturatingCount.product(times, others)))
    }
    let inputs = moved(rows, positions, own: a, times: columns, others: w + sum)
    let outputs = moved(columns, positions, own: sum, times: rows, others: a + w)
    let weights = moved(rows, columns, own: w, times: positions, others: a + sum)
    let least = min(inputs, outputs, weights)
    return inputs == least ? .inputs : outputs == least ? .outputs : .weights
  }

  private func padded(_ count: Int, to multiple: Int) -> Int {
    SaturatingCount.product(SaturatingCount.ceiling(count, by: multiple), multiple)
  }

  /// The input's side that a side of outputs reads: both are at most 2^24, and so is the stride.
  private func side(_ outputs: Int, _ kernel: Int, _ stride: Int) -> Int {
    kernel + (outputs - 1) * stride
  }
}
