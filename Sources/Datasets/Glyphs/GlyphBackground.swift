import Tensors

/// What glyphs are painted on.
enum GlyphBackground {
  /// Fills the canvas with one of five kinds of ground between two colours.
  static func fill(
    _ canvas: inout GlyphCanvas, from first: GlyphColour, to second: GlyphColour,
    _ random: inout SeededGenerator
  ) {
    let mix: (Int, Int) -> Float
    switch random.integer(below: 5) {
    case 0: mix = { _, _ in 0 }
    case 1: mix = gradient(&random)
    case 2: mix = stripes(&random)
    case 3: mix = checker(&random)
    default: mix = noise(&random)
    }
    for row in 0..<GlyphCanvas.side {
      for column in 0..<GlyphCanvas.side {
        canvas.pixels[row * GlyphCanvas.side + column] = first + (second - first) * mix(row, column)
      }
    }
  }

  private static func gradient(_ random: inout SeededGenerator) -> (Int, Int) -> Float {
    let (x, y) = direction(&random)
    let offset = random.between(0.3, 0.7)
    return { row, column in
      min(max(offset + ((Float(column) - 15.5) * x + (Float(row) - 15.5) * y) / 40, 0), 1)
    }
  }

  /// Bands with smooth edges in any direction.
  private static func stripes(_ random: inout SeededGenerator) -> (Int, Int) -> Float {
    let (x, y) = direction(&random)
    let frequency = 1 / random.between(4, 14)
    let phase = random.unit()
    return { row, column in
      let turn = (Float(column) * x + Float(row) * y) * frequency + phase
      let triangle = abs(turn - turn.rounded(.down) - 0.5) * 2
      return smooth(triangle)
    }
  }

  private static func checker(_ random: inout SeededGenerator) -> (Int, Int) -> Float {
    let (x, y) = direction(&random)
    let size = 1 / random.between(3, 9)
    let (across, down) = (random.unit(), random.unit())
    return { row, column in
      let u = (Float(column) * x + Float(row) * y) * size + across
      let v = (Float(row) * x - Float(column) * y) * size + down
      return (Int(u.rounded(.down)) + Int(v.rounded(.down))) & 1 == 0 ? 0 : 1
    }
  }

  /// Random values on a coarse grid with smooth transitions.
  private static func noise(_ random: inout SeededGenerator) -> (Int, Int) -> Float {
    let cell = random.between(3, 11)
    let cells = 13
    let values = (0..<cells * cells).map { _ in random.unit() }
    return { row, column in
      let (x, y) = (Float(column) / cell, Float(row) / cell)
      let (left, top) = (Int(x), Int(y))
      let (u, v) = (smooth(x - Float(left)), smooth(y - Float(top)))
      let (a, b) = (values[top * cells + left], values[top * cells + left + 1])
      let (c, d) = (values[(top + 1) * cells + left], values[(top + 1) * cells + left + 1])
      let (upper, lower) = (a + (b - a) * u, c + (d - c) * u)
      return upper + (lower - upper) * v
    }
  }

  private static func smooth(_ t: Float) -> Float { t * t * (3 - 2 * t) }

  /// A direction, nearly uniform: a point of the square, brought to length one.
  private static func direction(_ random: inout SeededGenerator) -> (Float, Float) {
    let (x, y) = (random.between(-1, 1), random.between(-1, 1))
    let length = max((x * x + y * y).squareRoot(), 0x1p-12)
    return (x / length, y / length)
  }
}
