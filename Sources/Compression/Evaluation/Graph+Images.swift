public import Networks
public import Tensors

extension Graph {
  /// The name of the input that images go into.
  ///
  /// - Parameters:
  ///   - shape: the extents of one image.
  ///   - name: what messages call the images.
  /// - Throws: `CompressionError.data` when the network has several inputs, takes a fixed number of
  ///   examples, or images of another shape.
  public func imageInput(for shape: Shape, of name: String) throws(CompressionError) -> String {
    guard inputs.count == 1, let input = inputs.first else {
      throw .data(expected: "a network with one input", found: "\(inputs.count) inputs")
    }
    let extents = input.extents ?? []
    if case .fixed(let batch)? = extents.first {
      throw .data(
        expected: "a network that takes any number of images", found: "one that takes \(batch)")
    }
    let wanted = extents.dropFirst().map { extent in
      if case .fixed(let count) = extent { count } else { -1 }
    }
    guard wanted == shape.extents else {
      throw .data(expected: "images of \(Shape(wanted))", found: "'\(name)' of \(shape)")
    }
    return input.name
  }

  /// The name of the input that calibration images go into.
  ///
  /// - Throws: as `imageInput(for:of:)`, and `CompressionError.data` when there is no image.
  func calibrationInput(for images: Tensor) throws(CompressionError) -> String {
    guard images.shape.rank > 0, images.shape[0] > 0 else {
      throw .data(expected: "at least one image", found: "\(images.shape)")
    }
    return try imageInput(
      for: Shape(Array(images.shape.extents.dropFirst())), of: "calibration images")
  }

  /// The name of the output with the class scores, and how many classes there are.
  ///
  /// - Throws: `CompressionError.data` when there are several outputs or the one is not a score for each
  ///   class of each example; `GraphError` when shapes cannot be inferred.
  func classOutput() throws -> (name: String, classes: Int) {
    guard outputs.count == 1, let output = outputs.first else {
      throw CompressionError.data(
        expected: "a network with one output", found: "\(outputs.count) outputs")
    }
    // Two examples tell the batch from an extent that happens to be 1.
    let shape = try shapes(batch: 2)[output.name] ?? []
    guard shape.rank >= 2, shape[0] == 2, shape.extents.dropFirst(2).allSatisfy({ $0 == 1 }) else {
      throw CompressionError.data(
        expected: "an output with one score for each class of each image",
        found: "'\(output.name)' of \(shape) for 2 images")
    }
    return (output.name, shape[1])
  }
}
