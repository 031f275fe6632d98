import CompressionPolicies
import Datasets
import Tensors

/// The calibration images of a search, found again from what its policy says of them.
struct CalibrationImages {
  private let record: CompressionPolicy.Calibration?
  private let seed: Int

  /// Images of a record.
  ///
  /// - Parameter seed: of the search, where the record is silent.
  init(_ record: CompressionPolicy.Calibration?, seed: Int) {
    self.record = record
    self.seed = record?.seed ?? seed
  }

  /// The images, preprocessed as the policy says.
  ///
  /// - Parameters:
  ///   - data: the data that the search was given.
  ///   - preprocessing: what a user asks for; nil takes the policy's.
  /// - Throws: `EspalierError.setting` for other images than the policy's and for another preprocessing;
  ///   what reading data throws.
  func tensor(_ data: String, preprocessing: Preprocessing?) throws -> Tensor {
    let images = try SearchImages.calibration(
      data, count: record?.images ?? 1000, record: record?.data,
      streams: RandomStreams(seed: UInt64(seed)))
    if let expected = record?.sha256, expected != Fingerprint.of(images) {
      throw EspalierError.setting(
        name: "--data", expected: "the images of the search, '\(record?.data ?? "")'",
        found: "others in '\(images.name)'")
    }
    return try images.tensor(self.preprocessing(asked: preprocessing))
  }

  /// The policy's preprocessing, which what a user asks for must not contradict: other pixels would
  /// give other weights.
  private func preprocessing(asked: Preprocessing?) throws -> Preprocessing {
    guard let record = record?.preprocessing else { return asked ?? .raw }
    let own = try Preprocessing(record)
    guard let asked, asked.record != own.record else { return own }
    throw EspalierError.setting(
      name: "--preprocessing", expected: "the policy's \(own)", found: "\(asked)")
  }
}
