/// What candidates are measured by: the field `metric` of an environment.
public enum ValidationMetric: String, CaseIterable, Sendable {
  /// Percent of the images whose label scores highest.
  case top1
  /// Percent that class probabilities have in common with those of the network as it came.
  ///
  /// It asks no label and varies far less from image to image, so that it tells candidates apart where
  /// top-1 does not: on few images, or on ones that the network was trained on.
  case agreement
}
