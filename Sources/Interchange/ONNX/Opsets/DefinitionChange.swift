import Networks
import Tensors

/// Operator sets in which an operator means something else than in `Graph.opset`, and what is to
/// be done about it.
///
/// Changes that only widen what an operator accepts are not listed: a node of the older definition
/// is a node of the newer one. Source: the version history of the operators in ONNX's schemas.
struct DefinitionChange: Sendable {
  /// Changes a node of these operator sets.
  typealias Rewrite =
    @Sendable (inout Node, inout NodeRewriter) throws(ONNXDefect) -> Void

  /// The operator sets with the other meaning.
  let opsets: ClosedRange<Int>
  /// Gives a node the meaning of `Graph.opset`.
  let rewrite: Rewrite

  /// The change made by operator set `version`, seen from an older file.
  static func before(_ version: Int, _ rewrite: @escaping Rewrite) -> DefinitionChange {
    DefinitionChange(opsets: 1...(version - 1), rewrite: rewrite)
  }

  /// The change made by operator set `version`, seen from a newer file.
  static func since(_ version: Int, _ rewrite: @escaping Rewrite) -> DefinitionChange {
    DefinitionChange(opsets: version...ONNXFile.newestOpset, rewrite: rewrite)
  }

  /// All changes by operator.
  static let all: [String: [DefinitionChange]] = {
    var all = attributesThatBecameInputs
    all.merge(newerAttributes) { $0 + $1 }
    all.merge(otherMeanings) { $0 + $1 }
    return all
  }()

  private static let otherMeanings: [String: [DefinitionChange]] = [
    "BatchNormalization": [.before(14, OperatorRewrites.batchNormalization)],
    "Softmax": [.before(13, SoftmaxRewrite.rewrite)],
    "LogSoftmax": [.before(13, SoftmaxRewrite.rewrite)],
    "Hardmax": [.before(13, SoftmaxRewrite.rewrite)],
    "Split": [.before(18, OperatorRewrites.splitCount)],
    "Resize": [.before(11, refuse("its coordinates are not specified"))],
    "RoiAlign": [.before(16, refuse("its coordinates are shifted"))],
    "GridSample": [.since(20, refuse("its modes have other names"))],
    "GroupNormalization": [.since(21, refuse("it scales channels and not groups"))],
    "DFT": [.since(20, refuse("its axis is an input"))],
  ]

  private static func refuse(_ reason: String) -> Rewrite {
    { (node, rewriter) throws(ONNXDefect) in throw rewriter.defect(node, reason) }
  }
}
