/// How channels are chosen and how the rest makes up for them.
public struct PruningSettings: Codable, Equatable, Sendable {
  /// What decides which channels of a group stay: those with the highest scores.
  ///
  /// All look at the network as it came. A channel stands for a class of channels that go together;
  /// where a class holds several channels, or several layers read it, their scores are added.
  public enum Criterion: String, Codable, CaseIterable, Sendable {
    /// Σ|w| over the weights of all layers that read a channel (AMC's magnitude; He et al. 2018,
    /// section 3).
    case l1
    /// √Σw² over the weights of all layers that read a channel.
    case l2
    /// The error that least squares leaves without the channel; see `BackwardElimination`. Where more
    /// than one layer reads a group, `l1`.
    case leastSquares
    /// Σ_j ‖F_c − F_j‖₂ over all filters F_j of each layer that makes the channel, divided by that
    /// layer's mean (FPGM, He et al. 2019, section 3); see `GeometricMedian`.
    case geometricMedian
    /// The mean of |x| over calibration images and pixels, of the values that layers read, behind
    /// their activation functions (a relative of APoZ, Hu et al. 2016); see `MeanActivation`.
    case activation
    /// (Σ ∂L/∂w · w)² over the weights that read a channel, L the cross-entropy of mini-batches of
    /// labelled calibration images (Molchanov et al. 2019, section 3); see `TaylorImportance`.
    case taylor

    /// Whether it looks at calibration images.
    var needsImages: Bool { self == .leastSquares || self == .activation || self == .taylor }
    /// Whether it looks at the labels of calibration images.
    var needsLabels: Bool { self == .taylor }
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

  /// What becomes of the running statistics of BatchNormalizations.
  public enum Normalization: String, Codable, CaseIterable, Sendable {
    /// They stay as they are.
    case keep
    /// They are computed anew on the calibration images once the network is cut and solved for; see
    /// `Graph.reestimatingStatistics`.
    case reestimate
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

  /// What becomes of running statistics once the network is cut.
  public var normalization: Normalization

  /// Whether anything looks at calibration images.
  public var needsImages: Bool { criterion.needsImages || changesWeights }
  /// Whether anything looks at the labels of calibration images.
  public var needsLabels: Bool { criterion.needsLabels }
  /// Whether what remains is changed on calibration images, beyond being cut.
  public var changesWeights: Bool { reconstruction != .none || normalization != .keep }
  /// Whether any least-squares problem is stated.
  var needsTargets: Bool { reconstruction != .none || criterion == .leastSquares }

  /// Settings.
  public init(
    criterion: Criterion = .leastSquares, reconstruction: Reconstruction = .sequential,
    refit: Refit = .cut, ridge: Double = 1e-4, positionsPerImage: Int = 16,
    normalization: Normalization = .keep
  ) {
    self.criterion = criterion
    self.reconstruction = reconstruction
    self.refit = refit
    self.ridge = ridge
    self.positionsPerImage = positionsPerImage
    self.normalization = normalization
  }
}
