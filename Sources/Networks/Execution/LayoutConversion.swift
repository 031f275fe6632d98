import Tensors

/// Copies a value of rank 4 from N×C×H×W to N, H, W, C or back, one fixed shard an image.
enum LayoutConversion {
  /// `target = source`, or `target += source` when gradients flow back.
  static func copy(
    from source: TensorView, to target: TensorView, accumulating: Bool, pool: WorkerPool
  ) {
    let moves = source.layout != target.layout
    let shape = source.shape.rank == 4 ? source.shape : target.shape
    let channels = moves ? shape[1] : 1
    let area = moves ? shape[2] * shape[3] : 1
    // A transposition of rows × columns that has one of either is a plain copy.
    if channels == 1 || area == 1 {
      return copyFlat(source, target, accumulating: accumulating)
    }
    let images = shape[0]
    let toChannelsLast = target.layout == .channelsLast
    let rows = toChannelsLast ? channels : area
    let columns = toChannelsLast ? area : channels
    let size = rows * columns
    guard size > 0 else { return }
    let pool = images * size < 1 << 15 ? WorkerPool(threads: 1) : pool
    pool.run(shards: images) { image in
      transpose(
        source.pointer + image * size, rows: rows, columns: columns,
        into: target.pointer + image * size, accumulating: accumulating)
    }
  }

  private static func copyFlat(_ source: TensorView, _ target: TensorView, accumulating: Bool) {
    if accumulating {
      Kernels.accumulate(source.pointer, into: target.pointer, count: source.count)
    } else {
      target.pointer.update(from: source.pointer, count: source.count)
    }
  }

  /// Reads rows × columns row-major, writes columns × rows.
  private static func transpose(
    _ source: UnsafePointer<Float>, rows: Int, columns: Int,
    into target: UnsafeMutablePointer<Float>, accumulating: Bool
  ) {
    // Blocks of 16 columns keep both sides within a few cache lines.
    for first in stride(from: 0, to: columns, by: 16) {
      let last = min(first + 16, columns)
      for row in 0..<rows {
        let line = source + row * columns
        if accumulating {
          for column in first..<last { target[column * rows + row] += line[column] }
        } else {
          for column in first..<last { target[column * rows + row] = line[column] }
        }
      }
    }
  }
}
