import Tensors

extension Node {
  /// A node of our own operator `LearnedQuantize`, which quantises a value with a trained scale.
  ///
  /// - Parameters:
  ///   - name: the node's name.
  ///   - value: what is quantised.
  ///   - scale: an initializer of one number.
  ///   - factor: an initializer of one number, by which the scale is multiplied; trained.
  ///   - control: an initializer of three numbers: how much of the quantised value counts, the probability
  ///     that an element stays as it is, and the number of the draw.
  ///   - levels: the levels, more than two of them.
  ///   - output: what the node writes.
  public static func learnedQuantize(
    name: String, value: String, scale: String, factor: String, control: String,
    levels: QuantizationLevels, output: String
  ) -> Node {
    Node(
      name: name, operatorType: LearnedQuantize.type, inputs: [value, scale, factor, control],
      outputs: [output],
      attributes: ["bits": .int(levels.bits), "signed": .int(levels.isSigned ? 1 : 0)])
  }
}
