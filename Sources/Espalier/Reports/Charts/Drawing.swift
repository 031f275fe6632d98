/// The elements that charts are made of.
enum Drawing {
  static func text(_ x: Double, _ y: Double, _ words: String, class name: String = "") -> String {
    "<text\(attribute(name)) x=\"\(Markup.fixed(x))\" y=\"\(Markup.fixed(y))\">"
      + "\(Markup.escaped(words))</text>"
  }

  static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class name: String
  ) -> String {
    "<line\(attribute(name)) x1=\"\(Markup.fixed(x1))\" y1=\"\(Markup.fixed(y1))\" "
      + "x2=\"\(Markup.fixed(x2))\" y2=\"\(Markup.fixed(y2))\"/>"
  }

  static func bar(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, class name: String,
    note: String? = nil
  ) -> String {
    let open =
      "<rect\(attribute(name)) x=\"\(Markup.fixed(x))\" y=\"\(Markup.fixed(y))\" "
      + "width=\"\(Markup.fixed(max(0, width)))\" height=\"\(Markup.fixed(height))\" rx=\"1.5\""
    return closed(open, "rect", note)
  }

  static func dot(
    _ x: Double, _ y: Double, _ radius: Double, class name: String, note: String? = nil
  ) -> String {
    let open =
      "<circle\(attribute(name)) cx=\"\(Markup.fixed(x))\" cy=\"\(Markup.fixed(y))\" "
      + "r=\"\(Markup.fixed(radius))\""
    return closed(open, "circle", note)
  }

  /// A square on its corner.
  static func diamond(
    _ x: Double, _ y: Double, _ radius: Double, class name: String, note: String? = nil
  ) -> String {
    let points = [(0, -1), (1, 0), (0, 1), (-1, 0)].map { (across: Double, up: Double) in
      "\(Markup.fixed(x + across * radius)),\(Markup.fixed(y + up * radius))"
    }
    return closed(
      "<polygon\(attribute(name)) points=\"\(points.joined(separator: " "))\"", "polygon", note)
  }

  static func path(_ points: [(Double, Double)], closing: Bool = false, class name: String)
    -> String
  {
    let places = points.map { "\(Markup.fixed($0.0)) \(Markup.fixed($0.1))" }
    return "<path\(attribute(name)) d=\"M\(places.joined(separator: "L"))\(closing ? "Z" : "")\"/>"
  }

  private static func closed(_ open: String, _ element: String, _ note: String?) -> String {
    guard let note else { return open + "/>" }
    return "\(open)><title>\(Markup.escaped(note))</title></\(element)>"
  }

  private static func attribute(_ name: String) -> String {
    name.isEmpty ? "" : " class=\"\(name)\""
  }

  /// Text that fits, its beginning left out where it would not: layers differ at their ends.
  static func tail(_ text: String, _ count: Int) -> String {
    text.count > count ? "…" + text.suffix(max(1, count - 1)) : text
  }

  /// Text that fits, its end left out where it would not.
  static func head(_ text: String, _ count: Int) -> String {
    text.count > count ? text.prefix(max(1, count - 1)) + "…" : text
  }

  /// About how wide some text is: of 12 px with room, of the 13.5 px of a phone just so.
  static func width(_ text: String) -> Double { 7.6 * Double(text.count) }
}
