public import Foundation
public import Units

/// A block of a network as tables of whole blocks know it: by its shape, not by its place.
///
/// ProxylessNAS's mobile tables have such keys: an inverted residual by the extents that come in and go out, its
/// expansion, kernel, stride and whether it is skipped by an addition (Cai, Zhu, Han, ICLR 2019).
public struct Block: Hashable, Sendable, Codable {
  /// What kind of block it is, for example `expanded_conv`.
  public var kind: String
  /// Rows, columns and channels that come in.
  public var input: [Int]
  /// Rows, columns and channels that go out.
  public var output: [Int]
  /// How many times wider the block is inside.
  public var expansion: Int?
  /// The side of its kernel.
  public var kernel: Int?
  /// How far the kernel moves.
  public var stride: Int?
  /// Whether the input is added to the output.
  public var isResidual: Bool?

  /// A block; what a kind of block does not have is left out.
  public init(
    kind: String, input: [Int], output: [Int], expansion: Int? = nil, kernel: Int? = nil,
    stride: Int? = nil, isResidual: Bool? = nil
  ) {
    self.kind = kind
    self.input = input
    self.output = output
    self.expansion = expansion
    self.kernel = kernel
    self.stride = stride
    self.isResidual = isResidual
  }
}

extension Block: CustomStringConvertible {
  /// For example `expanded_conv 112×112×16 → 56×56×24, expansion 6, kernel 3, stride 2`.
  public var description: String {
    func extents(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "×") }
    let parts = [
      "\(kind) \(extents(input)) → \(extents(output))", expansion.map { "expansion \($0)" },
      kernel.map { "kernel \($0)" }, stride.map { "stride \($0)" },
      isResidual == true ? "residual" : nil,
    ]
    return parts.compactMap(\.self).joined(separator: ", ")
  }
}

/// What whole blocks take on a device, by their shape.
///
/// As JSON, with `unit` `s` or `ms`:
///
///     { "schemaVersion": 1, "name": "…", "device": "…", "unit": "ms", "blocks": [
///       { "block": { "kind": "expanded_conv", "input": [112, 112, 16], "output": [56, 56, 24],
///                    "expansion": 6, "kernel": 3, "stride": 2, "isResidual": false },
///         "mean": 16.77, "standardDeviation": 0.1, "count": 100 } ] }
public struct BlockTable: Equatable, Sendable {
  /// The table's name, which messages use.
  public let name: String
  /// The device whose times these are.
  public let device: String
  /// What an entry's number is; never cycles.
  public let unit: CostTable.Unit
  /// The blocks.
  public let entries: [Block: CostTable.Entry]

  /// Reads a table.
  ///
  /// - Parameter file: the name that messages give it.
  /// - Throws: `HardwareError.file` with the field that is missing or of another kind, a block that comes twice or
  ///   has an extent below 1, a time that is negative, and no blocks at all.
  public init(json: Data, file: String) throws(HardwareError) {
    let written: Written
    do {
      written = try JSONDecoder().decode(Written.self, from: json)
    } catch {
      throw JSONFault.failure(error, in: json, file: file)
    }
    guard written.schemaVersion == 1 else {
      throw .file(
        name: file, place: "field 'schemaVersion'", expected: "1", found: "\(written.schemaVersion)"
      )
    }
    name = written.name
    device = written.device
    unit = try CostTable.Unit(word: written.unit, clock: nil, file: file)
    var entries: [Block: CostTable.Entry] = [:]
    for line in written.blocks {
      let entry = try line.entry(file: file)
      guard entries.updateValue(entry, forKey: line.block) == nil else {
        throw .file(
          name: file, place: "block '\(line.block)'", expected: "each block once", found: "it again"
        )
      }
    }
    guard !entries.isEmpty else {
      throw .file(name: file, place: "field 'blocks'", expected: "at least one", found: "none")
    }
    self.entries = entries
  }

  /// What blocks one after the other take.
  ///
  /// - Throws: `HardwareError.missingEntry` with the first block that the table lacks, and how many it covers: a
  ///   neighbour's time is never taken instead.
  public func latency(of blocks: [Block]) throws(HardwareError) -> Seconds {
    var total = 0.0
    for block in blocks {
      guard let entry = entries[block] else {
        throw .missingEntry(
          table: name, layer: "\(block)", wanted: "its shape",
          covered: blocks.count { entries[$0] != nil }, of: blocks.count)
      }
      total += entry.mean
    }
    return unit.seconds(total)
  }

  private struct Written: Decodable {
    let schemaVersion: Int
    let name: String
    let device: String
    let unit: String
    let blocks: [WrittenBlock]
  }

  private struct WrittenBlock: Decodable {
    let block: Block
    let mean: Double
    let standardDeviation: Double?
    let count: Int?

    func entry(file: String) throws(HardwareError) -> CostTable.Entry {
      let place = "block '\(block)'"
      for (field, shape) in [("input", block.input), ("output", block.output)] {
        guard shape.count == 3, shape.allSatisfy({ (1...Workload.largestExtent).contains($0) })
        else {
          throw .file(
            name: file, place: "\(place), \(field)",
            expected: "rows, columns and channels from 1 to \(Workload.largestExtent)",
            found: "\(shape)")
        }
      }
      for (field, value) in [("mean", mean), ("standardDeviation", standardDeviation ?? 0)]
      where !(value.isFinite && value >= 0) {
        throw .file(
          name: file, place: "\(place), \(field)", expected: "a number from 0", found: "\(value)")
      }
      return CostTable.Entry(mean: mean, standardDeviation: standardDeviation, count: count)
    }
  }
}
