import Espalier

extension TrainingProgress {
  /// An epoch on one line.
  var text: String {
    let left = seconds / Double(epoch) * Double(epochs - epoch)
    return "epoch \(epoch)/\(epochs)  loss \(decimal(loss, 4))  "
      + "training accuracy \(decimal(trainingAccuracy, 2)) %  "
      + "\(decimal(Double(images) / seconds, 0)) images/s  "
      + "about \(decimal(left, 0)) s left"
  }
}
