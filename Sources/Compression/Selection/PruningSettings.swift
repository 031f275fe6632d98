/// How channels are chosen and how the rest makes up for them.
public struct PruningSettings: Codable, Equatable, Sendable {
  /// What decides which channels of a group stay.
  public enum Criterion: String, Codable, CaseIterable, Sendable {
    /// The sum of the absolute weights that read a channel (AMC's magnitude).
    case l1
    /// The error that least squares leaves without the channel; see `BackwardElimination`.
    case leastSquares
  }

  /// Which data the remaining weights are solved on.
  public enum Reconstruction: String, Codable, CaseIterable, Sendable {
    /// The weights stay as they are.
    case none
    /// Inputs of the unpruned network, gathered once: fast.
    case original
    /// Inputs of the already pruned prefix, layer after layer.
    case sequential
  }

  /// Which layers are solved for.
  public enum Refit: String, Codable, CaseIterable, Sendable {
    /// Those that lose input channels.
    case cut
    /// All, so that whole layers behind the first cut adapt to the drift too.
    case all
  }

  /// What decides which channels stay.
  public var criterion: Criterion
  /// Which data the remaining weights are solved on.
  public var reconstruction: Reconstruction
  /// Which layers are solved for.
  public var refit: Refit
  /// The pull towards the original weights, as a part of the mean diagonal of XᵀX.
  public var ridge: Double
  /// Output positions read from each calibration image.
  public var positionsPerImage: Int

  /// Whether anything looks at calibration images.
  public var needsImages: Bool { reconstruction != .none || criterion == .leastSquares }

  /// Settings.
  public init(
    criterion: Criterion = .leastSquares, reconstruction: Reconstruction = .sequential,
    refit: Refit = .cut, ridge: Double = 1e-4, positionsPerImage: Int = 16
  ) {
    self.criterion = criterion
    self.reconstruction = reconstruction
    self.refit = refit
    self.ridge = ridge
    self.positionsPerImage = positionsPerImage
  }
}
