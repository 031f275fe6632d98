import CompressionPolicies
import Foundation
import Interchange

/// What others published for an environment's network: `published.json` beside its definition.
///
/// Every point names its source. What was measured is named too, since it is seldom what a search measures.
struct PublishedPoints: Equatable {
  /// One of them.
  struct Point: Equatable {
    let name: String
    /// The part of the original's cost.
    let part: Double
    /// Percent.
    let top1: Double
    let source: String
  }

  /// The cost's name in budgets.
  let quantity: String
  /// What `top1` is, in words.
  let measured: String
  let points: [Point]

  /// The points of a named environment; nil where there are none.
  ///
  /// - Parameter folders: the folders that hold environments, most important first.
  /// - Throws: `EspalierError.definition` with the field at fault.
  init?(_ environment: String, in folders: [URL]) throws {
    let files = folders.map {
      $0.appendingPathComponent(environment).appendingPathComponent("published.json")
    }
    let file = files.first { FileManager.default.fileExists(atPath: $0.path) }
    guard !environment.contains("/"), let file else { return nil }
    do {
      let reader = JSONReader(try CanonicalJSON.parse(bytes: WholeFile.read(file)))
      try reader.refuseFields(otherThan: ["quantity", "measured", "points"])
      quantity = try reader.read("quantity")
      measured = try reader.read("measured")
      points = try reader.elements(at: "points").map { point in
        Point(
          name: try point.read("name"), part: try point.read("part"),
          top1: try point.read("top1"), source: try point.read("source"))
      }
    } catch {
      throw EspalierError.definition(file: "'\(file.path)'", reason: "\(error)")
    }
  }
}
