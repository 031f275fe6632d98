/// What can be chosen about a built-in network.
public struct ModelParameters: Codable, Equatable, Sendable {
  /// The number of classes; default 10.
  public var classes: Int
  /// The channels of an image; default 3.
  public var channels: Int
  /// The rows of an image; default 32.
  public var height: Int
  /// The columns of an image; default 32.
  public var width: Int
  /// What the number of channels of every hidden layer is multiplied by; default 1.
  public var widthMultiplier: Double

  /// The parameters of a network for CIFAR-10, unless others are given.
  public init(
    classes: Int = 10, channels: Int = 3, height: Int = 32, width: Int = 32,
    widthMultiplier: Double = 1
  ) {
    self.classes = classes
    self.channels = channels
    self.height = height
    self.width = width
    self.widthMultiplier = widthMultiplier
  }

  func check(model: String) throws(ModelError) {
    for (name, value) in [
      ("classes", classes), ("channels", channels), ("height", height), ("width", width),
    ] where !(1...65_536).contains(value) {
      throw .parameter(model: model, name: name, expected: "1 to 65536", found: "\(value)")
    }
    guard (0.001...64).contains(widthMultiplier) else {
      throw .parameter(
        model: model, name: "widthMultiplier", expected: "0.001 to 64",
        found: "\(widthMultiplier)")
    }
  }

  /// A number of channels times the multiplier, rounded, at least 1.
  func scaled(_ channels: Int) -> Int {
    max(1, Int((Double(channels) * widthMultiplier).rounded()))
  }
}
