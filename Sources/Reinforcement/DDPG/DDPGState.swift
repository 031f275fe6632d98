public import Tensors

/// What a trained DDPG agent hands on: its networks and how its returns were normalised.
///
/// Enough to act as it acted and to begin learning elsewhere from there; optimisers' moments, replay and
/// random streams belong to the run and stay behind: a run itself goes on from a `DDPGCheckpoint`.
public struct DDPGState: Equatable, Sendable {
  /// The settings, with what depends on the number of steps filled in.
  public var configuration: DDPGConfiguration
  /// The components of an observation.
  public var observationCount: Int
  /// What the actions were.
  public var actionSpace: BoxSpace
  /// Mean and spread of the returns.
  public var returns: ReturnNormalizer
  /// The parameters of the trained networks, not of their targets, such as `actor/hidden1.weight`,
  /// `critic1/value.bias`.
  public var tensors: [String: Tensor]

  /// A state.
  public init(
    configuration: DDPGConfiguration, observationCount: Int, actionSpace: BoxSpace,
    returns: ReturnNormalizer, tensors: [String: Tensor]
  ) {
    self.configuration = configuration
    self.observationCount = observationCount
    self.actionSpace = actionSpace
    self.returns = returns
    self.tensors = tensors
  }

  /// Checks that an agent with these settings can begin with this state.
  ///
  /// Equal must be what gives the networks their extents and what gives actions and values their
  /// meaning; rates, exploration, replay and targets are free.
  ///
  /// - Parameter configuration: the new agent's settings, resolved for its number of steps.
  /// - Throws: `DDPGTransferError` with the first difference.
  public func checkFits(
    _ configuration: DDPGConfiguration, observationCount: Int, actionSpace: BoxSpace
  ) throws(DDPGTransferError) {
    let (saved, here) = (self.configuration, configuration)
    let fields: [(String, String, String)] = [
      ("hiddenLayers", "\(saved.hiddenLayers)", "\(here.hiddenLayers)"),
      ("actionEntry", saved.actionEntry.rawValue, here.actionEntry.rawValue),
      ("twinCritics", "\(saved.twinCritics)", "\(here.twinCritics)"),
      ("rewardAssignment", saved.rewardAssignment.rawValue, here.rewardAssignment.rawValue),
      (
        "returnNormalization", saved.returnNormalization.rawValue,
        here.returnNormalization.rawValue
      ),
      ("the length of an observation", "\(self.observationCount)", "\(observationCount)"),
      ("the action space", "\(self.actionSpace)", "\(actionSpace)"),
    ]
    for (name, saved, here) in fields where saved != here {
      throw .setting(name: name, saved: saved, here: here)
    }
    let inputs = [saved, here].map { [$0.stepInputs ?? 0, $0.criticActionHistory ?? 0] }
    guard inputs[0] == inputs[1] else { throw .steps(saved: inputs[0], here: inputs[1]) }
  }
}

/// Why an agent cannot begin with a saved one's networks.
public enum DDPGTransferError: Error, Equatable, CustomStringConvertible {
  /// A setting on which the networks or their meaning depend.
  case setting(name: String, saved: String, here: String)
  /// Step inputs and action history of networks for another number of steps.
  case steps(saved: [Int], here: [Int])
  /// A tensor that is missing or not as the settings say.
  case tensor(name: String, expected: String, found: String)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .setting(let name, let saved, let here):
      "the saved agent does not fit: \(name) was \(saved) there and is \(here) here"
    case .steps(let saved, let here):
      "the saved agent does not fit: stepInputs and criticActionHistory were \(saved[0]) and "
        + "\(saved[1]) there and are \(here[0]) and \(here[1]) here; between networks with another "
        + "number of steps both fields are 0 in either search (stepInputs=0, criticActionHistory=0)"
    case .tensor(let name, let expected, let found):
      "the saved agent's tensor \(name): expected \(expected), found \(found)"
    }
  }
}
