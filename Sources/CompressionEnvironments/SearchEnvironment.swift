public import Reinforcement

/// An environment whose episodes each make one candidate of a search problem.
///
/// AMC and HAQ are such: they add a state, an action map and a budget rule to the problem; the agents,
/// the loop and the journal are the same.
public protocol SearchEnvironment: Environment {
  /// What is searched.
  var problem: SearchProblem { get }
  /// The candidate of the last episode that ended.
  var candidate: Candidate? { get }
  /// The actions of an episode where exploring may sensibly begin; nil where nothing is known.
  var suggestion: [[Double]]? { get }
}

extension SearchEnvironment {
  /// Nothing is known.
  public var suggestion: [[Double]]? { nil }
}
