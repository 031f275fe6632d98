public import Foundation
public import Hardware

extension CostTable {
  /// The table's bytes for a file: comma-separated values where its name ends in `.csv`, else JSON.
  ///
  /// - Throws: `HardwareError.file` when it cannot be encoded.
  public func bytes(for file: URL) throws(HardwareError) -> Data {
    file.pathExtension.lowercased() == "csv" ? Data(csv.utf8) : try json()
  }
}
