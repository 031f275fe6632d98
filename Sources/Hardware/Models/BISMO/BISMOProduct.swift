/// What one product of bit-serial matrices costs an overlay: cycles of its three stages and its traffic.
///
/// The left matrix (rows × depth) holds activations, the right one (depth × columns) weights. The overlay
/// works off tiles of D_m × D_n results; a stripe of the right matrix stays while the left one passes by.
struct BISMOProduct: Equatable {
  /// Cycles in which the units work or fill.
  let executeCycles: Int
  /// Bits read for the left matrix, over all its passes, padded.
  let leftBits: Int
  /// Bits read for the right matrix, padded.
  let rightBits: Int
  /// Bits of partial results read back between parts of the depth.
  let partialBits: Int
  /// Bits of results written.
  let resultBits: Int
  /// Bits that must be there before the first unit works.
  let firstBits: Int
  /// Bits that the last tile leaves to write.
  let lastBits: Int

  /// The extents of a product.
  struct Extents: Equatable {
    let rows: Int
    let columns: Int
    let depth: Int
  }

  /// Works out a product.
  ///
  /// With t_m = ⌈rows/D_m⌉, t_n = ⌈columns/D_n⌉, t_k = ⌈depth/D_k⌉ and p parts of the depth:
  ///
  ///     execute = t_m · t_n · w · a · (t_k + p · c₀)
  ///     reads   = right + left · t_n + partial,   writes = p · rows · columns · r
  ///
  /// Source of both: BISMO's ExecInstrGen.cpp and bismo_rt_matmul.cpp. A buffer holds two stripes, one in
  /// use and one on its way; where a stripe's t_k · bits words exceed half a buffer, the depth is cut into
  /// p = ⌈t_k / ⌊B/2/bits⌋⌉ parts, whose partial results are written and read back.
  ///
  /// - Throws: `HardwareError.doesNotFit` when not even one word for each bit fits half a buffer,
  ///   `workload` for counts beyond what `Int` holds.
  init(
    _ extents: Extents, bits: LayerBits, on overlay: BISMOOverlay, overhead: Int, resultWidth: Int,
    device: String
  ) throws(HardwareError) {
    let (weights, activations) = (bits.weights.value, bits.activations.value)
    let tilesM = CheckedCount.parts(extents.rows, of: overlay.rows)
    let tilesN = CheckedCount.parts(extents.columns, of: overlay.columns)
    let tilesK = CheckedCount.parts(extents.depth, of: overlay.depth)
    let fitting = min(
      overlay.rowBufferWords / 2 / activations, overlay.columnBufferWords / 2 / weights)
    guard fitting > 0 else {
      throw .doesNotFit(
        device: device, resource: "buffer words for one tile of each bit",
        needed: 2 * max(weights, activations),
        available: min(overlay.rowBufferWords, overlay.columnBufferWords))
    }
    let parts = CheckedCount.parts(tilesK, of: fitting)
    let starts = try CheckedCount.product("cycles", parts, overhead)
    executeCycles = try CheckedCount.product(
      "cycles", tilesM, tilesN, weights, activations, tilesK + starts)
    let leftStripe = try CheckedCount.product(
      "traffic", overlay.rows, overlay.depth, activations, min(tilesK, fitting))
    let rightStripe = try CheckedCount.product(
      "traffic", overlay.columns, overlay.depth, weights, min(tilesK, fitting))
    leftBits = try CheckedCount.product(
      "traffic", tilesM, overlay.rows, tilesK, overlay.depth, activations, tilesN)
    rightBits = try CheckedCount.product(
      "traffic", tilesN, overlay.columns, tilesK, overlay.depth, weights)
    let results = try CheckedCount.product(
      "traffic", extents.rows, extents.columns, resultWidth)
    resultBits = try CheckedCount.product("traffic", results, parts)
    partialBits = try CheckedCount.product("traffic", results, parts - 1)
    firstBits = leftStripe + rightStripe
    lastBits = try CheckedCount.product(
      "traffic", overlay.rows, overlay.columns, resultWidth)
  }

  /// Bits read from memory.
  var readBits: Int { leftBits + rightBits + partialBits }
}
