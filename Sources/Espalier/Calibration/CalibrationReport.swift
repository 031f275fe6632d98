import Calibration
public import Compression
public import CompressionPolicies
public import Foundation

/// What a calibration came to.
public struct CalibrationReport: Equatable, Sendable {
  /// One layer.
  public struct Layer: Equatable, Sendable {
    /// The node's name.
    public let name: String
    /// The bits of a weight; 32 for floats.
    public let weightBits: Int
    /// The bits of an element that it reads; 32 for floats.
    public let activationBits: Int
    /// The label-free trace of the Hessian; nil where none was estimated.
    public let trace: Double?
    /// Its standard error.
    public let traceError: Double?
    /// The layer's part of the loss.
    public let lossWeight: Double
  }

  /// Bits that were decided within budgets.
  public struct Decision: Equatable, Sendable {
    /// One budget.
    public struct Limit: Equatable, Sendable {
      /// What is limited.
      public let quantity: CostQuantity
      /// The most there may be, in the counts of the quantity.
      public let limit: Int
      /// What the network costs.
      public let cost: Int
    }

    /// The budgets.
    public let limits: [Limit]
    /// The sum of the layers' sensitivities.
    public let sensitivity: Double
    /// The candidates that gave no finite outputs, a sentence each.
    public let leftOut: [String]

    fileprivate var json: JSONValue {
      [
        "sensitivity": sensitivity.json, "leftOut": .array(leftOut.map(\.json)),
        "budgets": .array(
          limits.map {
            [
              "quantity": $0.quantity.rawValue.json,
              "limit": (Double($0.limit) / $0.quantity.countsPerUnit).json,
              "cost": (Double($0.cost) / $0.quantity.countsPerUnit).json,
            ]
          }),
      ]
    }
  }

  /// The file that was written.
  public let model: URL
  /// How levels were chosen.
  public let method: String
  /// Calibration images.
  public let images: Int
  /// Iterations; for AdaRound those of each layer.
  public let iterations: Int
  /// The seed.
  public let seed: Int
  /// The distillation error of the result.
  public let loss: Double
  /// That of nearest rounding, on the same images with the same weights.
  public let nearestLoss: Double
  /// The part of the weights that went to another level than the nearest.
  public let changedWeights: Double
  /// The bytes of packed weights.
  public let weightBytes: Int
  /// The bytes of the same weights as floats.
  public let originalWeightBytes: Int
  /// The bytes of the file.
  public let fileBytes: Int
  /// The time from the images at hand to the calibrated network.
  public let seconds: Double
  /// The layers in the order of the network.
  public let layers: [Layer]
  /// How bits were decided; nil where they were given.
  public var decision: Decision?

  /// What `calibrate --json` prints.
  public var json: JSONValue {
    .object(omittingNil: [
      "decision": decision?.json,
      "model": model.path.json, "method": method.json, "images": images.json,
      "iterations": iterations.json, "seed": seed.json, "loss": loss.json,
      "nearestLoss": nearestLoss.json, "changedWeights": changedWeights.json,
      "weightBytes": weightBytes.json, "originalWeightBytes": originalWeightBytes.json,
      "fileBytes": fileBytes.json, "seconds": seconds.json,
      "layers": .array(
        layers.map { layer in
          .object(omittingNil: [
            "name": layer.name.json, "weightBits": layer.weightBits.json,
            "activationBits": layer.activationBits.json, "trace": layer.trace?.json,
            "traceError": layer.traceError?.json, "lossWeight": layer.lossWeight.json,
          ])
        }),
    ])
  }
}
