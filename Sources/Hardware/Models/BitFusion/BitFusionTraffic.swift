/// What one order of the loops moves between DRAM and the buffers, worked out from the innermost loop
/// outwards.
///
/// While all of a tensor that the loops so far touch fits into half its buffer, a loop that the tensor does
/// not depend on costs nothing; from the first that no longer fits, every loop loads it again.
struct BitFusionTraffic {
  var weights: Tensor
  var inputs: Tensor
  var outputs: Tensor

  /// The traffic of one tensor.
  struct Tensor {
    /// Bits moved by the loops so far.
    var bits: Int
    /// The most that was held at a time.
    var held: Int
    /// Whether everything so far is still held.
    var isHeld = true

    init(_ bits: Int) {
      self.bits = bits
      held = bits
    }

    @inline(__always)
    mutating func wrap(in count: Int, depends: Bool, capacity: Int) {
      guard isHeld else {
        bits = SaturatingCount.product(bits, count)
        return
      }
      guard depends else { return }
      bits = SaturatingCount.product(bits, count)
      if bits > capacity { isHeld = false } else { held = bits }
    }
  }

  /// One loop around the tiles.
  struct Loop: Equatable {
    let count: Int
    let weights: Bool
    let inputs: Bool
    let outputs: Bool
  }

  init(of tile: BitFusionTensors) {
    weights = Tensor(tile.weights)
    inputs = Tensor(tile.inputs)
    outputs = Tensor(tile.outputs)
  }

  /// Whether the order of the loops still matters.
  var holdsAny: Bool { weights.isHeld || inputs.isHeld || outputs.isHeld }

  @inline(__always)
  mutating func wrap(in loop: Loop, halves: BitFusionTensors) {
    weights.wrap(in: loop.count, depends: loop.weights, capacity: halves.weights)
    inputs.wrap(in: loop.count, depends: loop.inputs, capacity: halves.inputs)
    outputs.wrap(in: loop.count, depends: loop.outputs, capacity: halves.outputs)
  }

  /// Bits read: weights, inputs, and outputs as they stand.
  var readBits: Int {
    SaturatingCount.sum(SaturatingCount.sum(weights.bits, inputs.bits), outputs.bits)
  }

  /// Compute and stalls: the first tensors held come in and the last go out while nothing else happens; the
  /// rest moves beside the compute.
  ///
  /// lead = ⌈held read / BW⌉ + ⌈held written / BW⌉,
  /// cycles = max(compute, ⌈(traffic − held read − held written) / BW⌉) + lead.
  func cycles(compute: Int, dramBits: Int) -> Int {
    let heldRead = weights.held + inputs.held + outputs.held
    let lead =
      SaturatingCount.ceiling(heldRead, by: dramBits)
      + SaturatingCount.ceiling(outputs.held, by: dramBits)
    let rest = SaturatingCount.sum(readBits, outputs.bits) - heldRead - outputs.held
    return SaturatingCount.sum(
      max(compute, SaturatingCount.ceiling(rest, by: dramBits)), lead)
  }
}
