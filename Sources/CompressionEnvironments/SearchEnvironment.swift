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
  /// The actions of whole episodes where exploring may sensibly begin, the most sensible first; none where
  /// nothing is known.
  var starts: [[[Double]]] { get }
}

extension SearchEnvironment {
  /// Nothing is known.
  public var starts: [[[Double]]] { [] }
}
