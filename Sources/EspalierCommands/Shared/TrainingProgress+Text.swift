import Espalier

extension TrainingProgress {
  /// An epoch on one line.
  var text: String {
    "epoch \(epoch)/\(epochs)  loss \(decimal(loss, 4))  "
      + "training accuracy \(decimal(trainingAccuracy, 2)) %  "
      + "\(decimal(imagesPerSecond, 0)) images/s  "
      + "about \(decimal(secondsLeft, 0)) s left"
  }
}
