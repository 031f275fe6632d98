import Networks
import Tensors
import Testing

@testable import Compression

/// What published building blocks tie together.
@Suite struct ArchitectureDependenciesTests {
  private func dependencies(_ network: HandBuilt) throws -> ChannelDependencies {
    try ChannelDependencies(network.graph)
  }

  /// The positions of a value's channels in a list of the classes it holds.
  private func pattern(_ dependencies: ChannelDependencies, _ value: String) -> [Int] {
    var known: [Int] = []
    return dependencies.classes(of: value).map { member in
      if let position = known.firstIndex(of: member) { return position }
      known.append(member)
      return known.count - 1
    }
  }

  @Test(arguments: HandBuilt.architectures)
  func everyHiddenWidthOfTheseBlocksCanBeCut(_ network: HandBuilt) throws {
    for group in try dependencies(network).groups.dropFirst().dropLast() {
      let isUnread = group.obstacle == "no layer reads these channels"
      #expect(group.obstacle == nil || isUnread || group.width == 1, "\(group)")
    }
  }

  @Test func aGroupedConvolutionTiesTheSamePositionOfEveryGroup() throws {
    let dependencies = try dependencies(.grouped)
    #expect(pattern(dependencies, "wide") == [0, 1, 2, 3, 0, 1, 2, 3])
    #expect(pattern(dependencies, "halves") == [0, 1, 2, 0, 1, 2])
    let read = try #require(dependencies.group(madeBy: "wide"))
    #expect(read.width == 4 && read.consumers == ["halves"] && read.obstacle == nil)
    let made = try #require(dependencies.group(madeBy: "halves"))
    #expect(made.width == 3 && made.consumers == ["last"] && made.obstacle == nil)
  }

  @Test func groupsKeepTheirNumberAndStayEquallyWide() throws {
    let graph = HandBuilt.groupedResidual.graph
    let dependencies = try ChannelDependencies(graph)
    let read = try #require(dependencies.group(madeBy: "wide"))
    let made = try #require(dependencies.group(madeBy: "own"))
    let sliced = try graph.sliced(
      removing: [read.classes[1], made.classes[0]], dependencies: dependencies)
    let own = try #require(sliced.nodes.first { $0.name == "own" })
    #expect(own.attributes["group"] == .int(3))
    #expect(sliced.initializers[own.inputs[1]]?.shape == [6, 3, 3, 3])
    #expect(try sliced.shapes(batch: 1)["wide"] == [1, 9, 7, 6])
  }

  @Test func groupedConvolutionsOfDifferentGroupsTieWhatBothNeed() throws {
    let dependencies = try dependencies(.uniformlyGrouped)
    // Six outputs for each of the first one's four groups, four inputs for each of the second's six.
    let pairs = (0..<24).map { channel in channel % 2 }
    #expect(pattern(dependencies, "first") == pairs)
    #expect(pattern(dependencies, "sum") == [Int](repeating: 0, count: 12))
    #expect(dependencies.group(madeBy: "wide")?.obstacle == "its channels can only go together")
  }

  @Test func severalFiltersOfOneChannelGoWithIt() throws {
    let dependencies = try dependencies(.multipliedDepthwise)
    #expect(pattern(dependencies, "depth") == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
    let group = try #require(dependencies.group(madeBy: "expand"))
    #expect(group.width == 5 && group.consumers == ["project"])
  }

  @Test func aShufflePassesEachChannelToItsNewPlace() throws {
    let dependencies = try dependencies(.chunkedShuffle)
    let before = dependencies.classes(of: "one.both")
    let after = dependencies.classes(of: "one.mixed")
    #expect(after == [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11].map { before[$0] })
    #expect(dependencies.classes(of: "one.mixed.fold").isEmpty)
    #expect(dependencies.classes(of: "two.left") == Array(after[..<6]))
    #expect(dependencies.classes(of: "two.right") == Array(after[6...]))
  }

  @Test func aShuffleOfABlockStaysAShuffle() throws {
    let graph = HandBuilt.groupedShuffle.graph
    let dependencies = try ChannelDependencies(graph)
    let group = try #require(dependencies.group(madeBy: "inner"))
    let sliced = try graph.sliced(removing: [group.classes[0]], dependencies: dependencies)
    #expect(sliced.nodes.map(\.operatorType) == graph.nodes.map(\.operatorType))
    #expect(try sliced.shapes(batch: 2)["mixed.fold"]?.count == 2 * 9 * 42)
  }

  @Test func aShuffleOfAnythingElseBecomesAListOfIndices() throws {
    let graph = HandBuilt.chunkedShuffle.graph
    let dependencies = try ChannelDependencies(graph)
    let removed = dependencies.classes(of: "one.left")[1]
    let sliced = try graph.sliced(removing: [removed], dependencies: dependencies)
    let node = try #require(sliced.nodes.first { $0.name == "one.mixed" })
    #expect(node.operatorType == "Gather")
    #expect(node.inputs[0] == "one.both")
    #expect(
      sliced.initializers[node.inputs[1]]?.integers == [0, 5, 6, 1, 7, 2, 8, 3, 9, 4, 10])
    #expect(!sliced.nodes.contains { $0.name == "one.mixed.fold" })
  }

  @Test func partsOfDifferentExtentsKeepTheirPlaces() throws {
    let dependencies = try dependencies(.unevenParts)
    let whole = dependencies.classes(of: "first.relu")
    #expect(dependencies.classes(of: "part1") == Array(whole[..<3]))
    #expect(dependencies.classes(of: "part3") == Array(whole[6...]))
    #expect(dependencies.classes(of: "range") == Array(whole[2..<7]))
  }

  @Test func aGatheredChannelIsTheOneItWas() throws {
    let dependencies = try dependencies(.gathered)
    let whole = dependencies.classes(of: "first")
    #expect(dependencies.classes(of: "picked") == [4, 0, 2, 0].map { whole[$0] })
  }

  @Test func anAttentionOfDenseLayersIsTiedToWhatItGates() throws {
    for network in [HandBuilt.denseAttention, .squeezedAttention] {
      let dependencies = try dependencies(network)
      #expect(dependencies.group(madeBy: "up")?.producers == ["first", "up"])
      #expect(dependencies.group(madeBy: "up")?.consumers == ["down", "last"])
    }
  }

  @Test func aGateOfOneChannelStaysWhileWhatItGatesIsCut() throws {
    let dependencies = try dependencies(.spatialAttention)
    #expect(
      dependencies.group(madeBy: "gate.own")?.obstacle
        == "Mul 'gated' repeats it for every channel")
    #expect(dependencies.group(madeBy: "first")?.obstacle == nil)
  }

  @Test func aSqueezeThatDoesNotNameItsAxesIsAnObstacle() throws {
    var sketch = Sketch()
    let value = sketch.convolution("first", "x", 3, 5)
    let pooled = sketch.node("GlobalAveragePool", "pool", [value])
    let flat = sketch.node("Reshape", "same", [pooled, sketch.integers("target", [0, 5, 1])])
    let graph = sketch.graph(
      sketch.dense("classes", sketch.node("Squeeze", "flat", [flat]), 5, 4))
    var batched = graph
    batched.inputs[0].extents = [.fixed(2), .fixed(3), .fixed(7), .fixed(6)]
    #expect(
      try ChannelDependencies(batched).group(madeBy: "first")?.obstacle
        == "Squeeze 'flat' does not say which axes go")
  }

  @Test func everySecondChannelIsAnObstacle() throws {
    var sketch = Sketch()
    let value = sketch.convolution("first", "x", 3, 6)
    let part = sketch.node(
      "Slice", "every",
      [
        value, sketch.integers("starts", [0]), sketch.integers("ends", [6]),
        sketch.integers("axes", [1]), sketch.integers("steps", [2]),
      ])
    let graph = sketch.graph(sketch.head(part, 3))
    #expect(
      try ChannelDependencies(graph).group(madeBy: "first")?.obstacle
        == "Slice 'every' takes channels in steps")
  }
}
