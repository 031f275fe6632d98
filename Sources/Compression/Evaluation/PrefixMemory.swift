import Networks
import Tensors
public import Units

/// What the beginnings of networks made of the images, so that the next network that begins alike starts
/// where it first differs.
///
/// Candidates of a search often agree with the one before up to some layer. What two in a row have in
/// common is stored while the second one runs, at the last cut that they share and whose values for all
/// images fit into the limit; a third one that begins so too starts there. Where nothing repeats, nothing
/// is stored. Results are the same bits with and without.
public final class PrefixMemory {
  /// The most that stored values may take.
  public let limit: ByteCount
  /// Images that did not have to go through the beginning of a network, so far.
  public private(set) var imagesSpared = 0

  private var last: Graph?
  private var stored: Stored?

  /// The values at one cut.
  private struct Stored {
    /// The network up to the cut.
    let prefix: Graph
    let value: String
    let exampleCount: Int
    /// The values of the first images, as many as were run.
    var scalars: [Float] = []

    var images: Int { scalars.count / max(exampleCount, 1) }
  }

  /// A memory of at most so many bytes.
  public init(limit: ByteCount = ByteCount(512 << 20)) { self.limit = limit }

  /// How a network is run: from stored values, from the input up to a cut, and on from it.
  struct Route {
    /// The part whose results are stored or known; nil when the network is run in one.
    let prefix: Graph?
    /// The rest.
    let rest: Graph
    /// The value between them.
    let value: String
  }

  /// Decides how to run a network, and forgets what serves it no longer.
  ///
  /// - Throws: `GraphError` when the network cannot be read.
  func route(for graph: Graph, images: Int) throws(GraphError) -> Route {
    defer { last = graph }
    let cuts = try graph.cuts().filter { cut in
      let bytes = ByteCount(elements: cut.exampleShape.count, width: .float32) * images
      return bytes <= limit
    }
    let prefixes = cuts.map { graph.part(from: nil, to: $0) }
    let shared = last.flatMap { last in cuts.indices.last { last.begins(with: prefixes[$0]) } }
    let known = stored.flatMap { stored in prefixes.firstIndex(of: stored.prefix) }
    guard let cut = [shared, known].compactMap({ $0 }).max() else {
      stored = nil
      return Route(prefix: nil, rest: graph, value: "")
    }
    if cut != known {
      stored = Stored(
        prefix: prefixes[cut], value: cuts[cut].value,
        exampleCount: cuts[cut].exampleShape.count)
    }
    return Route(
      prefix: prefixes[cut], rest: graph.part(from: cuts[cut], to: nil), value: cuts[cut].value)
  }

  /// The stored values of some images; nil when they were not run yet.
  func values(of images: Range<Int>) -> ArraySlice<Float>? {
    guard let stored, images.upperBound <= stored.images else { return nil }
    imagesSpared += images.count
    return stored.scalars[
      (images.lowerBound * stored.exampleCount)..<(images.upperBound * stored.exampleCount)]
  }

  /// Stores the values of the images that come next.
  func store(_ values: UnsafeMutableBufferPointer<Float>, of images: Range<Int>) {
    guard stored?.images == images.lowerBound else { return }
    stored?.scalars.append(contentsOf: values)
  }
}

extension Graph {
  /// Whether the nodes of a prefix are among this graph's, with the same weights.
  fileprivate func begins(with prefix: Graph) -> Bool {
    let own = Dictionary(nodes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    return inputs == prefix.inputs && prefix.nodes.allSatisfy { own[$0.name] == $0 }
      && prefix.initializers.allSatisfy { initializers[$0.key] == $0.value }
  }
}
