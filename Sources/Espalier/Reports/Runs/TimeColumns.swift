import Foundation

/// What a run noted of its time, added up, and of each episode.
struct TimeColumns: Equatable {
  /// The seconds of each episode whose time is known.
  private(set) var seconds: [Double] = []
  /// All of them.
  private(set) var total = 0.0
  /// Of that, making candidates' networks.
  private(set) var network = 0.0
  /// Of that, measuring them.
  private(set) var evaluation = 0.0

  /// What is left for the agent, the journal and the rest.
  var rest: Double { max(0, total - network - evaluation) }

  /// The lines of a file; none where there is no file, and lines that cannot be read tell nothing.
  init(_ url: URL) throws {
    try JournalLines(url).forEach { line in
      var scanner = LineScanner(line)
      var own = [Double](repeating: 0, count: 3)
      var known = 0
      do {
        try scanner.scan { name, text in
          guard
            let place = ["seconds", "networkSeconds", "evaluationSeconds"].firstIndex(of: name),
            let value = Double(Substring(text))
          else { return }
          own[place] = value
          known += 1
        }
      } catch is LineScanner.Fault {
        return true
      }
      guard known == 3 else { return true }
      seconds.append(own[0])
      total += own[0]
      network += own[1]
      evaluation += own[2]
      return true
    }
  }
}
