import Foundation

/// Some of every so many images: `3+4of5` are those whose number, from 0, leaves 3 or 4 divided by 5.
///
/// It parts a data set that comes in one piece, the same way wherever it is read.
public struct Residues: Equatable, Sendable, CustomStringConvertible {
  /// The remainders that are meant, ascending, each once.
  public let remainders: [Int]
  /// What numbers are divided by.
  public let modulus: Int

  /// What a text should be, for messages.
  public static let expected = "remainders and a divisor such as 3+4of5"

  /// Reads `remainder[+remainder…]of modulus` without blanks; nil for another text.
  public init?(_ text: String) {
    guard let word = text.range(of: "of"), let modulus = Int(text[word.upperBound...]), modulus > 0
    else { return nil }
    let numbers = text[..<word.lowerBound].split(separator: "+", omittingEmptySubsequences: false)
      .map { Int($0) }
    let remainders = numbers.compactMap { $0 }.sorted()
    guard remainders.count == numbers.count, Set(remainders).count == remainders.count,
      remainders.allSatisfy((0..<modulus).contains)
    else { return nil }
    self.remainders = remainders
    self.modulus = modulus
  }

  /// The text that reads as this value.
  public var description: String {
    remainders.map(String.init).joined(separator: "+") + "of\(modulus)"
  }

  /// Whether two values have an image in common, for some number of images.
  public func overlaps(_ other: Residues) -> Bool {
    // By the Chinese remainder theorem two progressions meet when they agree modulo the divisors' gcd.
    var (common, rest) = (modulus, other.modulus)
    while rest > 0 { (common, rest) = (rest, common % rest) }
    let own = Set(remainders.map { $0 % common })
    return other.remainders.contains { own.contains($0 % common) }
  }

  /// The numbers below a count.
  func numbers(below count: Int) -> [Int] {
    let wanted = Set(remainders)
    return (0..<count).filter { wanted.contains($0 % modulus) }
  }
}
