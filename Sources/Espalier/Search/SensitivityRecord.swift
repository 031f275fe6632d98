import CompressionEnvironments
import CompressionPolicies

/// `sensitivity.json` of a run: how much each decision about bits alone changes what the network says.
struct SensitivityRecord {
  /// The decisions in graph order, each with its losses by bits: the mean KL divergence in nats.
  let json: JSONValue

  /// The losses that a search for bits keeps its candidates within the budget by; nil where it measures none.
  init?(_ search: BitSearch) {
    guard case .sensitivity(let losses) = search.rule else { return nil }
    let space = search.space
    let decisions = space.decisions.indices.filter { space.operands[$0] != .channels }
    json = [
      "decisions": .array(
        decisions.map { number in
          let named = losses[number].map { ("\($0.key)", $0.value.json) }
          return [
            "name": space.decisions[number].layer.json,
            "operand": space.operands[number].rawValue.json,
            "losses": .object(Dictionary(named) { first, _ in first }),
          ]
        })
    ]
  }
}
