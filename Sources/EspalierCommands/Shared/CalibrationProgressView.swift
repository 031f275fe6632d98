import Calibration

/// A calibration on standard error: one living line for a person, twenty lines for a log.
struct CalibrationProgressView {
  let isQuiet: Bool
  private var area = LiveArea()
  /// When the first iteration ended, with what came before it: the time left counts from there.
  private var start: Double?

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
  }

  mutating func show(_ progress: CalibrationProgress, seconds: Double) {
    guard !isQuiet else { return }
    let begin = start ?? seconds
    start = begin
    let every = max(1, progress.iterations / (Terminal.isLive ? 1000 : 20))
    guard progress.iteration % every == 0 || progress.iteration == progress.iterations else {
      return
    }
    let done = Double(max(1, progress.iteration - 1))
    let left = (seconds - begin) / done * Double(progress.iterations - progress.iteration)
    let text =
      "\(progress.iteration)/\(progress.iterations)  loss \(decimal(progress.loss, 4))  "
      + (progress.layer.map { "\($0)  " } ?? "") + "about \(decimal(left, 0)) s left"
    guard Terminal.isLive else { return Terminal.write(text) }
    let columns = Terminal.window.columns
    let line = Painter(columns: max(columns - 1, 12), hasColour: false).line([.plain(text)])
    Terminal.send(area.replacing(with: [line], columns: columns))
  }

  /// Leaves the last line where it stands.
  mutating func end() { area.leave() }
}
