import Foundation

extension RooflineChart {
  /// The chart as one SVG file, legible on light and on dark; the same chart gives the same bytes.
  public var svg: String {
    let plane = LogPlane(self)
    var lines = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Markup.fixed(LogPlane.width)) \(Markup.fixed(LogPlane.height))" \
      role="img" aria-label="Roofline of \(Markup.escaped(device))">
      """,
      "<style>\(Self.style)</style>",
      "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>",
      Drawing.text(LogPlane.left, 30, "Roofline of \(device)", class: "title"),
      Drawing.text(LogPlane.left, 50, subtitle, class: "soft"),
    ]
    lines += grid(plane) + roofLines(plane) + dots(plane) + legend(plane)
    lines.append("</svg>")
    return lines.joined(separator: "\n") + "\n"
  }

  private var subtitle: String {
    "\(points.count) layers; a dot's area is the layer's share of the time"
  }

  /// Plain rules instead of variables, which not every viewer of SVG knows; on dark the colours are lighter.
  private static let style = """
    text{font:12px system-ui,sans-serif}.title{font-size:18px;font-weight:600}\
    .middle{text-anchor:middle}.end{text-anchor:end}.grid{stroke-width:1}\
    .roof{stroke-width:2;fill:none;stroke-linejoin:round}.dot{fill-opacity:.55;stroke-width:1.25}
    """
    + colours(
      paper: "#fff", ink: "#1f2430", soft: "#667085", line: "#e4e7ec", roof: "#344054",
      kinds: ["#2f6fde", "#12956a", "#d9622b", "#8a4fd3", "#c2306f"])
    + "@media (prefers-color-scheme:dark){"
    + colours(
      paper: "#14171f", ink: "#eceff4", soft: "#98a2b3", line: "#2b303b", roof: "#cfd5e1",
      kinds: ["#6ea3ff", "#41c997", "#ff9a62", "#b98cff", "#ff7fb0"]) + "}"

  private static func colours(
    paper: String, ink: String, soft: String, line: String, roof: String, kinds: [String]
  ) -> String {
    let dots = zip(Kind.allCases, kinds).map { kind, colour in
      ".\(kind.rawValue){fill:\(colour);stroke:\(colour)}"
    }
    return ".paper{fill:\(paper)}text{fill:\(ink)}.soft{fill:\(soft)}.grid{stroke:\(line)}"
      + ".roof{stroke:\(roof)}" + dots.joined()
  }

  // MARK: - Parts

  private func grid(_ plane: LogPlane) -> [String] {
    var lines: [String] = []
    for exponent in plane.decadesAcross {
      let x = plane.x(pow(10, Double(exponent)))
      lines.append(Drawing.line(x, LogPlane.top, x, LogPlane.bottom, class: "grid"))
      lines.append(Drawing.text(x, LogPlane.bottom + 20, decade(exponent), class: "soft middle"))
    }
    for exponent in plane.decadesUp {
      let y = plane.y(pow(10, Double(exponent)))
      lines.append(Drawing.line(LogPlane.left, y, LogPlane.right, y, class: "grid"))
      lines.append(Drawing.text(LogPlane.left - 10, y + 4, decade(exponent), class: "soft end"))
    }
    let middle = (LogPlane.left + LogPlane.right) / 2
    lines.append(
      Drawing.text(
        middle, LogPlane.bottom + 44, "operations per byte of main memory", class: "middle"))
    let centre = (LogPlane.top + LogPlane.bottom) / 2
    lines.append(
      "<text class=\"middle\" transform=\"translate(20 \(Markup.fixed(centre))) rotate(-90)\">"
        + "operations per second</text>")
    return lines
  }

  private func roofLines(_ plane: LogPlane) -> [String] {
    roofs.flatMap { roof in
      let ridge = roof.peak / bandwidth
      var corners: [(Double, Double)] = []
      if ridge > plane.least {
        corners.append((plane.least, plane.least * bandwidth))
        corners.append((min(ridge, plane.most), min(roof.peak, plane.most * bandwidth)))
      } else {
        corners.append((plane.least, roof.peak))
      }
      if ridge < plane.most { corners.append((plane.most, roof.peak)) }
      let path = corners.map { "\(Markup.fixed(plane.x($0.0))) \(Markup.fixed(plane.y($0.1)))" }
      let bits = roof.bits.prefix(3).joined(separator: ", ") + (roof.bits.count > 3 ? " …" : "")
      let label = "\(amount(roof.peak))op/s at \(bits) bits"
      return [
        "<path class=\"roof\" d=\"M\(path.joined(separator: " L"))\"/>",
        Drawing.text(LogPlane.right - 4, plane.y(roof.peak) - 7, label, class: "soft end"),
      ]
    }
  }

  private func dots(_ plane: LogPlane) -> [String] {
    // The largest lie below, so that none hides another.
    let order = points.indices.sorted {
      (points[$1].share, $0) < (points[$0].share, $1)
    }
    return order.map { index in
      let point = points[index]
      let radius = 3 + 26 * point.share.squareRoot()
      let note =
        "\(point.name): \(amount(point.attained))op/s at \(amount(point.intensity))op/B, "
        + "\(Markup.fixed(100 * point.share)) % of the time"
      return "<circle class=\"dot \(point.kind.rawValue)\" "
        + "cx=\"\(Markup.fixed(plane.x(point.intensity)))\" cy=\"\(Markup.fixed(plane.y(point.attained)))\" "
        + "r=\"\(Markup.fixed(radius))\"><title>\(Markup.escaped(note))</title></circle>"
    }
  }

  private func legend(_ plane: LogPlane) -> [String] {
    let kinds = Kind.allCases.filter { kind in points.contains { $0.kind == kind } }
    let slope = "\(amount(bandwidth))B/s of main memory on the slope"
    var lines = [Drawing.text(LogPlane.right, 30, slope, class: "soft end")]
    for (index, kind) in kinds.enumerated() {
      let x = LogPlane.right - 95 * Double(kinds.count - index) + 10
      lines.append(
        "<circle class=\"dot \(kind.rawValue)\" "
          + "cx=\"\(Markup.fixed(x))\" cy=\"46\" r=\"5\"/>")
      lines.append(Drawing.text(x + 11, 50, kind.rawValue, class: "soft"))
    }
    return lines
  }

  // MARK: - Text

  private func decade(_ exponent: Int) -> String {
    let step = Int((Double(exponent) / 3).rounded(.down)) * 3
    let number = ["1", "10", "100"][exponent - step]
    guard let prefix = Markup.prefixes[step] else { return "1e\(exponent)" }
    return prefix.isEmpty ? number : "\(number) \(prefix)"
  }

  /// Three digits or so and a prefix, ready for a unit.
  private func amount(_ value: Double) -> String {
    guard value > 0, value.isFinite else { return "\(Markup.fixed(0)) " }
    let step = min(18, max(-9, Int((log10(value) / 3).rounded(.down)) * 3))
    let scaled = value / pow(10, Double(step))
    let number = scaled >= 100 ? Markup.fixed(scaled.rounded()) : Markup.fixed(scaled)
    return "\(number) \(Markup.prefixes[step] ?? "")"
  }
}
