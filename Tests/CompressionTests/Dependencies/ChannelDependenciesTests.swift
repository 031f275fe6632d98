import Networks
import Tensors
import Testing

@testable import Compression

@Suite struct ChannelDependenciesTests {
  private func groups(_ network: HandBuilt) throws -> ChannelDependencies {
    try ChannelDependencies(network.graph)
  }

  @Test func inAPlainChainEachLayerMakesAGroupThatTheNextOneReads() throws {
    let groups = try groups(.chain).groups
    #expect(groups.map(\.name) == ["x", "a", "b", "c", "classes"])
    #expect(groups.map(\.width) == [3, 5, 7, 6, 4])
    #expect(groups.map(\.producers) == [[], ["a"], ["b"], ["c"], ["classes"]])
    #expect(groups.map(\.consumers) == [["a"], ["b"], ["c"], ["classes"], []])
    #expect(groups.map { $0.obstacle == nil } == [false, true, true, true, false])
    #expect(groups.allSatisfy { !$0.isTied })
  }

  @Test func theNetworksInputAndOutputAreObstacles() throws {
    let groups = try groups(.chain).groups
    #expect(groups.first?.obstacle == "it is an input of the network")
    #expect(groups.last?.obstacle == "it is an output of the network")
  }

  @Test func aResidualAdditionTiesItsTwoMakers() throws {
    let dependencies = try groups(.residual)
    let stream = try #require(dependencies.group(madeBy: "stem"))
    #expect(stream.producers == ["stem", "second"])
    #expect(stream.consumers == ["first", "last"])
    #expect(stream.isTied && stream.obstacle == nil && stream.width == 6)
    #expect(dependencies.group(madeBy: "first")?.isTied == false)
  }

  @Test func aConcatenationKeepsItsPartsApart() throws {
    let dependencies = try groups(.concatenation)
    #expect(dependencies.group(madeBy: "left")?.width == 4)
    #expect(dependencies.group(madeBy: "right")?.width == 5)
    #expect(dependencies.group(madeBy: "left")?.consumers == ["mix"])
    let classes = dependencies.classes(of: "both")
    #expect(
      classes == dependencies.classes(of: "left") + dependencies.classes(of: "right"))
    #expect(dependencies.multiplicities(of: "both").map(\.perClass) == [1, 1])
  }

  @Test func denseConnectionsShowEachPartToAllLaterLayers() throws {
    let dependencies = try groups(.denseConnections)
    #expect(dependencies.group(madeBy: "stem")?.consumers == ["step1", "step2", "classes"])
    #expect(dependencies.group(madeBy: "step1")?.consumers == ["step2", "classes"])
    #expect(dependencies.group(madeBy: "step2")?.consumers == ["classes"])
  }

  @Test func aDepthwiseConvolutionFollowsTheChannelsItReads() throws {
    let dependencies = try groups(.depthwise)
    let wide = try #require(dependencies.group(madeBy: "expand"))
    #expect(wide.producers == ["expand"])
    #expect(wide.consumers == ["project"])
    #expect(wide.width == 8 && wide.obstacle == nil)
    #expect(dependencies.classes(of: "depth") == dependencies.classes(of: "expand"))
  }

  @Test func aZeroPaddedShortcutPartsTheSumByWhatCoversItsChannels() throws {
    let dependencies = try groups(.paddedShortcut)
    let carried = try #require(dependencies.group(madeBy: "stem"))
    #expect(carried.width == 6)
    #expect(carried.producers == ["stem", "second"])
    #expect(carried.consumers == ["first", "last"])
    let added = try #require(dependencies.groups.first { $0.producers == ["second"] })
    #expect(added.width == 5)
    #expect(added.consumers == ["last"])
    let sum = dependencies.classes(of: "sum")
    #expect(Array(sum[2..<8]) == dependencies.classes(of: "stem"))
    #expect(Array(sum[..<2]) + Array(sum[8...]) == added.classes)
  }

  @Test func flattenedPixelsBelongToTheChannelTheyCameFrom() throws {
    let dependencies = try groups(.wideFlatten)
    let group = try #require(dependencies.group(madeBy: "first"))
    #expect(group.width == 5 && group.consumers == ["hidden"] && group.obstacle == nil)
    let own = dependencies.classes(of: "first")
    #expect(dependencies.classes(of: "flat") == own.flatMap { [Int](repeating: $0, count: 12) })
    #expect(dependencies.multiplicities(of: "flat").map(\.perClass) == [12])
  }

  @Test func channelAttentionTiesTheGateToWhatItGates() throws {
    let dependencies = try groups(.attention)
    #expect(dependencies.group(madeBy: "first")?.producers == ["first", "up"])
    #expect(dependencies.group(madeBy: "first")?.consumers == ["down", "last"])
    #expect(dependencies.group(madeBy: "first")?.isTied == false)
    #expect(dependencies.group(madeBy: "down")?.obstacle == nil)
  }

  @Test(arguments: [HandBuilt.means, .reshapes, .products, .constants])
  func everyHiddenWidthCanBeCut(_ network: HandBuilt) throws {
    let dependencies = try groups(network)
    for group in dependencies.groups.dropFirst().dropLast() { #expect(group.obstacle == nil) }
    #expect(dependencies.groups.count > 2)
  }

  @Test func aSoftmaxOverChannelsIsAnObstacle() throws {
    let dependencies = try groups(.softmax)
    #expect(
      dependencies.group(madeBy: "first")?.obstacle == "Softmax 'weights' mixes channels")
  }

  @Test func aSoftmaxOverPixelsIsNone() throws {
    var sketch = Sketch()
    let value = sketch.convolution("first", "x", 3, 5)
    let weights = sketch.node("Softmax", "weights", [value], ["axis": .int(3)])
    let graph = sketch.graph(sketch.head(weights, 5))
    #expect(try ChannelDependencies(graph).group(madeBy: "first")?.obstacle == nil)
  }

  @Test func aReshapeThatMovesPixelsIntoChannelsIsAnObstacle() throws {
    var sketch = Sketch([3, 6, 4])
    let value = sketch.convolution("first", "x", 3, 6)
    let moved = sketch.node(
      "Reshape", "moved", [value, sketch.integers("target", [0, 4, 6, 6])])
    let graph = sketch.graph(sketch.head(sketch.convolution("last", moved, 4, 5), 5))
    let dependencies = try ChannelDependencies(graph)
    #expect(dependencies.group(madeBy: "first")?.obstacle == "Reshape 'moved' mixes axes")
    #expect(dependencies.group(madeBy: "last")?.obstacle == nil)
  }

  @Test(arguments: [[1], [1, 3], [-3]])
  func aMeanOverChannelsIsAnObstacleEvenWhereAnImageHasAsManyRows(_ axes: [Int]) throws {
    var sketch = Sketch([3, 5, 5])
    let value = sketch.convolution("first", "x", 3, 5)
    let mean = sketch.node(
      "ReduceMean", "mean", [value, sketch.integers("axes", axes)], ["keepdims": .int(0)])
    let flat = sketch.node("Flatten", "flat", [mean])
    let graph = sketch.graph(sketch.dense("classes", flat, axes.count > 1 ? 5 : 25, 4))
    let group = try ChannelDependencies(graph).group(madeBy: "first")
    #expect(group?.obstacle == "ReduceMean 'mean' mixes channels")
  }

  @Test func anOperatorWithoutARuleIsAnObstacleThatIsNamed() throws {
    var sketch = Sketch()
    let own = sketch.convolution("first", "x", 3, 5)
    let value = sketch.node("Expand", "bend", [own, sketch.integers("bend.shape", [1, 5, 7, 6])])
    let graph = sketch.graph(sketch.head(value, 5))
    #expect(
      try ChannelDependencies(graph).group(madeBy: "first")?.obstacle
        == "Expand 'bend' is not followed")
  }

  @Test func weightsThatAreComputedAreAnObstacle() throws {
    var sketch = Sketch()
    let value = sketch.convolution("first", "x", 3, 5)
    let raw = sketch.draws("raw", [6, 5, 1, 1])
    let shift = sketch.node(
      "ReduceMean", "shift", ["x", sketch.integers("axes", [0, 1, 2, 3])])
    let weight = sketch.node("Add", "weight", [raw, shift])
    let mixed = sketch.node("Conv", "mixed", [value, weight])
    let dependencies = try ChannelDependencies(sketch.graph(sketch.head(mixed, 6)))
    #expect(
      dependencies.group(madeBy: "first")?.obstacle
        == "the weights of 'mixed' are not constant")
  }

  @Test func channelsThatAValueHoldsUnequallyOftenAreDifferentGroups() throws {
    // The sum of x and x moved by two ties channels 0, 2, 4 and channels 1, 3.
    var sketch = Sketch()
    let value = sketch.convolution("first", "x", 3, 5)
    let low = sketch.node(
      "Pad", "low", [value, sketch.integers("low.pads", [0, 0, 0, 0, 0, 2, 0, 0])])
    let high = sketch.node(
      "Pad", "high", [value, sketch.integers("high.pads", [0, 2, 0, 0, 0, 0, 0, 0])])
    let sum = sketch.node("Add", "sum", [low, high])
    let graph = sketch.graph(sketch.head(sketch.convolution("last", sum, 7, 5), 5))
    let dependencies = try ChannelDependencies(graph)
    #expect(dependencies.multiplicities(of: "first").map(\.perClass) == [3, 2])
    #expect(dependencies.multiplicities(of: "sum").map(\.perClass) == [4, 3])
  }
}
