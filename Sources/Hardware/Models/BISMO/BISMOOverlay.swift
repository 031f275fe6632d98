/// The arithmetic of a BISMO overlay: rows × columns units, each of which ANDs and counts `depth` bits in a
/// cycle.
///
/// Source: Umuroglu, Rasnayake, Själander, "BISMO: A Scalable Bit-Serial Matrix Multiplication Overlay
/// for Reconfigurable Computing", FPL 2018; equations of resources as in version 2 of its generator
/// (BISMO.scala).
public struct BISMOOverlay: Equatable, Sendable {
  /// Rows of units, D_m.
  public let rows: Int
  /// Bits that a unit takes in a cycle, D_k.
  public let depth: Int
  /// Columns of units, D_n.
  public let columns: Int
  /// Words of `depth` bits that the buffer of a row holds, B_m.
  public let rowBufferWords: Int
  /// Words of `depth` bits that the buffer of a column holds, B_n.
  public let columnBufferWords: Int

  /// The largest extent; keeps the products of three within `Int`.
  public static let largestExtent = 1 << 16

  /// An overlay.
  ///
  /// - Throws: `HardwareError.constant` for an extent that is not between 1 and `largestExtent`.
  public init(
    rows: Int, depth: Int, columns: Int, rowBufferWords: Int = 1024, columnBufferWords: Int = 1024,
    device: String = "bismo"
  ) throws(HardwareError) {
    let extents = [
      ("rows", rows), ("depth", depth), ("columns", columns), ("rowBufferWords", rowBufferWords),
      ("columnBufferWords", columnBufferWords),
    ]
    for (name, value) in extents where !(1...Self.largestExtent).contains(value) {
      throw .constant(
        device: device, name: name, expected: "between 1 and \(Self.largestExtent)",
        found: "\(value)")
    }
    self.rows = rows
    self.depth = depth
    self.columns = columns
    self.rowBufferWords = rowBufferWords
    self.columnBufferWords = columnBufferWords
  }

  /// The most binary operations in a second: 2 · D_m · D_n · D_k · f, an AND and its addition being two.
  ///
  /// - Parameter clock: f in Hz.
  public func peakBinaryOperations(clock: Double) -> Double {
    2 * Double(rows) * Double(columns) * Double(depth) * clock
  }

  /// The lookup tables that the overlay takes: D_m · D_n · (1.17 · D_k + 44.1 + 120.1), to the nearest whole one.
  public var lookupTables: Int {
    let units = Double(rows) * Double(columns)
    return Int((units * (1.17 * Double(depth) + 44.1 + 120.1)).rounded())
  }

  /// The 36-Kbit block memories that it takes:
  /// ⌈D_k/32⌉ · (D_m · ⌈B_m/1024⌉ + D_n · ⌈B_n/1024⌉).
  public var blockMemories: Int {
    CheckedCount.parts(depth, of: 32)
      * (rows * CheckedCount.parts(rowBufferWords, of: 1024)
        + columns * CheckedCount.parts(columnBufferWords, of: 1024))
  }

  /// Makes sure that an FPGA holds the overlay.
  ///
  /// - Throws: `HardwareError.doesNotFit` with what there is too little of.
  public func check(
    lookupTables luts: Int, blockMemories memories: Int, device: String
  ) throws(HardwareError) {
    for (resource, needed, available) in [
      ("lookup tables", lookupTables, luts), ("block memories", blockMemories, memories),
    ] where needed > available {
      throw .doesNotFit(device: device, resource: resource, needed: needed, available: available)
    }
  }
}
