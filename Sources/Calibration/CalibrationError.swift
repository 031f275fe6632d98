/// What can go wrong when a quantised network is calibrated.
public enum CalibrationError: Error, Equatable, CustomStringConvertible {
  /// Fewer images than one step takes.
  case tooFewImages(batch: Int, images: Int)
  /// A value of the network that is no finite number on some image.
  case notFinite(value: String, layer: String)
  /// A setting with a value that makes no sense.
  case setting(name: String, expected: String, found: String)
  /// A layer that cannot be calibrated as asked.
  case layer(name: String, expected: String, found: String)
  /// Nothing in the network is quantised, so that nothing can be calibrated.
  case nothingQuantized
  /// The loss left the numbers.
  case diverged(iteration: Int, loss: Double)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .tooFewImages(let batch, let images):
      "calibration takes \(batch) images in a step and there are \(images)"
    case .notFinite(let value, let layer):
      "layer '\(layer)' writes no finite numbers into '\(value)' on the calibration images"
    case .setting(let name, let expected, let found):
      "\(name): expected \(expected), found \(found)"
    case .layer(let name, let expected, let found):
      "layer '\(name)' cannot be calibrated: expected \(expected), found \(found)"
    case .nothingQuantized:
      "nothing can be calibrated: no layer's weights are quantised"
    case .diverged(let iteration, let loss):
      "calibration diverged: the loss is \(loss) at iteration \(iteration)"
    }
  }
}
