/// A point of the image plane; y grows downwards.
struct GlyphPoint: Equatable {
  var x: Float
  var y: Float

  init(_ x: Float, _ y: Float) {
    self.x = x
    self.y = y
  }

  static func + (a: GlyphPoint, b: GlyphPoint) -> GlyphPoint { GlyphPoint(a.x + b.x, a.y + b.y) }
  static func - (a: GlyphPoint, b: GlyphPoint) -> GlyphPoint { GlyphPoint(a.x - b.x, a.y - b.y) }
  static func * (a: GlyphPoint, b: Float) -> GlyphPoint { GlyphPoint(a.x * b, a.y * b) }
}

/// A line that a pen draws: points with the pen's radius at each.
struct GlyphStroke {
  var points: [GlyphPoint]
  var radii: [Float] = []

  /// A stroke through some points, straight between them.
  init(_ points: [GlyphPoint]) {
    self.points = points
  }

  /// A stroke along cubic Bézier curves: a first point, then three control points per curve.
  init(curves: [GlyphPoint], pieces: Int = 6) {
    points = Array(curves.prefix(1))
    for start in stride(from: 0, to: curves.count - 3, by: 3) {
      for piece in 1...pieces {
        let t = Float(piece) / Float(pieces)
        let s = 1 - t
        let first = curves[start] * (s * s * s) + curves[start + 1] * (3 * s * s * t)
        let last = curves[start + 2] * (3 * s * t * t) + curves[start + 3] * (t * t * t)
        points.append(first + last)
      }
    }
  }

  /// The same line with no piece longer than `length`, so that it can be bent.
  func subdivided(length: Float) -> GlyphStroke {
    var fine: [GlyphPoint] = Array(points.prefix(1))
    for (a, b) in zip(points, points.dropFirst()) {
      let step = b - a
      let distance = (step.x * step.x + step.y * step.y).squareRoot()
      let pieces = max(1, Int((distance / length).rounded(.up)))
      for piece in 1...pieces { fine.append(a + step * (Float(piece) / Float(pieces))) }
    }
    return GlyphStroke(fine)
  }
}
