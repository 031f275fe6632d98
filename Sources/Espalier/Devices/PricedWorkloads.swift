public import CompressionPolicies
public import Foundation
public import Hardware
import Interchange

/// Bare workloads from a file with a price on each.
public struct PricedWorkloads: Sendable {
  /// The device's name.
  public let device: String
  /// The rows in the order of the file.
  public let rows: [Row]
  /// Columns of the file that say nothing to us.
  public let otherColumns: [String]

  /// A workload, its bits and its price.
  public struct Row: Sendable {
    /// The layer.
    public let layer: LayerWorkload
    /// Its bits.
    public let bits: LayerBits
    /// Its price, for its whole batch.
    public let cost: Cost
  }

  /// Reads and prices a file; see `WorkloadFile`.
  ///
  /// - Parameter batch: the batch of rows that do not say; the device's by default.
  /// - Throws: `FileError`, `HardwareError.file` with the row and column at fault,
  ///   `EspalierError.unpriced` with the row that the device cannot run.
  public init(_ file: URL, on device: PricingDevice, batch: Int? = nil) throws {
    let workloads = try WorkloadFile(
      WholeFile.read(file), file: file.lastPathComponent, batch: batch ?? device.batch)
    self.device = device.name
    otherColumns = workloads.otherColumns
    let costs = try device.price(workloads.rows.map(\.layer), bits: workloads.rows.map(\.bits))
    rows = zip(workloads.rows, costs).map { Row(layer: $0.layer, bits: $0.bits, cost: $1) }
  }

  /// The fields `device` and `rows`.
  public var json: JSONValue {
    .object([
      "device": device.json,
      "rows": .array(
        rows.map { row in
          var fields = row.cost.fields
          fields["name"] = row.layer.name.json
          fields["macs"] = row.layer.workload.macs.json
          fields["weightBits"] = row.bits.weights.json
          fields["activationBits"] = row.bits.activations.json
          return .object(fields)
        }),
    ])
  }
}
