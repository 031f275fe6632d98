import Tensors

/// One-dimensional convolutions see their row-major N×C×L values as channels-last copies; values
/// that are channels-last already are used as they are.
enum ChannelsLast {
  /// Runs `body` with the elements of a value, channels-last.
  static func reading(
    _ view: TensorView, _ scratch: Scratch, _ body: (UnsafePointer<Float>) -> Void
  ) {
    guard view.layout == .rowMajor else { return body(UnsafePointer(view.pointer)) }
    withCopy(view, scratch) { copy in
      transpose(
        view.pointer, images: view.shape[0], rows: view.shape[1], columns: view.shape[2],
        into: copy)
      body(UnsafePointer(copy))
    }
  }

  /// Runs `body` with the elements of a value that may be missing.
  static func reading(
    _ view: TensorView?, _ scratch: Scratch, _ body: (UnsafePointer<Float>?) -> Void
  ) {
    if let view { reading(view, scratch) { body(UnsafePointer?($0)) } } else { body(nil) }
  }

  /// Runs `body` with memory whose contents then replace a value's elements, or are added to them.
  static func writing(
    _ view: TensorView, accumulates: Bool, _ scratch: Scratch,
    _ body: (UnsafeMutablePointer<Float>) -> Void
  ) {
    guard view.layout == .rowMajor else { return body(view.pointer) }
    withCopy(view, scratch) { copy in
      if !accumulates { return finish(view, copy, body) }
      transpose(
        view.pointer, images: view.shape[0], rows: view.shape[1], columns: view.shape[2],
        into: copy)
      finish(view, copy, body)
    }
  }

  private static func finish(
    _ view: TensorView, _ copy: UnsafeMutablePointer<Float>,
    _ body: (UnsafeMutablePointer<Float>) -> Void
  ) {
    body(copy)
    transpose(
      copy, images: view.shape[0], rows: view.shape[2], columns: view.shape[1], into: view.pointer)
  }

  private static func withCopy(
    _ view: TensorView, _ scratch: Scratch, _ body: (UnsafeMutablePointer<Float>) -> Void
  ) {
    scratch.withMemory(of: Float.self, count: view.count, body)
  }

  private static func transpose(
    _ source: UnsafePointer<Float>, images: Int, rows: Int, columns: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    for image in 0..<images {
      let offset = image * rows * columns
      for row in 0..<rows {
        for column in 0..<columns {
          target[offset + column * rows + row] = source[offset + row * columns + column]
        }
      }
    }
  }
}
