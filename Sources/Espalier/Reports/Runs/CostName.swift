import Compression

/// A cost by the names that budgets, policies and people use.
struct CostName: Equatable, Hashable {
  /// Of budgets: `latency`.
  let quantity: String
  /// Of policies and journals: `latencySeconds`.
  let field: String
  /// For people: `latency`.
  let title: String
  /// The unit of the field.
  let unit: String

  /// The names of a quantity; one that is not known is called as it is.
  init(_ quantity: String) {
    self.quantity = quantity
    (field, title, unit) =
      switch quantity {
      case "macs": ("macs", "multiply-accumulates", "MACs")
      case "parameters": ("parameters", "parameters", "")
      case "weightBytes": ("weightBytes", "weights", "B")
      case "peakActivationBytes": ("peakActivationBytes", "peak activations", "B")
      case "bitOps": ("bitOps", "bit operations", "BitOPs")
      case "latency": ("latencySeconds", "latency", "s")
      case "energy": ("energyJoules", "energy", "J")
      default: (quantity, quantity, "")
      }
  }

  /// All, in the order of reports.
  static let all = CostQuantity.allCases.map { CostName($0.rawValue) }

  /// An amount with its unit.
  func text(_ value: Double) -> String { Markup.amount(value, unit: unit) }
}

/// The cost of no network: limits that are absolute do not look at it.
enum NetworkCostOfNothing {
  static let cost = NetworkCost { _ in 0 }
}
