import Espalier

/// A search as a person watches it: a few lines that are drawn anew again and again.
///
/// What they look like depends on what is told and on the window alone.
struct SearchScreen: Equatable {
  /// The last that was told.
  var progress: SearchProgress
  /// The rewards of all episodes of this agent that were told, in order.
  var rewards: [Double] = []

  /// The window.
  struct Window: Equatable {
    var columns = 80
    var rows = 24
    var hasColour = true
  }

  /// The lines, each shorter than the window is wide, and fewer than it is high.
  func lines(_ window: Window) -> [String] {
    // The last column stays free: what is written there moves the cursor on.
    let paint = Painter(columns: max(window.columns - 1, 12), hasColour: window.hasColour)
    let head = [title(paint), figures(paint)] + costs(paint) + curve(paint)
    // A line for the cursor.
    let room = max(window.rows - 1 - head.count, 0)
    return Array((head + layers(paint, rows: room)).prefix(max(window.rows - 1, 1)))
  }

  private func title(_ paint: Painter) -> String {
    let part = Double(progress.episode) / Double(max(progress.episodes, 1))
    let before = "\(progress.agent) \(progress.episode)/\(progress.episodes) "
    let after = " \(decimal(100 * part, 0)) %, \(Self.time(progress.secondsLeft)) left"
    let bar = paint.columns - before.count - after.count
    guard bar >= 4 else { return paint.line([.plain(before + after.dropFirst())]) }
    return paint.line([.strong(before)] + paint.bar(part, width: min(bar, 40)) + [.plain(after)])
  }

  private func figures(_ paint: Painter) -> String {
    var parts: [Painter.Part] = [.plain("reward \(decimal(progress.reward, 4))")]
    parts += [.plain("  best "), .strong(progress.best.map { decimal($0, 4) } ?? "–")]
    if let noise = progress.noise { parts.append(.faint("  noise \(decimal(noise, 3))")) }
    return paint.line(parts)
  }

  private func costs(_ paint: Painter) -> [String] {
    progress.costs.map { cost in
      func percent(_ value: Double) -> String {
        cost.limit > 0 ? "\(decimal(100 * value / cost.limit, 1)) %" : decimal(value, 0)
      }
      let best = cost.best.map { ", best \(percent($0))" } ?? ""
      return paint.line([
        .plain("\(cost.quantity) \(percent(cost.used)) of the budget"), .faint(best),
      ])
    }
  }

  private func curve(_ paint: Painter) -> [String] {
    let finite = rewards.filter(\.isFinite)
    guard finite.count > 1, let least = finite.min(), let most = finite.max() else { return [] }
    let range = " \(decimal(least, 2))…\(decimal(most, 2))"
    let width = paint.columns - "curve ".count - range.count
    guard width >= 4 else { return [] }
    let chart = Sparkline.text(finite, width: min(width, 60))
    return [paint.line([.plain("curve "), .bright(chart), .faint(range)])]
  }

  // MARK: - Layers

  private func layers(_ paint: Painter, rows: Int) -> [String] {
    guard !progress.layers.isEmpty, rows > 0 else { return [] }
    if progress.layers.count > rows || progress.layers.count > 24 {
      return compactLayers(paint, rows: rows)
    }
    let longest = progress.layers.map(\.name.count).max() ?? 0
    let name = min(longest, max(paint.columns / 2 - 4, 4))
    let width = min(max(paint.columns - name - 8, 2), 40)
    return progress.layers.map { layer in
      let text = Painter.cutFront(layer.name, name)
      let space = String(repeating: " ", count: max(name - text.count, 0) + 1)
      return paint.line(
        [.plain(text + space)] + paint.bar(layer.part, width: width) + [.plain(" \(value(layer))")])
    }
  }

  private func value(_ layer: SearchProgress.Layer) -> String {
    layer.bits.map { "\($0) bit" } ?? decimal(layer.part, 2)
  }

  /// One upright bar for each layer, where there is no line for each.
  private func compactLayers(_ paint: Painter, rows: Int) -> [String] {
    let bars = progress.layers.map { Sparkline.bar($0.part) }
    let width = max(paint.columns - "layers ".count, 1)
    return stride(from: 0, to: bars.count, by: width).prefix(rows).map { first in
      let part = String(bars[first..<min(first + width, bars.count)])
      return paint.line([.plain(first == 0 ? "layers " : "       "), .bright(part)])
    }
  }

  /// A time in the unit that says most.
  static func time(_ seconds: Double) -> String {
    switch seconds {
    case ..<120: "\(decimal(max(seconds, 0), 0)) s"
    case ..<7200: "\(decimal(seconds / 60, 0)) min"
    case ..<172_800: "\(decimal(seconds / 3600, 1)) h"
    default: "\(decimal(seconds / 86_400, 1)) days"
    }
  }
}
