import Units

/// One row of a file of workloads, read column by column.
struct WorkloadRow {
  let file: String
  let place: String
  let number: Int
  /// What stands in the columns that are not empty.
  let values: [String: String]

  private enum Kind: String, CaseIterable {
    case conv
    case depthwise
    case dense
    case gemm
  }

  func row(batch: Int) throws(HardwareError) -> WorkloadFile.Row {
    let workload: Workload
    do throws(HardwareError) {
      workload = try self.workload(batch: batch)
    } catch {
      // What only the whole layer shows to be wrong: a column's value, or a product of several.
      guard case .workload(let field, let expected, let found) = error else { throw error }
      let column = Self.column(of: field)
      guard WorkloadFile.columns.contains(column) else {
        throw .file(name: file, place: "\(place), \(field)", expected: expected, found: found)
      }
      throw failure(column, expected: expected, found: found)
    }
    let bits = LayerBits(
      weights: BitWidth(try bits("weightBits")), activations: BitWidth(try bits("activationBits")))
    return WorkloadFile.Row(
      layer: LayerWorkload(values["name"] ?? "row \(number)", workload), bits: bits)
  }

  private func workload(batch: Int) throws(HardwareError) -> Workload {
    let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
    guard let kind = values["operator"].flatMap(Kind.init) else {
      throw failure("operator", expected: "one of \(kinds)")
    }
    let isFirst = try integer("firstLayer", in: 0...1, default: 0) == 1
    switch kind {
    case .conv: return try convolution(batch: batch, isFirst: isFirst)
    case .depthwise: return try depthwise(batch: batch, isFirst: isFirst)
    case .dense:
      for column in ["kernel", "stride", "outputHeight", "outputWidth", "groups"] {
        _ = try integer(column, in: 1...1, default: 1)
      }
      return try Workload(
        .dense, batch: try integer("batch", default: batch),
        inputChannels: try integer("inputChannels"), outputChannels: try integer("outputChannels"),
        output: .init(1), isFirst: isFirst)
    case .gemm:
      let product = try Workload.product(
        m: try integer("m"), n: try integer("n"), k: try integer("k"))
      return try product.with(batch: try integer("batch", default: 1))
    }
  }

  private func convolution(batch: Int, isFirst: Bool) throws(HardwareError) -> Workload {
    try Workload(
      .convolution, batch: try integer("batch", default: batch),
      inputChannels: try integer("inputChannels"), outputChannels: try integer("outputChannels"),
      output: .init(try integer("outputHeight"), try integer("outputWidth")),
      kernel: .init(try integer("kernel")), stride: .init(try integer("stride", default: 1)),
      groups: try integer("groups", default: 1), isFirst: isFirst)
  }

  private func depthwise(batch: Int, isFirst: Bool) throws(HardwareError) -> Workload {
    let channels = try integer("inputChannels")
    let outputs = try integer("outputChannels", default: channels)
    guard outputs % channels == 0 else {
      throw failure("outputChannels", expected: "a multiple of the \(channels) input channels")
    }
    return try Workload(
      .convolution, batch: try integer("batch", default: batch), inputChannels: channels,
      outputChannels: outputs,
      output: .init(try integer("outputHeight"), try integer("outputWidth")),
      kernel: .init(try integer("kernel")), stride: .init(try integer("stride", default: 1)),
      groups: try integer("groups", in: channels...channels, default: channels), isFirst: isFirst)
  }

  private func bits(_ column: String) throws(HardwareError) -> Int {
    try integer(column, in: BitWidth.quantizable, default: 8)
  }

  /// A whole number; the default where the column is missing or empty, an error where there is none.
  private func integer(
    _ column: String, in range: ClosedRange<Int> = 1...Workload.largestExtent,
    default value: Int? = nil
  ) throws(HardwareError) -> Int {
    guard let text = values[column] else {
      if let value { return value }
      throw failure(column, expected: Self.text(range))
    }
    guard let number = Int(text), range.contains(number) else {
      throw failure(column, expected: Self.text(range))
    }
    return number
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    range.count == 1
      ? "\(range.lowerBound) or nothing"
      : "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }

  private static func column(of field: String) -> String {
    switch field {
    case "kernelHeight", "kernelWidth": "kernel"
    case "strideHeight", "strideWidth": "stride"
    default: field
    }
  }

  private func failure(
    _ column: String, expected: String, found: String? = nil
  ) -> HardwareError {
    .file(
      name: file, place: "\(place), column '\(column)'", expected: expected,
      found: found ?? values[column].map { "'\($0)'" } ?? "nothing")
  }
}
