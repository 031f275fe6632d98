/// Eight neighbouring floats: loops that the compiler does not vectorise by itself are written over
/// these.
typealias Lanes = SIMD8<Float>

extension SIMD8<Float> {
  /// Eight floats at any address.
  @inline(__always)
  init(at pointer: UnsafePointer<Float>) {
    self = UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float>.self)
  }

  /// Writes eight floats at any address.
  @inline(__always)
  func store(at pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: SIMD8<Float>.self)
  }
}
