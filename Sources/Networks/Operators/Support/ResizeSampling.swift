import Tensors

/// Where along an axis the elements of a resized value come from.
///
/// Source: ONNX's definition of Resize; coordinates are computed in single precision as it is done elsewhere,
/// since which element is nearest can hang on the last bit.
struct ResizeSampling: Sendable {
  /// An element with its weight.
  struct Tap {
    let offset: Int
    let weight: Float
  }

  private enum Mode: String {
    case nearest, linear
  }

  private enum Coordinates: String {
    case halfPixel = "half_pixel"
    case symmetric = "half_pixel_symmetric"
    case halfPixelUnlessOne = "pytorch_half_pixel"
    case corners = "align_corners"
    case asymmetric
  }

  private enum Rounding: String {
    case floor, ceil
    case preferFloor = "round_prefer_floor"
    case preferCeil = "round_prefer_ceil"
  }

  private let mode: Mode
  private let coordinates: Coordinates
  private let rounding: Rounding

  /// Reads the attributes.
  ///
  /// - Throws: `GraphError.unsupportedAttribute` for what we lack.
  init(_ node: NodeReader) throws(GraphError) {
    let mode = try node.string("mode", default: "nearest")
    let coordinates = try node.string("coordinate_transformation_mode", default: "half_pixel")
    let rounding = try node.string("nearest_mode", default: "round_prefer_floor")
    guard let own = Mode(rawValue: mode) else { throw node.unsupported("mode", mode) }
    guard let place = Coordinates(rawValue: coordinates) else {
      throw node.unsupported("coordinate_transformation_mode", coordinates)
    }
    guard let side = Rounding(rawValue: rounding) else {
      throw node.unsupported("nearest_mode", rounding)
    }
    let antialias = try node.int("antialias", default: 0)
    guard antialias == 0 else { throw node.unsupported("antialias", "\(antialias)") }
    let policy = try node.string("keep_aspect_ratio_policy", default: "stretch")
    guard policy == "stretch" else { throw node.unsupported("keep_aspect_ratio_policy", policy) }
    (self.mode, self.coordinates, self.rounding) = (own, place, side)
  }

  /// What an element of the output is made of.
  func taps(_ position: Int, from: Int, to: Int, scale: Float?) -> [Tap] {
    guard from != to || (scale ?? 1) != 1 else { return [Tap(offset: position, weight: 1)] }
    let place = coordinate(position, from: from, to: to, scale: scale ?? Float(to) / Float(from))
    func inside(_ index: Float) -> Int { Int(max(0, min(Float(from - 1), index))) }
    guard mode == .linear else {
      let nearest =
        switch rounding {
        case .floor: place.rounded(.down)
        case .ceil: place.rounded(.up)
        case .preferFloor: (place - 0.5).rounded(.up)
        case .preferCeil: (place + 0.5).rounded(.down)
        }
      return [Tap(offset: inside(nearest), weight: 1)]
    }
    let cut = max(0, min(Float(from - 1), place))
    let below = cut.rounded(.down)
    let weight = cut - below
    guard weight > 0 else { return [Tap(offset: inside(below), weight: 1)] }
    return [
      Tap(offset: inside(below), weight: 1 - weight),
      Tap(offset: inside(below + 1), weight: weight),
    ]
  }

  private func coordinate(_ position: Int, from: Int, to: Int, scale: Float) -> Float {
    let x = Float(position)
    switch coordinates {
    case .halfPixel: return (x + 0.5) / scale - 0.5
    case .halfPixelUnlessOne: return to > 1 ? (x + 0.5) / scale - 0.5 : 0
    case .symmetric:
      let middle = Float(from) / 2
      return middle * (1 - Float(to) / (scale * Float(from))) + (x + 0.5) / scale - 0.5
    case .corners:
      // Scales that do not divide leave a length between two extents, which counts as it is.
      let length = scale * Float(from)
      let last = abs(length - Float(to)) < 1e-3 ? Float(to - 1) : length - 1
      return last == 0 ? 0 : x * Float(from - 1) / last
    case .asymmetric: return x / scale
    }
  }
}
