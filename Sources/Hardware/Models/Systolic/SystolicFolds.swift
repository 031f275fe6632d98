/// The folds of a matrix product on a systolic array, with SCALE-Sim's counts in closed form.
///
/// M positions, N outputs, K weights an output on R rows and C columns:
///
/// | kept | folds | cycles of a fold | inputs read | weights read | outputs written |
/// |---|---|---|---|---|---|
/// | outputs | ⌈M/R⌉ ⌈N/C⌉ | K + R + C − 2 | M K ⌈N/C⌉ | N K ⌈M/R⌉ | M N + folds (R + C) |
/// | weights | ⌈K/R⌉ ⌈N/C⌉ | M + 2R + C − 2 | M K ⌈N/C⌉ | N K | M N ⌈K/R⌉ |
/// | inputs | ⌈K/R⌉ ⌈M/C⌉ | N + 2R + C − 2 | M K | N K ⌈M/C⌉ | M N ⌈K/R⌉ |
///
/// The R + C words a fold that outputs kept in place seem to write beyond M N are the simulator's: it
/// counts them, and so does this.
public struct SystolicFolds: Equatable, Sendable {
  /// Folds along the rows of the array.
  public let rowFolds: Int
  /// Folds along its columns.
  public let columnFolds: Int
  /// Cycles of all folds without stalls.
  public let cycles: Int
  /// Words read from the input buffer.
  public let inputReads: Int
  /// Words read from the weight buffer.
  public let weightReads: Int
  /// Words written to the output buffer.
  public let outputWrites: Int
  let dataflow: Systolic.Dataflow
  let columns: Int

  init(
    dataflow: Systolic.Dataflow, rows: Int, columns: Int, positions: Int, outputs: Int,
    reduction: Int
  ) {
    let (alongRows, alongColumns, streamed, fill) =
      switch dataflow {
      case .output: (positions, outputs, reduction, rows)
      case .weight: (reduction, outputs, positions, 2 * rows)
      case .input: (reduction, positions, outputs, 2 * rows)
      }
    let rowFolds = SaturatingCount.ceiling(alongRows, by: rows)
    let columnFolds = SaturatingCount.ceiling(alongColumns, by: columns)
    let folds = SaturatingCount.product(rowFolds, columnFolds)
    let inputs = SaturatingCount.product(positions, reduction)
    let weights = SaturatingCount.product(outputs, reduction)
    let sums = SaturatingCount.product(positions, outputs)
    self.rowFolds = rowFolds
    self.columnFolds = columnFolds
    self.dataflow = dataflow
    self.columns = columns
    cycles = SaturatingCount.product(folds, streamed + fill + columns - 2)
    switch dataflow {
    case .output:
      inputReads = SaturatingCount.product(inputs, columnFolds)
      weightReads = SaturatingCount.product(weights, rowFolds)
      outputWrites = SaturatingCount.sum(sums, SaturatingCount.product(folds, rows + columns))
    case .weight:
      inputReads = SaturatingCount.product(inputs, columnFolds)
      weightReads = weights
      outputWrites = SaturatingCount.product(sums, rowFolds)
    case .input:
      inputReads = inputs
      weightReads = SaturatingCount.product(weights, columnFolds)
      outputWrites = SaturatingCount.product(sums, rowFolds)
    }
  }
}
