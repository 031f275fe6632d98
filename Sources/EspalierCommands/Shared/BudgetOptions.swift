import ArgumentParser
import Calibration
import Espalier
import Foundation

/// Bits that `calibrate` decides itself, within budgets.
struct BudgetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Decide the bits within a limit: weightBytes=0.375 (of 8/8), latency=uniform:4; may be repeated.",
      valueName: "key=value"))
  var budget: [String] = []

  @Option(
    help: ArgumentHelp(
      "The device whose time and energy a budget counts.", valueName: "name-or-file"))
  var device: String?

  @Option(help: ArgumentHelp("A folder with devices of one's own.", valueName: "dir"))
  var devices: [String] = []

  @Option(help: ArgumentHelp("Bits that weights may get under a budget.", valueName: "list"))
  var candidates = BitList(bits: [2, 3, 4, 6, 8])

  @Option(
    help: ArgumentHelp(
      "Bits that inputs may get; 8, or those of weights where a budget depends on them.",
      valueName: "list"))
  var activationCandidates: BitList?

  @Option(help: "What bits are decided by: outputs, points or hessian.")
  var sensitivity = SensitivityMeasure.outputs

  @Option(help: ArgumentHelp("Images that sensitivities are measured on.", valueName: "n"))
  var sensitivityImages = 64

  @Option(help: ArgumentHelp("Write the decided bits as a policy.", valueName: "file"))
  var writePolicy: String?

  func validate() throws {
    if !(1...1_000_000).contains(sensitivityImages) {
      throw ValidationError("--sensitivity-images: expected 1 to 1000000.")
    }
    guard budget.isEmpty else { return }
    for (name, isGiven) in [
      ("device", device != nil), ("write-policy", writePolicy != nil),
      ("activation-candidates", activationCandidates != nil),
    ] where isGiven {
      throw ValidationError("--\(name) needs --budget.")
    }
  }

  /// What was asked for.
  func bits(ends: Int?) throws -> BudgetedBits {
    var bits = BudgetedBits(budgets: try Budget.list(budget))
    bits.device = device
    bits.deviceFolders = devices.map(\.fileURL)
    bits.weights = candidates.bits
    bits.activations = activationCandidates?.bits
    bits.ends = ends
    bits.measure = sensitivity
    bits.images = sensitivityImages
    bits.policy = writePolicy?.fileURL
    return bits
  }
}

/// A list of numbers of bits, such as `2,3,4,8`.
struct BitList: ExpressibleByArgument {
  /// The numbers.
  let bits: [Int]

  init(bits: [Int]) { self.bits = bits }

  /// Numbers from 1 to 8 with commas between them.
  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let bits = numbers.compactMap { $0 }.filter { (1...8).contains($0) }
    guard !bits.isEmpty, bits.count == numbers.count else { return nil }
    self.bits = bits
  }

  var defaultValueDescription: String { bits.map(String.init).joined(separator: ",") }
}

extension SensitivityMeasure: ExpressibleByArgument {}
