/// A reward as arithmetic over accuracy and cost, read from an environment file.
///
/// The text is parsed once into the tree below, and everything in it is checked then: it can compute
/// with the names of `Variable` and the functions of `Function` and do nothing else.
///
///     R_err    accuracy                     the paper's −error, plus 1
///     R_FLOPs  -error * log(flops)
///     R_Param  -error * log(parameters)
///     R_HAQ    10 * (accuracy - originalAccuracy)   λ = 0.1, of percents
///
/// Source of the first three: He et al. 2018, section 3.3; of the last: Wang et al. 2019, section 3.5.
public struct RewardExpression: Reward, Equatable {
  /// The text, or the name it was given by.
  public let text: String
  private let tree: Node

  /// A number of a candidate.
  enum Variable: String, CaseIterable, Sendable {
    case accuracy, error, originalAccuracy, macs, flops, parameters, weightBytes,
      peakActivationBytes
    case originalMacs, originalFlops, originalParameters, originalWeightBytes
    case originalPeakActivationBytes
    case bitOps, latencySeconds, energyJoules
    case originalBitOps, originalLatencySeconds, originalEnergyJoules
  }

  /// A function of one number, or of two.
  enum Function: String, CaseIterable, Sendable {
    case log, exp, sqrt, min, max

    var argumentCount: Int { self == .min || self == .max ? 2 : 1 }
  }

  /// A part of the expression.
  indirect enum Node: Equatable, Sendable {
    case number(Double)
    case variable(Variable)
    case negative(Node)
    case sum(Node, Node)
    case difference(Node, Node)
    case product(Node, Node)
    case quotient(Node, Node)
    case call(Function, [Node])
  }

  /// The rewards that have a name.
  public static let named = [
    "R_HAQ": "10 * (accuracy - originalAccuracy)",
    "R_err": "accuracy", "R_FLOPs": "-error * log(flops)", "R_Param": "-error * log(parameters)",
  ]

  /// The accuracy itself: the reward of a search under a budget.
  public static let accuracy = RewardExpression(text: "accuracy", tree: .variable(.accuracy))

  /// HAQ's reward, λ·(accuracy − accuracy of the network as it is) in percents with λ = 0.1.
  public static let haq = RewardExpression(
    text: "R_HAQ",
    tree: .product(.number(10), .difference(.variable(.accuracy), .variable(.originalAccuracy))))

  private init(text: String, tree: Node) {
    self.text = text
    self.tree = tree
  }

  /// Reads a name or an expression.
  ///
  /// - Throws: `RewardError` with the place and what was expected there.
  public init(_ text: String) throws(RewardError) {
    var parser = RewardParser(Self.named[text] ?? text)
    self.init(text: text, tree: try parser.parse())
  }

  /// Whether the reward depends on anything but accuracy: then it needs no limit.
  public var countsCost: Bool {
    !Self.variables(tree).isSubset(of: [.accuracy, .error, .originalAccuracy])
  }

  /// Whether the reward depends on how good the network is as it came.
  public var comparesAccuracy: Bool { Self.variables(tree).contains(.originalAccuracy) }

  private static func variables(_ node: Node) -> Set<Variable> {
    switch node {
    case .number: []
    case .variable(let variable): [variable]
    case .negative(let operand): variables(operand)
    case .sum(let a, let b), .difference(let a, let b), .product(let a, let b),
      .quotient(let a, let b):
      variables(a).union(variables(b))
    case .call(_, let arguments): Set(arguments.flatMap(variables))
    }
  }

  /// The worth of a candidate.
  public func reward(_ terms: RewardTerms) -> Double { Self.value(tree, terms) }

  private static func value(_ node: Node, _ terms: RewardTerms) -> Double {
    switch node {
    case .number(let number): number
    case .variable(let variable): value(variable, terms)
    case .negative(let operand): -value(operand, terms)
    case .sum(let a, let b): value(a, terms) + value(b, terms)
    case .difference(let a, let b): value(a, terms) - value(b, terms)
    case .product(let a, let b): value(a, terms) * value(b, terms)
    case .quotient(let a, let b): value(a, terms) / value(b, terms)
    case .call(let function, let arguments):
      apply(function, arguments.map { value($0, terms) })
    }
  }

  private static func value(_ variable: Variable, _ terms: RewardTerms) -> Double {
    let (cost, original) = (terms.cost, terms.original)
    return switch variable {
    case .accuracy: terms.accuracy
    case .error: 1 - terms.accuracy
    case .originalAccuracy: terms.originalAccuracy
    case .macs: Double(cost.macs)
    case .flops: 2 * Double(cost.macs)
    case .parameters: Double(cost.parameters)
    case .weightBytes: Double(cost.weightBytes)
    case .peakActivationBytes: Double(cost.peakActivationBytes)
    case .originalMacs: Double(original.macs)
    case .originalFlops: 2 * Double(original.macs)
    case .originalParameters: Double(original.parameters)
    case .originalWeightBytes: Double(original.weightBytes)
    case .originalPeakActivationBytes: Double(original.peakActivationBytes)
    case .bitOps: cost.amount(of: .bitOps)
    case .latencySeconds: cost.amount(of: .latency)
    case .energyJoules: cost.amount(of: .energy)
    case .originalBitOps: original.amount(of: .bitOps)
    case .originalLatencySeconds: original.amount(of: .latency)
    case .originalEnergyJoules: original.amount(of: .energy)
    }
  }

  private static func apply(_ function: Function, _ arguments: [Double]) -> Double {
    let first = arguments.first ?? .nan
    let second = arguments.last ?? .nan
    return switch function {
    case .log: first.logarithm
    case .exp: first.exponential
    case .sqrt: first.squareRoot()
    case .min: Swift.min(first, second)
    case .max: Swift.max(first, second)
    }
  }
}
