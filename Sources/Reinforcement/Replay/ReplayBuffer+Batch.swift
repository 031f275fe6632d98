/// Where a batch of experiences is copied to, column by column, row-major.
struct ReplayBatch {
  var observations: UnsafeMutableBufferPointer<Float>
  var actions: UnsafeMutableBufferPointer<Float>
  var nextObservations: UnsafeMutableBufferPointer<Float>
}

extension ReplayBuffer {
  /// Copies the rows at these positions.
  func copy(_ indices: [Int], to batch: ReplayBatch) {
    copy(observations, indices, width: observationCount, to: batch.observations)
    copy(actions, indices, width: actionCount, to: batch.actions)
    copy(nextObservations, indices, width: observationCount, to: batch.nextObservations)
  }

  private func copy(
    _ column: [Float], _ indices: [Int], width: Int,
    to target: UnsafeMutableBufferPointer<Float>
  ) {
    column.withUnsafeBufferPointer { source in
      for (row, index) in indices.enumerated() {
        for component in 0..<width {
          target[row * width + component] = source[index * width + component]
        }
      }
    }
  }
}
