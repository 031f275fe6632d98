import Foundation

/// The colours of pages and drawings, on light and on dark.
///
/// Text stands at 4.5 : 1 or more against what lies behind it and marks at 3 : 1, as WCAG 2.1 asks at level AA
/// (criteria 1.4.3 and 1.4.11).
struct Palette: Equatable, Sendable {
  /// Behind everything.
  let paper: String
  /// Behind cards and tables' heads.
  let card: String
  /// Text.
  let ink: String
  /// Text of less weight.
  let soft: String
  /// Rules and grids: decoration.
  let rule: String
  /// Links and the first series.
  let accent: String
  /// What is left of an outline.
  let outline: String
  /// Series, told apart by dashes and shapes besides.
  let series: [String]

  static let light = Palette(
    paper: "#ffffff", card: "#f4f6f9", ink: "#1b2130", soft: "#566074", rule: "#dfe3ea",
    accent: "#1f5fbf", outline: "#7d889c",
    series: [
      "#1f5fbf", "#b3541e", "#15795a", "#8a3fb8", "#b02a5b", "#6b6a16", "#0e7490", "#5b5f6b",
    ])

  static let dark = Palette(
    paper: "#12151c", card: "#1b202a", ink: "#e9edf4", soft: "#a7b1c2", rule: "#2e3542",
    accent: "#7fb0ff", outline: "#7c879b",
    series: [
      "#7fb0ff", "#ff9f68", "#4fd0a4", "#c79bff", "#ff86b3", "#d3cf5a", "#4cc9e6", "#b6bccb",
    ])

  /// How many series have a colour of their own.
  static let seriesCount = light.series.count

  /// The contrast of two colours, from 1 to 21.
  ///
  ///     (L₁ + 0.05) / (L₂ + 0.05),   L = 0.2126 R + 0.7152 G + 0.0722 B  of linear components, L₁ ≥ L₂
  ///
  /// Source: WCAG 2.1, definitions of contrast ratio and relative luminance.
  static func contrast(_ first: String, _ second: String) -> Double {
    let luminances = [luminance(first), luminance(second)].sorted()
    return (luminances[1] + 0.05) / (luminances[0] + 0.05)
  }

  private static func luminance(_ colour: String) -> Double {
    let number = Int(colour.dropFirst(), radix: 16) ?? 0
    let linear = [16, 8, 0].map { shift -> Double in
      let component = Double((number >> shift) & 0xFF) / 255
      return component <= 0.03928 ? component / 12.92 : pow((component + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }

  /// Plain rules instead of variables, which not every viewer of SVG knows.
  var chartRules: String {
    let own = series.enumerated().map { number, colour in
      ".c\(number){stroke:\(colour);fill:\(colour)}"
    }
    return ".chart text{fill:\(ink)}.chart .soft{fill:\(soft)}.chart .paper{fill:\(paper)}"
      + ".grid{stroke:\(rule)}.axis{stroke:\(soft)}.outline{stroke:\(outline)}"
      + ".limit{stroke:\(ink)}.ringed{stroke:\(ink)}" + own.joined()
  }
}

/// The rules of drawings, shared by pages and stand-alone files.
enum ChartStyle {
  /// Shapes first, then colours on light, on dark, and on paper.
  static let rules =
    ".chart text{font:12px system-ui,-apple-system,'Segoe UI',sans-serif}"
    + ".chart .title{font-size:15px;font-weight:600}.middle{text-anchor:middle}.end{text-anchor:end}"
    + ".grid,.axis{stroke-width:1}" + Palette.light.chartRules
    + "@media screen and (prefers-color-scheme:dark){" + Palette.dark.chartRules + "}"
    + ".line{fill:none;stroke-width:2;stroke-linejoin:round}.band{stroke:none;fill-opacity:.18}"
    + ".dot{stroke:none;fill-opacity:.75}.faint{fill-opacity:.35}.hollow{fill:none;stroke-width:1.5}"
    + ".bar{stroke:none}.outline{fill:none;stroke-width:1}.limit{stroke-width:1.5;stroke-dasharray:5 4}"
    + ".d1{stroke-dasharray:7 3}.d2{stroke-dasharray:2 3}.d3{stroke-dasharray:9 3 2 3}"
    + ".ringed{stroke-width:1.5}"
}
