public import Foundation

extension DDPGAgent: ResumableAgent {
  /// Everything but what the settings and the seed say: see `DDPGCheckpoint`.
  ///
  /// - Throws: `EncodingError` for an agent that has diverged beyond what JSON can say.
  public func checkpoint() throws -> Data {
    try Self.coder.encoder.encode(
      DDPGCheckpoint(
        learner: learner.checkpoint, replay: replay, priorities: priorities, returns: returns,
        explorationStream: explorationStream, replayStream: replayStream,
        episodeCount: episodeCount, stepCount: stepCount,
        episodesAfterWarmup: episodesAfterWarmup))
  }

  /// Becomes what was saved.
  ///
  /// - Throws: `AgentCheckpointError`.
  public func restore(_ checkpoint: Data) throws {
    guard let saved = try? Self.coder.decoder.decode(DDPGCheckpoint.self, from: checkpoint) else {
      throw AgentCheckpointError.unreadable(agent: name)
    }
    let (found, own) = (saved.replay, replay)
    guard found.capacity == own.capacity, found.observationCount == own.observationCount,
      found.actionCount == own.actionCount, found.isWhole,
      saved.priorities?.tree.count == priorities?.tree.count
    else {
      throw AgentCheckpointError.part(
        agent: name, name: "replay", expected: "one of \(own.capacity) experiences",
        found: "another")
    }
    try learner.restore(saved.learner)
    replay = saved.replay
    priorities = saved.priorities
    returns = saved.returns
    explorationStream = saved.explorationStream
    replayStream = saved.replayStream
    episodeCount = saved.episodeCount
    stepCount = saved.stepCount
    episodesAfterWarmup = saved.episodesAfterWarmup
    actorIsStale = true
  }

  /// Numbers that are none have names, since JSON has no others for them.
  private static var coder: (encoder: JSONEncoder, decoder: JSONDecoder) {
    let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
    // Equal agents are equal bytes.
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return (encoder, decoder)
  }
}
