import Tensors

/// Paints one picture: ground, clutter, the glyph, what lies over it, and the camera's faults.
///
/// The numbers here set how hard the set is; they belong to `Glyphs.version`.
enum GlyphScene {
  static func draw(
    label: Int, on canvas: inout GlyphCanvas, _ random: inout SeededGenerator
  ) {
    let ground = random.colour()
    let variation = random.between(0.05, 0.4)
    let other = clamped(ground + random.colour(-1, 1) * variation)
    GlyphBackground.fill(&canvas, from: ground, to: other, &random)
    let ink = ink(against: (ground + other) * 0.5, &random)
    for _ in 0..<random.integer(below: 4) { paintDistractor(&canvas, ink: ink, &random) }
    paintGlyph(label, &canvas, ink: ink, &random)
    for _ in 0..<random.integer(below: 3) { paintDistractor(&canvas, ink: ink, &random) }
    for _ in 0..<random.integer(below: 6) { paintDot(&canvas, &random) }
    if random.chance(0.5) { paintBar(&canvas, ground: random.chance(0.5) ? ground : nil, &random) }
    if random.chance(0.5) { canvas.blur(amount: random.between(0.2, 1)) }
  }

  /// A colour that differs from the ground by a random contrast in some random direction.
  private static func ink(
    against ground: GlyphColour, _ random: inout SeededGenerator
  ) -> GlyphColour {
    let contrast = random.between(0.14, 0.75)
    for _ in 0..<64 {
      let colour = random.colour()
      let difference = colour - ground
      let squares = difference * difference
      let distance = ((squares.x + squares.y + squares.z) / 3).squareRoot()
      if distance >= contrast { return ground + difference * (contrast / distance) }
    }
    return ground.x + ground.y + ground.z > 1.5 ? .zero : GlyphColour(1, 1, 1, 0)
  }

  private static func paintGlyph(
    _ label: Int, _ canvas: inout GlyphCanvas, ink: GlyphColour,
    _ random: inout SeededGenerator
  ) {
    // tan(25° / 2) = 0.2217
    let pose = GlyphPose(turn: 0.2217, size: 7...12.5, reach: 3.5, &random)
    let radius = random.between(0.6, 1.7)
    let roughness = random.between(0, 0.7)
    let strokes = GlyphAlphabet.strokes[label].map {
      $0.drawn(pose, radius: radius, roughness: roughness, &random)
    }
    canvas.paint(strokes, colour: ink)
  }

  /// A part of some glyph, at any angle and often in the same ink.
  private static func paintDistractor(
    _ canvas: inout GlyphCanvas, ink: GlyphColour, _ random: inout SeededGenerator
  ) {
    let glyph = GlyphAlphabet.strokes[random.integer(below: GlyphAlphabet.strokes.count)]
    let whole = glyph[random.integer(below: glyph.count)].points
    let length = min(whole.count, 3 + random.integer(below: 7))
    let first = random.integer(below: whole.count - length + 1)
    let part = GlyphStroke(Array(whole[first..<first + length]))
    let pose = GlyphPose(turn: 1, size: 4...10, reach: 14, &random)
    let stroke = part.drawn(
      pose, radius: random.between(0.5, 1.4), roughness: random.between(0, 0.6), &random)
    let colour = random.chance(0.6) ? ink : random.colour()
    canvas.paint([stroke], colour: colour, opacity: random.between(0.5, 1))
  }

  private static func paintDot(_ canvas: inout GlyphCanvas, _ random: inout SeededGenerator) {
    let centre = GlyphPoint(random.between(0, 31), random.between(0, 31))
    var dot = GlyphStroke([centre, centre])
    let radius = random.between(0.4, 1.8)
    dot.radii = [radius, radius]
    canvas.paint([dot], colour: random.colour(), opacity: random.between(0.4, 1))
  }

  /// A bar across the picture that hides a part of the glyph, sometimes in the colour of the ground.
  private static func paintBar(
    _ canvas: inout GlyphCanvas, ground: GlyphColour?, _ random: inout SeededGenerator
  ) {
    let middle = GlyphPoint(random.between(6, 25), random.between(6, 25))
    let reach = GlyphPoint(random.between(-1, 1), random.between(-1, 1)) * random.between(8, 26)
    var bar = GlyphStroke([middle - reach, middle + reach])
    let radius = random.between(1, 3)
    bar.radii = [radius, radius]
    let colour = random.colour()
    canvas.paint([bar], colour: ground ?? colour, opacity: random.between(0.7, 1))
  }

  private static func clamped(_ colour: GlyphColour) -> GlyphColour {
    colour.clamped(lowerBound: .zero, upperBound: .one)
  }
}
