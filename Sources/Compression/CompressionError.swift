/// What can go wrong when a network is compressed.
public enum CompressionError: Error, Equatable, CustomStringConvertible {
  /// A node whose constants cannot be cut.
  case cannotSlice(node: String, type: String, reason: String)
  /// A budget below what is left when everything is cut as far as allowed.
  case unreachableBudget(quantity: String, asked: Double, smallest: Double, original: Double)
  /// Nothing in the network can be pruned under the settings.
  case nothingToPrune(String)
  /// A policy and a network that do not belong together.
  case policyMismatch(layer: String, expected: String, found: String)
  /// Data that do not fit the network.
  case data(expected: String, found: String)
  /// A least-squares problem without a solution.
  case reconstruction(layer: String, reason: String)
  /// A setting with a value that makes no sense.
  case setting(name: String, expected: String, found: String)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .cannotSlice(let node, let type, let reason):
      return "node '\(node)' (\(type)) cannot be sliced: \(reason)"
    case .unreachableBudget(let quantity, let asked, let smallest, let original):
      let least = Double(Int((smallest / original * 10000).rounded(.up))) / 10000
      let part = original == 1 ? "" : " (\(least) of the original \(Self.text(original)))"
      return "the budget \(quantity)=\(Self.text(asked)) cannot be reached: the smallest reachable "
        + "is \(original == 1 ? "\(least)" : Self.text(smallest))\(part)"
    case .nothingToPrune(let reason):
      return "nothing can be pruned: \(reason)"
    case .policyMismatch(let layer, let expected, let found):
      return "the policy does not fit the model at layer '\(layer)': expected \(expected), "
        + "found \(found)"
    case .data(let expected, let found):
      return "the data do not fit the network: expected \(expected), found \(found)"
    case .reconstruction(let layer, let reason):
      return "layer '\(layer)' cannot be reconstructed: \(reason)"
    case .setting(let name, let expected, let found):
      return "\(name): expected \(expected), found \(found)"
    }
  }

  private static func text(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
  }
}
