public import Calibration
public import Datasets
public import Foundation

/// What a user asks of a calibration, before anything is read.
public struct CalibrationRequest: Equatable, Sendable {
  /// How much time a calibration takes.
  public enum Preset: String, CaseIterable, Sendable {
    /// A thousand iterations: minutes for a small network.
    case quick
    /// The paper's 20,000.
    case full

    /// Iterations; for methods that go block by block those of each block.
    public var iterations: Int { self == .quick ? 1000 : 20_000 }

    /// The settings of a method.
    public func settings(_ method: CalibrationMethod) -> CalibrationSettings {
      CalibrationSettings(method: method, iterations: iterations)
    }
  }

  /// Which bits layers get.
  public enum Bits: Equatable, Sendable {
    /// The same for all layers, but for the first and the last one where those keep `ends` bits.
    case uniform(weights: Int, activations: Int, ends: Int?)
    /// What a policy's file says.
    case policy(URL)
    /// What changes the outputs least within budgets.
    case budget(BudgetedBits)
  }

  /// The ONNX file.
  public var model: URL
  /// The data, as `--data` takes them; their training split is calibrated on, without labels.
  public var data: String
  /// How pixels become numbers.
  public var preprocessing = Preprocessing.raw
  /// The bits.
  public var bits: Bits
  /// Every setting.
  public var settings: CalibrationSettings
  /// Calibration images.
  public var images = 1024
  /// The seed of all random streams.
  public var seed = 1
  /// Threads; nil takes one per processor.
  public var threads: Int?
  /// The operator set of the file; from 21 on whole numbers of at most four bits are packed.
  public var opset = 13
  /// The ONNX file to write.
  public var output: URL
  /// Iterations after which the state is saved, again and again.
  public var checkpointEvery = 500

  /// A request with the defaults.
  public init(model: URL, data: String, bits: Bits, settings: CalibrationSettings, output: URL) {
    self.model = model
    self.data = data
    self.bits = bits
    self.settings = settings
    self.output = output
  }
}
