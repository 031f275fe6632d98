import Foundation
import Networks
import Tensors

/// Everything that a DDPG agent is between two episodes.
///
/// More than `DDPGState`, which is what can be handed on to another search: here are the optimisers'
/// moments, the target networks, the replay and the positions of the random streams as well.
struct DDPGCheckpoint: Codable {
  var learner: DDPGLearner.Checkpoint
  var replay: ReplayBuffer
  var priorities: ReplayPriorities?
  var returns: ReturnNormalizer
  var explorationStream: SeededGenerator
  var replayStream: SeededGenerator
  var episodeCount: Int
  var stepCount: Int
  var episodesAfterWarmup: Int
}

extension DDPGLearner {
  /// What updates have changed.
  struct Checkpoint: Codable {
    var actor: LearnedNetwork.Checkpoint
    var critics: [LearnedNetwork.Checkpoint]
    var updateCount: Int
    var targetNoiseStream: SeededGenerator
  }
}

extension LearnedNetwork {
  /// Parameters by name, and what the optimiser has gathered.
  struct Checkpoint: Codable {
    var online: [String: PackedFloats]
    var target: [String: PackedFloats]
    var optimizer: Adam.State
  }

  var checkpoint: Checkpoint {
    func values(_ parameters: [Parameter]) -> [String: PackedFloats] {
      Dictionary(
        parameters.map { ($0.name, PackedFloats($0.values)) },
        uniquingKeysWith: { first, _ in first })
    }
    return Checkpoint(
      online: values(online.parameters), target: values(target.parameters),
      optimizer: optimizer.state)
  }

  /// Becomes what was saved.
  ///
  /// - Throws: `AgentCheckpointError.part` for a parameter that is missing or of another size.
  mutating func restore(_ saved: Checkpoint) throws(AgentCheckpointError) {
    for (network, values) in [(online, saved.online), (target, saved.target)] {
      for parameter in network.parameters {
        let found = values[parameter.name]?.values
        guard let found, found.count == parameter.values.count else {
          throw .part(
            agent: "ddpg", name: parameter.name, expected: "\(parameter.values.count) numbers",
            found: "\(found?.count ?? 0)")
        }
        _ = parameter.values.update(fromContentsOf: found)
      }
      network.parametersChanged()
    }
    for moments in [saved.optimizer.firstMoments, saved.optimizer.secondMoments] {
      for parameter in online.parameters {
        guard let found = moments[parameter.name]?.values.count,
          found != parameter.values.count
        else { continue }
        throw .part(
          agent: "ddpg", name: "moments of \(parameter.name)",
          expected: "\(parameter.values.count) numbers", found: "\(found)")
      }
    }
    optimizer.state = saved.optimizer
  }
}
