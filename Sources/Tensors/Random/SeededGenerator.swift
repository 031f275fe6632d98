/// A random stream with a seed: xoshiro256**, whose whole state can be saved.
///
/// Source: Blackman and Vigna 2021, "Scrambled linear pseudorandom number generators". The state
/// is filled by SplitMix64, as its authors advise.
public struct SeededGenerator: RandomNumberGenerator, Codable, Equatable, Sendable {
  private var state: [UInt64]

  /// A stream from a seed.
  public init(seed: UInt64) {
    var mixer = seed
    state = (0..<4).map { _ in SeededGenerator.splitMix(&mixer) }
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let result = (state[1] &* 5).rotatedLeft(by: 7) &* 9
    let shifted = state[1] << 17
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = state[3].rotatedLeft(by: 45)
    return result
  }

  private static func splitMix(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension UInt64 {
  fileprivate func rotatedLeft(by bits: UInt64) -> UInt64 {
    (self << bits) | (self >> (64 - bits))
  }
}

/// One seed, from which every part of a run takes its own named stream.
///
/// Two names give independent streams, so that adding a draw in one place moves nothing elsewhere.
public struct RandomStreams: Equatable, Sendable {
  /// The seed that the user gave.
  public let seed: UInt64
  private var prefix = ""

  /// The streams of a seed.
  public init(seed: UInt64) {
    self.seed = seed
  }

  /// The streams below a name: the stream `x` of `under("a")` is the stream `a/x`.
  ///
  /// For one part of a run that does several times what names streams of its own.
  public func under(_ name: String) -> RandomStreams {
    var streams = self
    streams.prefix += name + "/"
    return streams
  }

  /// The stream of a name: its seed is the FNV-1a hash of the name, folded with the run's seed.
  public func stream(_ name: String) -> SeededGenerator {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in (prefix + name).utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
    return SeededGenerator(seed: hash ^ (seed &* 0x9E37_79B9_7F4A_7C15))
  }
}
