import CompressionEnvironments
import Foundation
import Reinforcement

/// What of an episode goes to TensorBoard.
struct EpisodeEvents {
  private let file: EventFile

  /// The events of one agent.
  ///
  /// - Parameter run: the folder of its journal: the run's, or that of a stage.
  /// - Throws: what opening the file throws.
  init(_ agent: String, run: RunDirectory) throws {
    file = try EventFile(in: run.tensorBoard(agent))
  }

  /// Appends a measured candidate.
  ///
  /// - Parameters:
  ///   - best: the best reward within the budget so far.
  ///   - seconds: what it took; nil for one that an earlier process measured.
  /// - Throws: what writing throws.
  func append(_ episode: SearchEpisode, best: Double?, seconds: Double?) throws {
    var event = TrainingEvent(time: Date().timeIntervalSince1970, step: episode.index)
    let candidate = episode.candidate
    event.scalars = [
      ("reward/episode", candidate.reward), ("accuracy/validation", candidate.accuracy),
    ]
    if let best { event.scalars.append(("reward/best", best)) }
    for (name, value) in candidate.cost.json.objectValue ?? [:] {
      if let value = value.doubleValue { event.scalars.append(("cost/\(name)", value)) }
    }
    if let seconds { event.scalars.append(("time/seconds", seconds)) }
    event.histograms = [
      ("actions/requested", episode.requested), ("actions/executed", episode.executed),
    ]
    event.add(episode.learning?.figures, noise: episode.learning?.explorationDeviation)
    event.scalars.sort { $0.tag < $1.tag }
    try file.append(event)
  }

  /// Appends an episode of a task.
  ///
  /// - Parameters:
  ///   - seconds: what it took; nil for one that an earlier process ran.
  /// - Throws: what writing throws.
  func append(_ record: EpisodeRecord, agent: any Agent, seconds: Double?) throws {
    var event = TrainingEvent(time: Date().timeIntervalSince1970, step: record.episode)
    event.scalars = [
      ("return/episode", record.return), ("return/steps", Double(record.steps.count)),
    ]
    if let seconds { event.scalars.append(("time/seconds", seconds)) }
    for component in record.steps.first?.requestedAction.indices ?? 0..<0 {
      for (name, action) in [
        ("requested", \EpisodeRecord.Step.requestedAction),
        ("executed", \EpisodeRecord.Step.executedAction),
      ] {
        let values = record.steps.compactMap { step in
          component < step[keyPath: action].count ? step[keyPath: action][component] : nil
        }
        event.histograms.append(("actions/\(name)/\(component)", values))
      }
    }
    let learner = agent as? DDPGAgent
    event.add(learner?.learningFigures, noise: learner?.explorationDeviation)
    try file.append(event)
  }
}

extension TrainingEvent {
  /// What a learning agent tells.
  fileprivate mutating func add(_ figures: LearningFigures?, noise: Double?) {
    let numbers: [(String, Double?)] = [
      ("agent/critic loss", figures?.criticLoss), ("agent/actor loss", figures?.actorLoss),
      ("agent/Q", figures?.meanValue), ("agent/exploration noise", noise),
    ]
    for (tag, value) in numbers {
      if let value { scalars.append((tag, value)) }
    }
  }
}
