public import Foundation

/// Bare workloads from a comma-separated file: one layer a row, without a network.
///
/// The first row names the columns, in any order: `name`, `operator` (`conv`, `depthwise`, `dense` or `gemm`),
/// `batch`, `inputChannels`, `outputChannels`, `kernel`, `stride`, `outputHeight`, `outputWidth`, `groups`,
/// `activationBits`, `weightBits`, `firstLayer` (0 or 1) and, for `gemm`, `m`, `n` and `k`. Other columns are
/// passed over.
public struct WorkloadFile {
  /// A row: the layer and its bits.
  public struct Row: Equatable, Sendable {
    /// The layer under its name, or `row 3` where it has none.
    public let layer: LayerWorkload
    /// Its bits; 8 where the file says nothing.
    public let bits: LayerBits
  }

  /// The rows in the order of the file.
  public let rows: [Row]
  /// Columns that say nothing to us.
  public let otherColumns: [String]

  /// Columns by what they are called.
  static let columns = [
    "name", "operator", "batch", "inputChannels", "outputChannels", "kernel", "stride",
    "outputHeight", "outputWidth", "groups", "activationBits", "weightBits", "firstLayer", "m", "n",
    "k",
  ]

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - data: the file's bytes.
  ///   - file: the name that messages give it.
  ///   - batch: the examples of a row that does not say; a `gemm` is then one product.
  /// - Throws: `HardwareError.file` with the row, the column and the value at fault.
  public init(_ data: Data, file: String, batch: Int = 1) throws(HardwareError) {
    let text = try CommaSeparatedText(data, file: file)
    guard let header = text.rows.first else {
      throw .file(
        name: file, place: "the file", expected: "a row of column names", found: "nothing")
    }
    for (position, name) in header.fields.enumerated()
    where Self.columns.contains(name) && header.fields[..<position].contains(name) {
      throw .file(
        name: file, place: "line \(header.line)", expected: "each column once",
        found: "'\(name)' twice")
    }
    guard header.fields.contains("operator") else {
      throw .file(
        name: file, place: "line \(header.line)", expected: "a column 'operator'",
        found: header.fields.joined(separator: ", "))
    }
    otherColumns = header.fields.filter { !Self.columns.contains($0) }
    var rows: [Row] = []
    for (index, row) in text.rows.dropFirst().enumerated() {
      let place = "row \(index + 1) (line \(row.line))"
      guard row.fields.count == header.fields.count else {
        throw .file(
          name: file, place: place,
          expected: "\(header.fields.count) fields, as the first line has",
          found: "\(row.fields.count)")
      }
      let values = zip(header.fields, row.fields).filter { !$0.1.isEmpty }
      let reader = WorkloadRow(
        file: file, place: place, number: index + 1,
        values: Dictionary(values) { first, _ in first })
      rows.append(try reader.row(batch: batch))
    }
    self.rows = rows
  }
}
