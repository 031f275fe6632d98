/// The memories of a systolic array, in bits.
struct SystolicMemory: Sendable {
  /// Half of the input buffer: the other half is being filled meanwhile.
  let inputHalf: Int
  /// Half of the weight buffer.
  let weightHalf: Int
  /// Half of the output buffer: the other half is being emptied meanwhile.
  let outputHalf: Int
  /// Bits that DRAM moves in a cycle, all tensors and both ways together.
  let dramBits: Int
  /// Bits of an unfinished sum.
  let accumulatorBits: Int
  /// Bits of a finished output.
  let outputBits: Int
}

/// What the folds of one group of a layer move between DRAM and the double buffers, and how long the array
/// waits for it: an extension of SCALE-Sim, whose stalls are not reproduced.
///
/// Folds along the columns are the outer loop, folds along the rows the inner one. So
/// - with outputs kept, inputs come in once if all of them fit into half their buffer and once a column fold
///   otherwise; weights once if those of a column fold (K · C) fit and once a row fold otherwise;
/// - with weights kept, weights come in once, inputs as above;
/// - with inputs kept, inputs come in once; weights once if all fit and once a column fold otherwise.
///
/// With weights or inputs kept, each row fold adds to the sums of the one before. The sums of a column fold stay
/// in the output buffer if they fit into half of it; otherwise they go out unfinished and come back.
///
/// Transfers run beside the compute, the first fold being in place when the layer begins (SCALE-Sim fetches it
/// before its first cycle too): stalls = max(0, ⌈traffic / bandwidth⌉ − compute).
struct SystolicTraffic {
  /// Bits of inputs that come in.
  let inputBits: Int
  /// Bits of weights that come in.
  let weightBits: Int
  /// Bits that leave the output buffer, to DRAM or back into the array.
  let drainedBits: Int
  /// Bits read from DRAM.
  let readBits: Int
  /// Bits written to DRAM.
  let writtenBits: Int
  /// Cycles in which the array waits.
  let stallCycles: Int

  init(of workload: Workload, folds: SystolicFolds, bits: LayerBits, memory: SystolicMemory) {
    let positions = workload.outputPixels
    let outputs = workload.outputChannels / workload.groups
    let reduction = workload.reduction
    // A stride beyond the kernel leaves inputs out.
    let inputs = SaturatingCount.product(
      min(
        workload.inputElements / workload.groups, SaturatingCount.product(positions, reduction)),
      bits.activations.value)
    let weights = SaturatingCount.product(outputs, reduction, bits.weights.value)
    func again(_ held: Int, half: Int, folds: Int) -> Int { held <= half ? 1 : folds }

    switch folds.dataflow {
    case .output:
      let column = SaturatingCount.product(
        min(outputs, folds.columns), reduction, bits.weights.value)
      weightBits = SaturatingCount.product(
        weights, again(column, half: memory.weightHalf, folds: folds.rowFolds))
    case .weight: weightBits = weights
    case .input:
      weightBits = SaturatingCount.product(
        weights, again(weights, half: memory.weightHalf, folds: folds.columnFolds))
    }
    inputBits =
      folds.dataflow == .input
      ? inputs
      : SaturatingCount.product(
        inputs, again(inputs, half: memory.inputHalf, folds: folds.columnFolds))

    let sums = SaturatingCount.product(positions, outputs)
    let additions = folds.dataflow == .output ? 0 : folds.rowFolds - 1
    let unfinished = SaturatingCount.product(sums, additions, memory.accumulatorBits)
    let column =
      folds.dataflow == .weight
      ? SaturatingCount.product(positions, min(outputs, folds.columns), memory.accumulatorBits)
      : SaturatingCount.product(outputs, min(positions, folds.columns), memory.accumulatorBits)
    let spilled = column <= memory.outputHalf ? 0 : unfinished
    let finished = SaturatingCount.product(sums, memory.outputBits)

    drainedBits = SaturatingCount.sum(finished, unfinished)
    readBits = SaturatingCount.sum(SaturatingCount.sum(inputBits, weightBits), spilled)
    writtenBits = SaturatingCount.sum(finished, spilled)
    let transfer = SaturatingCount.ceiling(
      SaturatingCount.sum(readBits, writtenBits), by: memory.dramBits)
    stallCycles = max(0, transfer - folds.cycles)
  }
}
