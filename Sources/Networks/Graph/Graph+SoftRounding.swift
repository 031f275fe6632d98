import Tensors

extension Node {
  /// A node of our own operator `SoftRound`, which makes weights of levels and of logits that say how far
  /// each goes to the next level.
  ///
  /// - Parameters:
  ///   - name: the node's name.
  ///   - floor: an initializer with the lower level of each weight, in units of the scale.
  ///   - logits: an initializer of the same shape; trained.
  ///   - scale: an initializer of one number, or of one for each index of `axis`.
  ///   - factor: an initializer of the scale's shape by which it is multiplied; trained.
  ///   - levels: the levels that the weights go to.
  ///   - axis: the axis of the output channels.
  ///   - isHard: whether each weight stands on the level that its logit is nearer to.
  ///   - output: what the node writes.
  public static func softRound(
    name: String, floor: String, logits: String, scale: String, factor: String,
    levels: QuantizationLevels, axis: Int, isHard: Bool = false, output: String
  ) -> Node {
    Node(
      name: name, operatorType: SoftRound.type, inputs: [floor, logits, scale, factor],
      outputs: [output],
      attributes: [
        "axis": .int(axis), "gap": .int(levels.gap), "hard": .int(isHard ? 1 : 0),
      ])
  }
}

extension QuantizationLevels {
  /// The distance between neighbouring levels in units of the scale.
  public var gap: Int { isBinary ? 2 : 1 }
}
