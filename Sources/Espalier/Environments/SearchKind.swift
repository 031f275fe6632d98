/// What a search decides about: the field `kind` of an environment.
public enum SearchKind: String, CaseIterable, Sendable {
  /// Channels, or single weights.
  case amc
  /// Bits of weights and activations.
  case haq
  /// Channels and bits at once.
  case joint
}
