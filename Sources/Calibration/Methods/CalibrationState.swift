import Networks

/// Where a calibration stands: from here it goes on bit for bit.
public struct CalibrationState: Codable, Equatable, Sendable {
  /// Blocks that are rounded, and the constants that changed by that.
  public internal(set) var finishedBlocks = 0
  var values: [String: PackedFloats] = [:]
  /// The rounding of the whole network; nil before it begins.
  public internal(set) var rounding: RoundingState?
}
