/// An amount of memory in bytes.
public struct ByteCount: Quantity {
  /// The number of bytes.
  public let value: Int

  /// An amount of so many bytes.
  public init(_ value: Int) { self.value = value }

  /// The bytes that hold `elements` numbers of one width, packed without gaps:
  /// ⌈elements · width / 8⌉, stopping at the ends of `Int`.
  public init(elements: Int, width: BitWidth) {
    let bits = (width * elements).value
    value = bits / 8 + (bits % 8 > 0 ? 1 : 0)
  }

  /// For example `1.08 MB`, where 1 MB is 1 000 000 bytes.
  public var formatted: String { SignificantDigits.text(value, unit: "B") }
}
