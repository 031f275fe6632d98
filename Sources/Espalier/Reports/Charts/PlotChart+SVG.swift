extension PlotChart {
  private static let width = 480.0
  private static let height = 330.0

  /// The frame that the points lie in.
  private struct Frame {
    let across: AxisScale
    let up: AxisScale
    let left: Double
    let right: Double
    let top: Double
    let bottom: Double

    func x(_ value: Double) -> Double { left + across.part(value) * (right - left) }
    func y(_ value: Double) -> Double { bottom - up.part(value) * (bottom - top) }
  }

  func svg(standalone: Bool) -> String {
    let legend = legend()
    let points = series.lazy.flatMap(\.points)
    let across = AxisScale(
      points.map(\.x) + limits.filter { $0.side == .up }.map(\.value),
      includingZero: x.includesZero, whole: x.isWhole)
    let heights =
      points.map(\.y) + series.filter { $0.mark == .band }.flatMap(\.points).map(\.low)
      + limits.filter { $0.side == .across }.map(\.value)
    let up = AxisScale(heights, includingZero: y.includesZero, whole: y.isWhole)
    let widest = up.ticks.map { Drawing.width(up.label($0)) }.max() ?? 0
    let frame = Frame(
      across: across, up: up, left: 34 + widest, right: Self.width - 12, top: legend.height + 10,
      bottom: Self.height - 44)
    let parts = axes(frame) + series.flatMap { draw($0, frame) } + lines(frame) + legend.parts
    return wrapped(parts, width: Self.width, height: Self.height, standalone: standalone)
  }

  private func axes(_ frame: Frame) -> [String] {
    var parts: [String] = []
    for tick in frame.up.ticks {
      let y = frame.y(tick)
      parts.append(Drawing.line(frame.left, y, frame.right, y, class: "grid"))
      parts.append(Drawing.text(frame.left - 6, y + 4, frame.up.label(tick), class: "soft end"))
    }
    let ticks = frame.across.ticks
    // As many labels as stand apart from each other.
    let widest = ticks.map { Drawing.width(frame.across.label($0)) }.max() ?? 0
    let spacing = (frame.right - frame.left) / Double(max(1, ticks.count - 1))
    let every = max(1, Int(((widest + 12) / spacing).rounded(.up)))
    for (index, tick) in ticks.enumerated() {
      let x = frame.x(tick)
      parts.append(Drawing.line(x, frame.bottom, x, frame.bottom + 4, class: "axis"))
      guard index % every == 0 else { continue }
      let isLast = index == ticks.count - 1
      parts.append(
        Drawing.text(
          isLast ? frame.right + 8 : x, frame.bottom + 18, frame.across.label(tick),
          class: isLast ? "soft end" : "soft middle"))
    }
    parts.append(Drawing.line(frame.left, frame.bottom, frame.right, frame.bottom, class: "axis"))
    let middle = (frame.left + frame.right) / 2
    parts.append(
      Drawing.text(middle, frame.bottom + 37, x.label(frame.across), class: "middle"))
    let centre = Markup.fixed((frame.top + frame.bottom) / 2)
    parts.append(
      "<text class=\"middle\" transform=\"translate(14 \(centre)) rotate(-90)\">"
        + "\(Markup.escaped(y.label(frame.up)))</text>")
    return parts
  }

  private func draw(_ series: Series, _ frame: Frame) -> [String] {
    let points = series.points.filter { $0.x.isFinite && $0.y.isFinite }
    guard let first = points.first else { return [] }
    switch series.mark {
    case .line:
      let places = points.map { (frame.x($0.x), frame.y($0.y)) }
      return [Drawing.path(places, class: "\(series.colour) line\(series.dashes)")]
    case .steps:
      var places = [(frame.x(first.x), frame.y(first.y))]
      for (before, point) in zip(points, points.dropFirst()) {
        if point.y != before.y { places.append((frame.x(point.x), frame.y(before.y))) }
        places.append((frame.x(point.x), frame.y(point.y)))
      }
      return [Drawing.path(places, class: "\(series.colour) line\(series.dashes)")]
    case .band:
      let upper = points.map { (frame.x($0.x), frame.y($0.y)) }
      let lower = points.reversed().map { (frame.x($0.x), frame.y($0.low)) }
      return [Drawing.path(upper + lower, closing: true, class: "\(series.colour) band")]
    case .dots, .faintDots:
      let isFaint = series.mark == .faintDots
      return points.map { point in
        Drawing.dot(
          frame.x(point.x), frame.y(point.y), isFaint ? 2 : 3,
          class: "\(series.colour) dot\(isFaint ? " faint" : "")", note: point.note)
      }
    case .diamonds:
      return points.map { point in
        Drawing.diamond(
          frame.x(point.x), frame.y(point.y), 5.5, class: "\(series.colour) ringed",
          note: point.note)
      }
    }
  }

  private func lines(_ frame: Frame) -> [String] {
    limits.filter(\.value.isFinite).flatMap { limit -> [String] in
      switch limit.side {
      case .up:
        let x = frame.x(limit.value)
        let isRight = x > (frame.left + frame.right) / 2
        return [
          Drawing.line(x, frame.top, x, frame.bottom, class: "limit"),
          Drawing.text(
            x + (isRight ? -5 : 5), frame.bottom - 6, limit.name, class: isRight ? "end" : ""),
        ]
      case .across:
        let y = frame.y(limit.value)
        return [
          Drawing.line(frame.left, y, frame.right, y, class: "limit"),
          Drawing.text(frame.right - 4, y - 5, limit.name, class: "end"),
        ]
      }
    }
  }

  /// The names of the series, in as many lines as they need.
  private func legend() -> (parts: [String], height: Double) {
    let named = series.filter { $0.isNamed && !$0.points.isEmpty }
    var parts: [String] = []
    var (x, y) = (34.0, 14.0)
    for series in named {
      let name = Drawing.head(series.name, 40)
      let needed = 30 + Drawing.width(name) + 14
      if x > 34, x + needed > Self.width { (x, y) = (34, y + 18) }
      parts.append(sample(series, x, y - 4))
      parts.append(Drawing.text(x + 26, y, name))
      x += needed
    }
    return (parts, named.isEmpty ? 4 : y + 6)
  }

  private func sample(_ series: Series, _ x: Double, _ y: Double) -> String {
    switch series.mark {
    case .line, .steps:
      Drawing.line(x, y, x + 20, y, class: "\(series.colour) line\(series.dashes)")
    case .band: Drawing.bar(x, y - 5, 20, 10, class: "\(series.colour) band")
    case .dots, .faintDots: Drawing.dot(x + 10, y, 3.5, class: "\(series.colour) dot")
    case .diamonds: Drawing.diamond(x + 10, y, 5.5, class: "\(series.colour) ringed")
    }
  }
}
