import Tensors

/// A channels-last image seen through a frame with zeros around it.
///
/// Where the frame lies inside the image nothing is copied; otherwise its rows are copied into
/// scratch memory that was zero before.
struct ImageFrame {
  let height: Int
  let width: Int
  let channels: Int
  /// Rows of zeros above the image.
  let above: Int
  /// Pixels of zeros before each row of the image.
  let before: Int
  /// Rows of the whole frame.
  let rows: Int
  /// Pixels from one row of the frame to the next.
  let pitch: Int
  /// Whether scratch memory is needed.
  let isCopied: Bool

  init(
    height: Int, width: Int, channels: Int, above: Int, before: Int, rows: Int, columns: Int
  ) {
    self.height = height
    self.width = width
    self.channels = channels
    self.above = above
    self.before = before
    self.rows = rows
    isCopied = above > 0 || before > 0 || rows > height || columns > width
    pitch = isCopied ? columns : width
  }

  /// Runs `body` with zeroed memory for so many rows of the frame.
  func withMemory(
    rows: Int, _ scratch: Scratch, _ body: (UnsafeMutablePointer<Float>) -> Void
  ) {
    let count = isCopied ? rows * pitch * channels : 0
    scratch.withMemory(of: Float.self, count: count) { memory in
      memory.update(repeating: 0, count: count)
      body(memory)
    }
  }

  /// The first of some rows of the frame, in the image itself or copied into memory that the caller lends.
  func base(
    of image: UnsafePointer<Float>, rows: Range<Int>, memory: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    guard isCopied else { return image + rows.lowerBound * width * channels }
    forEachRow(of: rows) { inFrame, inImage, count in
      (memory + inFrame).update(from: image + inImage, count: count)
    }
    return UnsafePointer(memory)
  }

  /// Adds the part of a whole copied frame that lies on the image.
  func accumulate(_ frame: UnsafePointer<Float>, into image: UnsafeMutablePointer<Float>) {
    forEachRow(of: 0..<rows) { inFrame, inImage, count in
      Kernels.accumulate(frame + inFrame, into: image + inImage, count: count)
    }
  }

  /// Offsets and lengths of what frame and image share of each row.
  private func forEachRow(of rows: Range<Int>, _ body: (Int, Int, Int) -> Void) {
    let count = min(width, pitch - before) * channels
    guard count > 0 else { return }
    for row in rows where row >= above && row - above < height {
      body(
        ((row - rows.lowerBound) * pitch + before) * channels, (row - above) * width * channels,
        count)
    }
  }
}
