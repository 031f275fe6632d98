/// What can be wrong with a training run.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// A field of the configuration out of its range.
  case configuration(field: String, expected: String, found: String)
  /// Class scores that no loss can be taken of.
  case scores(value: String, expected: String, found: String)
  /// A number of labels that is not the number of examples.
  case labelCount(expected: Int, found: Int)
  /// A label that is no class of the network.
  case label(classes: Int, found: Int)
  /// Data that do not fill one batch.
  case noFullBatch(batchSize: Int, examples: Int)
  /// A mask that fits no parameter of the network.
  case mask(name: String, expected: String, found: String)
  /// A saved state that is not of the training at hand.
  case state(name: String, expected: String, found: String)
  /// A loss that is infinite or not a number: training has diverged.
  case nonFiniteLoss(epoch: Int, step: Int, loss: Double)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .configuration(let field, let expected, let found):
      "training configuration, \(field): expected \(expected), found \(found)"
    case .scores(let value, let expected, let found):
      "class scores '\(value)': expected \(expected), found \(found)"
    case .labelCount(let expected, let found):
      "expected \(expected) labels, one for each example, found \(found)"
    case .label(let classes, let found):
      "expected labels in 0..<\(classes), the classes of the network, found \(found)"
    case .noFullBatch(let batchSize, let examples):
      "expected at least one full batch of \(batchSize), found \(examples) examples"
    case .mask(let name, let expected, let found):
      "mask of '\(name)': expected \(expected), found \(found)"
    case .state(let name, let expected, let found):
      "saved training state, \(name): expected \(expected), found \(found)"
    case .nonFiniteLoss(let epoch, let step, let loss):
      "training diverged in epoch \(epoch), step \(step): expected a finite loss, found \(loss); "
        + "a smaller learning rate or a longer warm-up may help"
    }
  }
}
