/// The number of bits that one weight or activation takes.
public struct BitWidth: Quantity {
  /// The widths that a quantiser can have.
  public static let quantizable = 1...32

  /// The width of an unquantised number.
  public static let float32 = BitWidth(32)

  /// The number of bits.
  public let value: Int

  /// A width of so many bits; whether a quantiser can have it is for `quantizable` to say.
  public init(_ value: Int) { self.value = value }

  /// For example `4 bit`.
  public var formatted: String { "\(value) bit" }
}
