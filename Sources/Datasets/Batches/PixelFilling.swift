import Tensors

/// Where pixels come from and what they become; two of them, so that the loops below are compiled
/// for each without a choice per pixel.
private protocol PixelSource {
  /// The outcome for the pixel at a position in the whole set.
  func value(at position: Int, channel: Int) -> Float
  /// The outcome for a pixel of value 0.
  func zero(channel: Int) -> Float
}

private struct BytePixels: PixelSource {
  let bytes: UnsafeBufferPointer<UInt8>
  let table: UnsafeBufferPointer<Float>

  func value(at position: Int, channel: Int) -> Float { table[channel << 8 | Int(bytes[position])] }
  func zero(channel: Int) -> Float { table[channel << 8] }
}

private struct FloatPixels: PixelSource {
  let floats: UnsafeBufferPointer<Float>
  let normalization: Normalization

  func value(at position: Int, channel: Int) -> Float {
    outcome(floats[position], channel)
  }
  func zero(channel: Int) -> Float { outcome(0, channel) }

  private func outcome(_ value: Float, _ channel: Int) -> Float {
    (value / normalization.divisor - normalization.mean[channel]) / normalization.std[channel]
  }
}

extension LabelledImages {
  /// Writes examples, cropped where `crops` says how; indices and buffer were checked before.
  func fill(
    _ buffer: UnsafeMutableBufferPointer<Float>, with indices: [Int],
    normalization: Normalization, crops: [Crop]?
  ) {
    switch storage {
    case .bytes(let bytes):
      bytes.withUnsafeBufferPointer { bytes in
        normalization.table.withUnsafeBufferPointer { table in
          fill(buffer, from: BytePixels(bytes: bytes, table: table), indices, crops)
        }
      }
    case .floats(let floats):
      floats.withUnsafeBufferPointer { floats in
        let source = FloatPixels(floats: floats, normalization: normalization)
        fill(buffer, from: source, indices, crops)
      }
    }
  }

  private func fill(
    _ buffer: UnsafeMutableBufferPointer<Float>, from source: some PixelSource, _ indices: [Int],
    _ crops: [Crop]?
  ) {
    let example = shape.count
    for (position, index) in indices.enumerated() {
      let target = UnsafeMutableBufferPointer(
        rebasing: buffer[position * example..<(position + 1) * example])
      if let crops {
        fillCropped(target, from: source, start: index * example, crop: crops[position])
      } else {
        fillWhole(target, from: source, start: index * example)
      }
    }
  }

  private func fillWhole(
    _ target: UnsafeMutableBufferPointer<Float>, from source: some PixelSource, start: Int
  ) {
    let plane = target.count / channelCount
    for channel in 0..<channelCount {
      for position in channel * plane..<(channel + 1) * plane {
        target[position] = source.value(at: start + position, channel: channel)
      }
    }
  }

  private func fillCropped(
    _ target: UnsafeMutableBufferPointer<Float>, from source: some PixelSource, start: Int,
    crop: Crop
  ) {
    let (height, width) = (shape[1], shape[2])
    // The columns of the crop that lie inside the image.
    let inside = max(0, -crop.column)..<min(width, width - crop.column)
    for channel in 0..<channelCount {
      let zero = source.zero(channel: channel)
      for row in 0..<height {
        let first = (channel * height + row) * width
        let sourceRow = row + crop.row
        let isInside = sourceRow >= 0 && sourceRow < height && !inside.isEmpty
        if !isInside || inside.count < width {
          for column in 0..<width { target[first + column] = zero }
        }
        guard isInside else { continue }
        let origin = start + (channel * height + sourceRow) * width + crop.column
        if crop.isFlipped {
          for column in inside {
            target[first + width - 1 - column] = source.value(
              at: origin + column, channel: channel)
          }
        } else {
          for column in inside {
            target[first + column] = source.value(at: origin + column, channel: channel)
          }
        }
      }
    }
  }
}
