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
/// - with outputs kept, all inputs are wanted in each column fold, and the weights of a column fold (K · C) in
///   each of its row folds;
/// - with weights kept, all inputs are wanted in each column fold, and weights come in once;
/// - with inputs kept, all weights are wanted in each column fold, and inputs come in once.
///
/// What is wanted again stays in half of its buffer as far as it fits; the excess comes in anew each time. With
/// weights or inputs kept, each row fold adds to the sums of the one before: the sums of a column fold stay in
/// half of the output buffer as far as they fit, and the excess goes out unfinished and comes back.
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
    let product = Product(workload, folds: folds, bits: bits)
    inputBits =
      folds.dataflow == .input
      ? product.inputBits
      : Self.coming(product.inputBits, times: folds.columnFolds, half: memory.inputHalf)
    weightBits =
      switch folds.dataflow {
      case .output:
        product.overColumnFolds { columns in
          let fold = SaturatingCount.product(columns, workload.reduction, bits.weights.value)
          return Self.coming(fold, times: folds.rowFolds, half: memory.weightHalf)
        }
      case .weight: product.weightBits
      case .input:
        Self.coming(product.weightBits, times: folds.columnFolds, half: memory.weightHalf)
      }

    let additions = folds.dataflow == .output ? 0 : folds.rowFolds - 1
    let unfinished = SaturatingCount.product(product.sums, additions, memory.accumulatorBits)
    let excess = product.overColumnFolds { columns in
      let fold = SaturatingCount.product(product.along, columns, memory.accumulatorBits)
      return max(0, fold - memory.outputHalf)
    }
    let spilled = additions == 0 ? 0 : SaturatingCount.product(excess, additions)
    let finished = SaturatingCount.product(product.sums, memory.outputBits)
    drainedBits = SaturatingCount.sum(finished, unfinished)
    readBits = SaturatingCount.sum(SaturatingCount.sum(inputBits, weightBits), spilled)
    writtenBits = SaturatingCount.sum(finished, spilled)
    let transfer = SaturatingCount.ceiling(
      SaturatingCount.sum(readBits, writtenBits), by: memory.dramBits)
    stallCycles = max(0, transfer - folds.cycles)
  }

  /// What comes in of a tensor that is wanted so many times in a row: all of it once, and what half of the
  /// buffer does not hold again each further time.
  private static func coming(_ bits: Int, times: Int, half: Int) -> Int {
    SaturatingCount.sum(bits, SaturatingCount.product(max(0, bits - half), times - 1))
  }

  /// The matrix product of one group.
  private struct Product {
    let inputBits: Int
    let weightBits: Int
    /// Positions times outputs.
    let sums: Int
    /// The side of the sums that is not cut into column folds.
    let along: Int
    /// The side that is.
    let across: Int
    let folds: SystolicFolds

    init(_ workload: Workload, folds: SystolicFolds, bits: LayerBits) {
      let (positions, reduction) = (workload.outputPixels, workload.reduction)
      let outputs = workload.outputChannels / workload.groups
      // A stride beyond the kernel leaves inputs out.
      inputBits = SaturatingCount.product(
        min(
          workload.inputElements / workload.groups,
          SaturatingCount.product(positions, reduction)), bits.activations.value)
      weightBits = SaturatingCount.product(outputs, reduction, bits.weights.value)
      sums = SaturatingCount.product(positions, outputs)
      (along, across) = folds.dataflow == .input ? (outputs, positions) : (positions, outputs)
      self.folds = folds
    }

    /// A sum over the column folds, of which the last may be narrower and the others are alike.
    func overColumnFolds(_ count: (_ columns: Int) -> Int) -> Int {
      let others = folds.columnFolds - 1
      let all = others == 0 ? 0 : SaturatingCount.product(count(folds.columns), others)
      return SaturatingCount.sum(all, count(across - others * folds.columns))
    }
  }
}
