import Units

/// What a network costs and how well it does.
public struct NetworkFigures: Equatable, Sendable {
  /// Figures after training that followed the compression.
  public struct FineTuned: Equatable, Sendable {
    /// The top-1 accuracy on the test split, in percent.
    public var top1: Double

    /// Figures after fine-tuning.
    public init(top1: Double) { self.top1 = top1 }
  }

  /// The arithmetic of one inference.
  public var macs: OperationCount
  /// The number of weights and biases.
  public var parameters: Int
  /// The memory of the weights, at their bit widths.
  public var weightBytes: ByteCount
  /// The most memory that activations take at one time.
  public var peakActivationBytes: ByteCount
  /// MACs times the bits of weight and activation, where bits were decided.
  public var bitOps: Int?
  /// The duration of one inference on the device.
  public var latencySeconds: Seconds?
  /// The energy of one inference on the device.
  public var energyJoules: Joules?
  /// The score on the validation split that the search was rewarded for.
  public var validation: Double?
  /// The top-1 accuracy on the test split, in percent.
  public var top1: Double?
  /// The figures after fine-tuning.
  public var fineTuned: FineTuned?

  /// Figures of their parts.
  public init(
    macs: OperationCount, parameters: Int, weightBytes: ByteCount, peakActivationBytes: ByteCount,
    bitOps: Int? = nil, latencySeconds: Seconds? = nil, energyJoules: Joules? = nil,
    validation: Double? = nil,
    top1: Double? = nil, fineTuned: FineTuned? = nil
  ) {
    self.macs = macs
    self.parameters = parameters
    self.weightBytes = weightBytes
    self.peakActivationBytes = peakActivationBytes
    self.bitOps = bitOps
    self.latencySeconds = latencySeconds
    self.energyJoules = energyJoules
    self.validation = validation
    self.top1 = top1
    self.fineTuned = fineTuned
  }
}

extension NetworkFigures: JSONRepresentable {
  /// Reads the fields.
  public init(_ reader: JSONReader) throws(JSONError) {
    try reader.refuseFields(
      otherThan: [
        "macs", "parameters", "weightBytes", "peakActivationBytes", "bitOps",
        "latencySeconds", "energyJoules", "validation", "top1", "fineTuned",
      ])
    macs = try reader.read("macs")
    parameters = try reader.read("parameters")
    weightBytes = try reader.read("weightBytes")
    peakActivationBytes = try reader.read("peakActivationBytes")
    bitOps = try reader.readIfPresent("bitOps")
    latencySeconds = try reader.readIfPresent("latencySeconds")
    energyJoules = try reader.readIfPresent("energyJoules")
    validation = try reader.readIfPresent("validation")
    top1 = try reader.readIfPresent("top1")
    fineTuned = try reader.readIfPresent("fineTuned")
  }

  /// The fields that are set.
  public var json: JSONValue {
    .object(omittingNil: [
      "macs": macs.json,
      "parameters": parameters.json,
      "weightBytes": weightBytes.json,
      "peakActivationBytes": peakActivationBytes.json,
      "bitOps": bitOps?.json,
      "latencySeconds": latencySeconds?.json,
      "energyJoules": energyJoules?.json,
      "validation": validation?.json,
      "top1": top1?.json,
      "fineTuned": fineTuned?.json,
    ])
  }
}

extension NetworkFigures.FineTuned: JSONRepresentable {
  /// Reads the field.
  public init(_ reader: JSONReader) throws(JSONError) {
    try reader.refuseFields(otherThan: ["top1"])
    top1 = try reader.read("top1")
  }

  /// The field.
  public var json: JSONValue { ["top1": top1.json] }
}
