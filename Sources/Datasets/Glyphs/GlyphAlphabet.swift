/// The ten glyphs, each a few strokes in a square from −1 to 1.
///
/// No two become each other by the rotations, shears and reflections that a picture or a flip can
/// bring, so that mirrored training images keep their class.
enum GlyphAlphabet {
  /// A glyph's name and strokes.
  struct Glyph: Sendable {
    let name: String
    let strokes: @Sendable () -> [GlyphStroke]
  }

  static let glyphs = [arch, fork, hook, ribbon, ladder, spiral, zigzag, star, key, wave]

  /// The strokes of each glyph, in pieces short enough to bend.
  static let strokes = glyphs.map { glyph in
    glyph.strokes().map { $0.subdivided(length: 0.28) }
  }

  private static let arch = Glyph(name: "arch") {
    [
      GlyphStroke(
        curves: points([
          (-0.65, 0.9), (-0.65, 0.5), (-0.65, 0.3), (-0.65, -0.1), (-0.65, -0.62), (-0.36, -0.9),
          (0, -0.9), (0.36, -0.9), (0.65, -0.62), (0.65, -0.1), (0.65, 0.3), (0.65, 0.5),
          (0.65, 0.9),
        ]))
    ]
  }

  private static let fork = Glyph(name: "fork") {
    [
      GlyphStroke(points([(0, 0.95), (0, -0.9)])),
      GlyphStroke(
        curves: points([
          (-0.65, -0.85), (-0.65, 0.05), (-0.4, 0.3), (0, 0.3), (0.4, 0.3), (0.65, 0.05),
          (0.65, -0.85),
        ])),
    ]
  }

  private static let hook = Glyph(name: "hook") {
    [
      GlyphStroke(
        curves: points([
          (0.3, -0.85), (0.3, -0.4), (0.3, 0), (0.3, 0.35), (0.3, 1.05), (-0.7, 1.1),
          (-0.7, 0.35),
        ])),
      GlyphStroke(points([(-0.2, -0.85), (0.8, -0.85)])),
    ]
  }

  private static let ribbon = Glyph(name: "ribbon") {
    [
      GlyphStroke(
        curves: points([
          (-0.65, 0.95), (-0.1, 0.2), (0.6, -0.2), (0.6, -0.5), (0.6, -0.75), (0.35, -0.92),
          (0, -0.92), (-0.35, -0.92), (-0.6, -0.75), (-0.6, -0.5), (-0.6, -0.2), (0.1, 0.2),
          (0.65, 0.95),
        ]))
    ]
  }

  private static let ladder = Glyph(name: "ladder") {
    [
      GlyphStroke(points([(-0.5, 0.95), (-0.5, -0.95)])),
      GlyphStroke(points([(0.5, 0.95), (0.5, -0.95)])),
      GlyphStroke(points([(-0.5, -0.4), (0.5, -0.4)])),
      GlyphStroke(points([(-0.5, 0.4), (0.5, 0.4)])),
    ]
  }

  /// Half circles of growing radius, each a Bézier curve.
  private static let spiral = Glyph(name: "spiral") {
    let ends: [Float] = [0.05, -0.25, 0.4, -0.6, 0.85]
    var curve = [GlyphPoint(ends[0], 0.1)]
    for (index, (from, to)) in zip(ends, ends.dropFirst()).enumerated() {
      // Control points 4/3 radii away make a half circle of a cubic.
      let bulge = (index.isMultiple(of: 2) ? 1 : -1) * abs(to - from) * 2 / 3
      curve += [
        GlyphPoint(from, 0.1 + bulge), GlyphPoint(to, 0.1 + bulge), GlyphPoint(to, 0.1),
      ]
    }
    return [GlyphStroke(curves: curve, pieces: 9)]
  }

  private static let zigzag = Glyph(name: "zigzag") {
    [
      GlyphStroke(
        points([(0.6, -0.95), (-0.6, -0.5), (0.6, 0), (-0.6, 0.5), (0.6, 0.95)]))
    ]
  }

  private static let star = Glyph(name: "star") {
    [
      GlyphStroke(points([(0, -0.9), (0, 0.9)])),
      GlyphStroke(points([(-0.8, -0.45), (0.8, 0.45)])),
      GlyphStroke(points([(-0.8, 0.45), (0.8, -0.45)])),
    ]
  }

  private static let key = Glyph(name: "key") {
    [
      GlyphStroke(
        curves: points([
          (0, -0.1), (-0.55, -0.1), (-0.55, -0.92), (0, -0.92), (0.55, -0.92), (0.55, -0.1),
          (0, -0.1),
        ]), pieces: 8),
      GlyphStroke(points([(0, -0.1), (0, 0.95)])),
      GlyphStroke(points([(0, 0.9), (0.5, 0.9)])),
      GlyphStroke(points([(0, 0.5), (0.4, 0.5)])),
    ]
  }

  private static let wave = Glyph(name: "wave") {
    [
      GlyphStroke(
        curves: points([
          (0.6, -0.6), (0.4, -1.1), (-0.6, -1), (-0.6, -0.45), (-0.6, 0.1), (0.6, -0.1),
          (0.6, 0.45), (0.6, 1), (-0.4, 1.1), (-0.6, 0.6),
        ]))
    ]
  }

  private static func points(_ list: [(Float, Float)]) -> [GlyphPoint] {
    list.map { GlyphPoint($0.0, $0.1) }
  }
}
