/// An environment that lives in a child process and is spoken to line by line; see the folder's README.
///
/// The child need not know about the agent: actions of the wrong length and steps after the end are refused
/// here, and actions are bounded here. Numbers that are not finite and lists of the wrong length end it.
public final class ProcessEnvironment: Environment {
  /// Where every observation lies; a bound that the child leaves out is infinite.
  public let observationSpace: BoxSpace
  /// Where every action lies.
  public let actionSpace: BoxSpace
  /// Whether the child tells at an episode's end what was carried out.
  public let settlesAtEnd: Bool
  /// The name that the child gave itself, if any.
  public let name: String?

  private let conversation: ProcessConversation
  private var isGoingOn = false
  private var steps = 0

  /// Starts a child and asks for its spaces.
  ///
  /// - Throws: `ProcessError`.
  public init(_ launch: ProcessConversation.Launch) throws(ProcessError) {
    let conversation = try ProcessConversation(launch, role: .environment)
    self.conversation = conversation
    observationSpace = try Self.space("observationSpace", conversation)
    actionSpace = try Self.space("actionSpace", conversation)
    settlesAtEnd = try conversation.truth(
      "settlesAtEnd", in: conversation.introduction, of: "hello")
    name = conversation.introduction["name"]?.text.map { ForeignText.line($0, longest: 100) }
  }

  private static func space(
    _ name: String, _ conversation: ProcessConversation
  ) throws(ProcessError) -> BoxSpace {
    let field = conversation.introduction[name]
    func bounds(_ side: String, _ missing: Double) -> [Double]? {
      guard let list = field?.table?[side]?.list else { return nil }
      let numbers = list.compactMap { $0 == .null ? missing : $0.number }
      return numbers.count == list.count ? numbers : nil
    }
    guard let low = bounds("low", -.infinity), let high = bounds("high", .infinity),
      let space = try? BoxSpace(low: low, high: high)
    else {
      throw conversation.wrong(
        name, "an object with 'low' and 'high', as many numbers each, low ≤ high", field, "hello")
    }
    return space
  }

  /// Begins an episode; of the seed 53 bits are sent, which every JSON reader keeps.
  ///
  /// - Throws: `ProcessError`.
  public func reset(seed: UInt64) throws -> EpisodeStart {
    var line = LineWriter(request: "reset")
    line.append("seed", .number(Double(seed & ((1 << 53) - 1))))
    isGoingOn = false
    let answer = try conversation.ask("reset", line)
    let observation = try conversation.numbers(
      "observation", count: observationSpace.count, in: answer, of: "reset")
    isGoingOn = true
    steps = 0
    return EpisodeStart(observation: observation, info: answer["info"]?.table ?? [:])
  }

  /// Carries out an action.
  ///
  /// - Throws: `EnvironmentError` for a step after the end or an action that is none; `ProcessError`.
  public func step(_ action: [Double]) throws -> Transition {
    guard isGoingOn else { throw EnvironmentError.episodeIsOver }
    let action = try actionSpace.checked(action)
    var line = LineWriter(request: "step")
    line.append("action", action)
    let answer = try conversation.ask("step", line)
    let observation = try conversation.numbers(
      "observation", count: observationSpace.count, in: answer, of: "step")
    guard let reward = try conversation.number("reward", in: answer, of: "step") else {
      throw conversation.wrong("reward", "a finite number", nil, "step")
    }
    var transition = Transition(
      observation: observation, reward: reward,
      terminated: try conversation.truth("terminated", in: answer, of: "step"),
      truncated: try conversation.truth("truncated", in: answer, of: "step"),
      info: answer["info"]?.table ?? [:], executedAction: action)
    if answer["executedAction"] != nil {
      transition.executedAction = try conversation.numbers(
        "executedAction", count: actionSpace.count, in: answer, of: "step")
    }
    steps += 1
    if let settled = answer["settled"] { transition.settled = try settledEpisode(settled) }
    isGoingOn = !transition.ended
    return transition
  }

  private func settledEpisode(_ field: InfoValue) throws(ProcessError) -> SettledEpisode {
    guard let list = field.list, list.count == steps else {
      throw conversation.wrong("settled", "a list of \(steps) steps", field, "step")
    }
    var settled: [SettledEpisode.Step] = []
    for element in list {
      let step = element.table ?? [:]
      settled.append(
        SettledEpisode.Step(
          observation: try conversation.numbers(
            "observation", count: observationSpace.count, in: step, of: "step"),
          action: try conversation.numbers(
            "action", count: actionSpace.count, in: step, of: "step")))
    }
    return SettledEpisode(steps: settled)
  }

  /// Ends the child with everything that it started.
  public func close() { conversation.close() }
}
