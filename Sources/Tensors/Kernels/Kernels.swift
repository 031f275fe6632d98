internal import CKernels

/// The loops that decide the speed, on memory that the caller owns.
///
/// Nothing here checks an extent: a caller states what its pointers hold, in elements. All kernels
/// are single-threaded; parallel work is cut into shards above them (`WorkerPool`).
public enum Kernels {
  /// The path that was chosen for this processor at start-up: `avx512`, `avx2` or `portable`.
  ///
  /// The environment variable `ESPALIER_CPU` forces one of the last two. Results are the same bits
  /// on one path, and differ between paths by rounding.
  public static var cpuPath: String { String(cString: espalier_cpu_path()) }
}
