import Foundation

/// The page on which the searches of a sweep stand side by side.
enum SweepComparison {
  /// Writes `report.html` into the sweep's folder.
  static func write(_ runs: [URL], to folder: URL) throws {
    // The one place where the page of several runs is made: `runs` are those that are done.
  }
}
