public import Tensors

/// Where an operator stands in a plan: what is known of a call before there is memory for it.
public struct OperatorSite: Sendable {
  /// The shapes of the inputs as they will be read; nil where one is left out.
  public let inputs: [Shape?]
  /// The shapes of the outputs.
  public let outputs: [Shape]
  /// How both lie.
  public let layouts: LayoutPlan
  /// What the graph is run for.
  public let mode: ExecutionMode
  /// How sums may be computed.
  public let arithmetic: Arithmetic

  /// A site.
  public init(
    inputs: [Shape?], outputs: [Shape], layouts: LayoutPlan, mode: ExecutionMode,
    arithmetic: Arithmetic = .fast
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.layouts = layouts
    self.mode = mode
    self.arithmetic = arithmetic
  }
}

/// Whether sums of products may be rearranged algebraically.
public enum Arithmetic: Sendable {
  /// Every convolution is the sum that defines it.
  case exact
  /// Winograd's convolution where it is faster and, on the weights at hand, agrees with the direct
  /// one to `WinogradConvolution.tolerance`. An input that is not finite then spoils the 4×4 outputs
  /// of its tiles, not only those that read it.
  case fast
}
