import ArgumentParser
import Hardware
import Units

/// Bits on the command line: `W/A`, or one number for both.
struct BitsOption: ExpressibleByArgument {
  let bits: LayerBits

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    let numbers = parts.compactMap { $0 }.filter(BitWidth.quantizable.contains)
    guard numbers.count == parts.count, (1...2).contains(numbers.count) else { return nil }
    bits = LayerBits(
      weights: BitWidth(numbers[0]), activations: BitWidth(numbers[numbers.count - 1]))
  }
}
