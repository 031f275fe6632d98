import Espalier

/// A search on standard error: a living view for a person, a line every ten episodes for a log.
final class SearchProgressView {
  let isQuiet: Bool
  private var screen: SearchScreen?
  private var area = LiveArea()
  private var lastDrawn: ContinuousClock.Instant?
  /// At most ten times a second: a terminal far away must not slow a search down.
  private static let pause = Duration.milliseconds(100)

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
  }

  func show(_ progress: SearchProgress) {
    guard !isQuiet else { return }
    guard Terminal.isLive else {
      if progress.episode % 10 == 0 || progress.episode == progress.episodes {
        Terminal.write(Self.line(progress))
      }
      return
    }
    if let agent = screen?.progress.agent, agent != progress.agent { end() }
    var screen = screen ?? SearchScreen(progress: progress)
    screen.progress = progress
    screen.rewards += progress.earlier + [progress.reward]
    self.screen = screen
    let now = ContinuousClock.now
    let isDue = lastDrawn.map { now - $0 >= Self.pause } ?? true
    guard isDue || progress.episode == progress.episodes else { return }
    lastDrawn = now
    let window = Terminal.window
    Terminal.send(area.replacing(with: screen.lines(window), columns: window.columns))
  }

  /// A line for each epoch: there are few of them, and each takes its time.
  func show(_ progress: FineTuningProgress) {
    guard !isQuiet else { return }
    end()
    Terminal.write("fine-tuning \(progress.network)  \(progress.training.text)")
  }

  /// Says what a run that goes on cannot use; quiet or not, since something is wrong.
  func notice(_ sentence: String) {
    end()
    Terminal.error(sentence)
  }

  /// Leaves a line of what the agent came to in place of the view.
  func end() {
    guard !isQuiet, Terminal.isLive, let screen else { return }
    let window = Terminal.window
    let line = Painter(columns: max(window.columns - 1, 12), hasColour: false)
      .line([.plain(Self.summary(screen.progress))])
    Terminal.send(area.replacing(with: [line], columns: window.columns))
    area.leave()
    self.screen = nil
    lastDrawn = nil
  }

  /// A line of a log.
  static func line(_ progress: SearchProgress) -> String {
    let best = progress.best.map { decimal($0, 4) } ?? "–"
    return "\(progress.agent)  \(progress.episode)/\(progress.episodes)  "
      + "reward \(decimal(progress.reward, 4))  best \(best)  "
      + "about \(decimal(progress.secondsLeft, 0)) s left"
  }

  /// What is left to read of an agent's search.
  static func summary(_ progress: SearchProgress) -> String {
    let best = progress.best.map { decimal($0, 4) } ?? "–"
    return "\(progress.agent)  \(progress.episode)/\(progress.episodes)  best \(best)  "
      + "in \(SearchScreen.time(progress.seconds))"
  }
}
