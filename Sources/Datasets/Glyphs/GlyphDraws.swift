import Tensors

// Draws in 32-bit floats that need no logarithm or cosine, whose rounding differs between machines.

extension SeededGenerator {
  /// A uniform draw from `0..<1` with 24 random bits: one word of the stream.
  mutating func unit() -> Float {
    Float(next() >> 40) * 0x1p-24
  }

  /// A uniform draw between two bounds.
  mutating func between(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * unit()
  }

  /// True in this share of all draws.
  mutating func chance(_ share: Float) -> Bool {
    unit() < share
  }

  /// A draw with mean 0 and deviation 1 that is nearly normal: the sum of four uniform draws, all
  /// from one word of the stream.
  mutating func bell() -> Float {
    let word = next()
    let sum = (word & 0xFFFF) + (word >> 16 & 0xFFFF) + (word >> 32 & 0xFFFF) + word >> 48
    // Four draws from 0..<65536 have mean 131070 and deviation 65536 · √(4/12).
    return (Float(sum) - 131_070) / 37_837.23
  }

  /// A colour drawn uniformly from a cube of colours around grey.
  mutating func colour(_ low: Float = 0, _ high: Float = 1) -> GlyphColour {
    GlyphColour(between(low, high), between(low, high), between(low, high), 0)
  }
}
