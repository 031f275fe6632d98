/// A cost model of a device that has a roof: no layer computes faster than the arithmetic units can, and none
/// faster than memory feeds them.
///
/// attained operations/s ≤ min(peak, intensity · bandwidth), with the operational intensity in operations per
/// byte moved to or from main memory, and two operations to a multiply-accumulate (Williams, Waterman and
/// Patterson, "Roofline", CACM 2009).
public protocol RooflineDevice: CostModel {
  /// The multiply-accumulates per second when every arithmetic unit works in every cycle.
  ///
  /// - Parameter bits: bits that the device supports.
  func peakMACsPerSecond(_ bits: LayerBits) -> Double

  /// The bytes per second between the device and its main memory.
  var bandwidthBytesPerSecond: Double { get }
}

extension CostModel {
  /// The roof of a model, seen through what it is remembered by; nil when it has none.
  public var roofline: (any RooflineDevice)? {
    if let device = self as? any RooflineDevice { return device }
    return (self as? RememberedCosts)?.model.roofline
  }
}
