import Tensors

/// Where and how a glyph lies in the picture: rotation, size, shear, bend and place.
struct GlyphPose {
  private let row0: (Float, Float)
  private let row1: (Float, Float)
  private let centre: GlyphPoint
  private let bend: (Float, Float, Float, Float)

  /// A random pose: turned by up to `turn` (the tangent of half the angle), half as large as
  /// `size` says in pixels.
  init(
    turn: Float, size: ClosedRange<Float>, reach: Float, _ random: inout SeededGenerator
  ) {
    // With t = tan(θ/2), cos θ = (1 − t²)/(1 + t²) and sin θ = 2t/(1 + t²): no library cosine.
    let t = random.between(-turn, turn)
    let (cosine, sine) = ((1 - t * t) / (1 + t * t), 2 * t / (1 + t * t))
    let height = random.between(size.lowerBound, size.upperBound)
    let width = height * random.between(0.75, 1.15)
    let shear = random.between(-0.25, 0.25)
    row0 = (cosine * width, (cosine * shear - sine) * height)
    row1 = (sine * width, (sine * shear + cosine) * height)
    centre = GlyphPoint(15.5 + random.between(-reach, reach), 15.5 + random.between(-reach, reach))
    bend = (
      random.between(-0.15, 0.15), random.between(-0.15, 0.15), random.between(-0.15, 0.15),
      random.between(-0.15, 0.15)
    )
  }

  func place(_ point: GlyphPoint) -> GlyphPoint {
    let x = point.x + bend.0 * point.y * point.y + bend.1 * point.x * point.y
    let y = point.y + bend.2 * point.x * point.x + bend.3 * point.x * point.y
    return GlyphPoint(
      centre.x + row0.0 * x + row0.1 * y, centre.y + row1.0 * x + row1.1 * y)
  }
}

extension GlyphStroke {
  /// The stroke as a hand would draw it in the picture: in a pose, with a shaking pen.
  func drawn(
    _ pose: GlyphPose, radius: Float, roughness: Float, _ random: inout SeededGenerator
  ) -> GlyphStroke {
    var stroke = self
    stroke.points = points.map { point in
      let shake = GlyphPoint(random.bell(), random.bell()) * roughness
      return pose.place(point) + shake
    }
    stroke.radii = points.map { _ in
      max(radius * (1 + roughness * random.between(-0.6, 0.6)), 0.3)
    }
    return stroke
  }
}
