import Espalier

/// A search on standard error: one living line for a person, a line every ten episodes for a log.
struct SearchProgressView {
  let isQuiet: Bool
  private var agent = ""

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
  }

  mutating func show(_ progress: SearchProgress) {
    guard !isQuiet else { return }
    if progress.agent != agent, Terminal.isInteractive, !agent.isEmpty { Terminal.write("") }
    agent = progress.agent
    let left =
      progress.seconds / Double(progress.episode)
      * Double(progress.episodes - progress.episode)
    let best = progress.best.map { decimal($0, 4) } ?? "–"
    let text =
      "\(progress.agent)  \(progress.episode)/\(progress.episodes)  "
      + "reward \(decimal(progress.reward, 4))  best \(best)  "
      + "about \(Int(left.rounded())) s left"
    if Terminal.isInteractive {
      Terminal.rewrite(text)
    } else if progress.episode % 10 == 0 || progress.episode == progress.episodes {
      Terminal.write(text)
    }
  }

  /// A line for each epoch: there are few of them, and each takes its time.
  mutating func show(_ progress: FineTuningProgress) {
    guard !isQuiet else { return }
    end()
    agent = ""
    Terminal.write("fine-tuning \(progress.network)  \(progress.training.text)")
  }

  func end() {
    if !isQuiet, Terminal.isInteractive, !agent.isEmpty { Terminal.write("") }
  }
}
