import Tensors

/// `count` numbers from -1 to 1, of a stream with the given name.
func numbers(_ count: Int, _ name: String) -> [Float] {
  var stream = RandomStreams(seed: 11).stream(name)
  return (0..<count).map { _ in Float(stream.uniform(in: -1...1)) }
}

/// The greatest distance between results and reference, relative to the greatest reference.
func relativeError(_ found: [Float], _ expected: [Double]) -> Double {
  guard found.count == expected.count, !found.isEmpty else { return .infinity }
  let scale = max(1e-30, expected.map(abs).max() ?? 0)
  let errors = zip(found, expected).map { abs(Double($0) - $1) / scale }
  return errors.contains(where: \.isNaN) ? .infinity : errors.max() ?? 0
}

/// The bit patterns, for comparisons in which rounding would be a fault.
func bits(_ numbers: [Float]) -> [UInt32] { numbers.map(\.bitPattern) }

/// An implicit matrix as a kernel sees it, with an independent reading of its elements.
struct ImplicitMatrix {
  var elements: [Float]
  var rowOffsets: [Int]
  var runs: Kernels.Runs

  /// The rows of a 3×3-like convolution: `runs` pieces of a padded image per row.
  init(rows: Int, runLengths: [Int], name: String) {
    let width = (runLengths.max() ?? 0) + 3
    elements = numbers((rows + runLengths.count + 1) * width + 40, name)
    // Rows overlap, as patches of an image do, and do not come in order of their addresses.
    rowOffsets = (0..<rows).map { ($0 * 7) % max(1, rows) * 2 + ($0 % 3) }
    runs = Kernels.Runs(
      offsets: runLengths.indices.map { $0 * width + 1 }, lengths: runLengths)
  }

  /// The elements of one row, in the order of k.
  func row(_ index: Int) -> [Double] {
    zip(runs.offsets, runs.lengths).flatMap { offset, length in
      (0..<length).map { Double(elements[rowOffsets[index] + offset + $0]) }
    }
  }

  /// A · B in double, with B of `outputs` columns.
  func times(_ b: [Float], outputs: Int) -> [Double] {
    rowOffsets.indices.flatMap { index in
      let row = row(index)
      return (0..<outputs).map { output in
        row.indices.reduce(0.0) { $0 + row[$1] * Double(b[$1 * outputs + output]) }
      }
    }
  }
}

/// Run lengths of the cases: K = 1, 5, 27, 144 and pieces of unequal length, one of them empty.
let runLengthCases: [[Int]] = [[1], [5], [9, 9, 9], [48, 48, 48], [7, 0, 12, 1], [131]]
/// Outputs of the cases: within, at and beyond each vector and panel.
let outputCases = [1, 3, 7, 8, 9, 11, 16, 17, 23, 24, 40, 41]
