extension LayerChart {
  private static let width = 480.0
  private static let nameWidth = 20

  func svg(standalone: Bool) -> String {
    let legend = legend()
    let names = rows.map { Drawing.tail($0.name, Self.nameWidth) }
    let left = 10 + (names.map(Drawing.width).max() ?? 0)
    let right = Self.width - 12 - (rows.map { Drawing.width($0.label) }.max() ?? 0)
    let scale = AxisScale(extents, includingZero: true, count: 4)
    let most = rows.map(\.values.count).max() ?? 1
    let thickness = form == .bars ? max(5, min(11, 20 / Double(max(most, 1)))) : 10
    let rowHeight =
      switch form {
      case .bars: thickness * Double(max(most, 1)) + 7
      case .stacked: 20.0
      case .dots: max(18, 6 * Double(most) + 6)
      }
    var parts: [String] = []
    let top = legend.height + 6
    let bottom = top + rowHeight * Double(rows.count)
    func x(_ value: Double) -> Double { left + scale.part(value) * (right - left) }
    for (index, tick) in scale.ticks.enumerated() {
      parts.append(Drawing.line(x(tick), top, x(tick), bottom + 3, class: "grid"))
      if index % 2 == 0 || right - left > 200 {
        parts.append(
          Drawing.text(x(tick), bottom + 17, scale.label(tick), class: "soft middle"))
      }
    }
    for (index, row) in rows.enumerated() {
      let y = top + rowHeight * Double(index)
      parts.append(
        Drawing.text(left - 6, y + rowHeight / 2 + 4, names[index], class: "end"))
      if !row.label.isEmpty {
        parts.append(
          Drawing.text(Self.width - 4, y + rowHeight / 2 + 4, row.label, class: "soft end"))
      }
      parts += draw(row, y: y, height: rowHeight, thickness: thickness, x: x)
    }
    parts.append(Drawing.line(left, top, left, bottom, class: "axis"))
    parts.append(
      Drawing.text((left + right) / 2, bottom + 36, axis.label(scale), class: "middle"))
    return wrapped(
      parts + legend.parts, width: Self.width, height: bottom + 44, standalone: standalone)
  }

  private var extents: [Double] {
    rows.flatMap { row -> [Double] in
      form == .stacked
        ? [row.values.reduce(0) { $0 + $1.value }]
        : row.values.flatMap { [$0.value, $0.outline ?? 0] }
    }
  }

  private func draw(
    _ row: Row, y: Double, height: Double, thickness: Double, x: (Double) -> Double
  ) -> [String] {
    var reached = 0.0
    return row.values.enumerated().flatMap { index, value -> [String] in
      let colour = "c\(value.series % Palette.seriesCount)"
      let note = "\(row.name): \(value.note)"
      switch form {
      case .bars:
        let place =
          y + (height - thickness * Double(row.values.count)) / 2 + thickness * Double(index)
        let own = Drawing.bar(
          x(0), place + 0.5, x(value.value) - x(0), thickness - 1, class: "\(colour) bar",
          note: note)
        guard let outline = value.outline else { return [own] }
        return [
          own,
          Drawing.bar(
            x(0), place + 0.5, x(outline) - x(0), thickness - 1, class: "outline", note: note),
        ]
      case .stacked:
        let start = x(reached)
        reached += value.value
        return [
          Drawing.bar(
            start, y + (height - thickness) / 2, x(reached) - start, thickness,
            class: "\(colour) bar", note: note)
        ]
      case .dots:
        // One below the other, since runs often agree.
        let middle = Double(row.values.count - 1) / 2
        let centre = y + height / 2 + 6 * (Double(index) - middle)
        return [
          index == 0
            ? Drawing.line(x(0), y + height, x(1e300), y + height, class: "grid") : "",
          value.series % 2 == 0
            ? Drawing.dot(x(value.value), centre, 4, class: "\(colour) dot", note: note)
            : Drawing.diamond(x(value.value), centre, 4.5, class: "\(colour) dot", note: note),
        ].filter { !$0.isEmpty }
      }
    }
  }

  private func legend() -> (parts: [String], height: Double) {
    guard !series.isEmpty else { return ([], 0) }
    var parts: [String] = []
    var (x, y) = (10.0, 14.0)
    for (number, name) in series.enumerated() {
      let name = Drawing.head(name, 40)
      let needed = 18 + Drawing.width(name) + 14
      if x > 10, x + needed > Self.width { (x, y) = (10, y + 18) }
      let colour = "c\(number % Palette.seriesCount)"
      parts.append(
        form == .dots
          ? number % 2 == 0
            ? Drawing.dot(x + 6, y - 4, 4, class: "\(colour) dot")
            : Drawing.diamond(x + 6, y - 4, 4.5, class: "\(colour) dot")
          : Drawing.bar(x, y - 9, 12, 10, class: "\(colour) bar"))
      parts.append(Drawing.text(x + 17, y, name))
      x += needed
    }
    return (parts, y + 4)
  }
}
