/// An amount of arithmetic, counted in multiply-accumulates (MACs).
public struct OperationCount: Quantity {
  /// The number of MACs.
  public let value: Int

  /// An amount of so many MACs.
  public init(_ macs: Int) { value = macs }

  /// The number of multiply-accumulates.
  public var macs: Int { value }

  /// The number of floating-point operations: a multiply-accumulate is two, stopping at the
  /// largest `Int`.
  public var flops: Int { (self * 2).value }

  /// For example `40.8 M`.
  public var formatted: String { SignificantDigits.text(value, unit: "") }
}
