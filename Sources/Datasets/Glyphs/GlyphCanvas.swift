/// A colour, each part from 0 to 1.
typealias GlyphColour = SIMD4<Float>

/// A square picture of floats that strokes are painted on.
///
/// Only additions, multiplications, divisions and square roots are used, which IEEE 754 rounds
/// alike everywhere.
struct GlyphCanvas {
  static let side = 32
  static let area = side * side

  /// One colour per pixel, row by row.
  var pixels = [GlyphColour](repeating: .zero, count: area)
  private var coverage = [Float](repeating: 0, count: area)

  /// Paints strokes as one shape: where they overlap, it is no thicker.
  ///
  /// A pixel is covered by how far it lies inside the pen's edge, from half a pixel outside to half
  /// a pixel inside.
  mutating func paint(_ strokes: [GlyphStroke], colour: GlyphColour, opacity: Float = 1) {
    var (left, right, top, bottom) = (Self.side, -1, Self.side, -1)
    coverage.withUnsafeMutableBufferPointer { coverage in
      for stroke in strokes {
        for index in 1..<max(stroke.points.count, 1) {
          let box = GlyphSegment(stroke, index).cover(coverage)
          (left, right) = (min(left, box.left), max(right, box.right))
          (top, bottom) = (min(top, box.top), max(bottom, box.bottom))
        }
      }
    }
    guard left <= right, top <= bottom else { return }
    for row in top...bottom {
      for position in row * Self.side + left...row * Self.side + right {
        let amount = coverage[position] * opacity
        coverage[position] = 0
        pixels[position] += (colour - pixels[position]) * amount
      }
    }
  }

  /// Mixes every pixel with the mean of its 3×3 neighbourhood.
  mutating func blur(amount: Float) {
    let sharp = pixels
    for row in 0..<Self.side {
      let rows = [max(row - 1, 0), row, min(row + 1, Self.side - 1)].map { $0 * Self.side }
      for column in 0..<Self.side {
        let (before, after) = (max(column - 1, 0), min(column + 1, Self.side - 1))
        var sum = GlyphColour.zero
        for start in rows {
          sum += sharp[start + before] + sharp[start + column] + sharp[start + after]
        }
        let position = row * Self.side + column
        pixels[position] += (sum / 9 - pixels[position]) * amount
      }
    }
  }
}

/// A piece of a stroke whose radius goes from one end's to the other's.
private struct GlyphSegment {
  let start: GlyphPoint
  let step: GlyphPoint
  let inverseSquaredLength: Float
  let radius: Float
  let radiusStep: Float

  init(_ stroke: GlyphStroke, _ index: Int) {
    start = stroke.points[index - 1]
    step = stroke.points[index] - start
    let squared = step.x * step.x + step.y * step.y
    inverseSquaredLength = squared > 0 ? 1 / squared : 0
    radius = stroke.radii[index - 1]
    radiusStep = stroke.radii[index] - radius
  }

  /// Raises the coverage of the pixels near the segment; returns the box they lie in.
  func cover(
    _ coverage: UnsafeMutableBufferPointer<Float>
  ) -> (left: Int, right: Int, top: Int, bottom: Int) {
    let reach = max(radius, radius + radiusStep) + 0.5
    let end = start + step
    let left = pixel(min(start.x, end.x) - reach, .up)
    let right = pixel(max(start.x, end.x) + reach, .down)
    let top = pixel(min(start.y, end.y) - reach, .up)
    let bottom = pixel(max(start.y, end.y) + reach, .down)
    guard left <= right, top <= bottom else { return (left, right, top, bottom) }
    for row in top...bottom {
      let dy = Float(row) - start.y
      for column in left...right {
        let dx = Float(column) - start.x
        let along = min(max((dx * step.x + dy * step.y) * inverseSquaredLength, 0), 1)
        let (x, y) = (dx - along * step.x, dy - along * step.y)
        let edge = radius + along * radiusStep + 0.5
        let squared = x * x + y * y
        guard squared < edge * edge else { continue }
        let position = row * GlyphCanvas.side + column
        coverage[position] = max(coverage[position], min(edge - squared.squareRoot(), 1))
      }
    }
    return (left, right, top, bottom)
  }

  /// The nearest pixel inside, clamped one step beyond the picture on either side.
  private func pixel(_ value: Float, _ rule: FloatingPointRoundingRule) -> Int {
    let side = Float(GlyphCanvas.side)
    let clamped = rule == .up ? min(max(value, 0), side) : min(max(value, -1), side - 1)
    return Int(clamped.rounded(rule))
  }
}
