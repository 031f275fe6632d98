import Networks
import TestSupport
import Tensors
import Testing

@testable import Compression

@Suite struct CriteriaTests {
  /// Not a multiple of the mini-batch, so that the last one counts for less.
  private static let count = TaylorImportance.batch + 5

  private static func images(_ network: HandBuilt, count: Int = count) -> Tensor {
    .normal(Shape([count] + network.imageExtents), seed: 50)
  }

  private static func labels(_ count: Int = count) -> [Int] { (0..<count).map { $0 * 7 % 4 } }

  private static func data(_ network: HandBuilt, threads: Int = 1) throws -> CriterionData {
    let graph = network.graph.unsharingParameters()
    return CriterionData(
      graph: graph, dependencies: try ChannelDependencies(graph), input: graph.inputs[0].name,
      images: StoredValue(images(network)), labels: labels(), pool: WorkerPool(threads: threads))
  }

  /// The scores of a group's classes in their order.
  private func scores(
    _ criterion: PruningSettings.Criterion, _ read: ReadGroup
  ) throws -> [Double] {
    let data = try Self.data(read.network)
    let scores = try criterion.scores(data)
    return try read.group(data.dependencies).classes.map { try #require(scores[$0]) }
  }

  private func expectEqual(
    _ found: [Double], _ expected: [Double], tolerance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let largest = expected.map { abs($0) }.max() ?? 0
    #expect(largest > 0 && Set(expected).count == expected.count, sourceLocation: sourceLocation)
    #expect(found.count == expected.count, sourceLocation: sourceLocation)
    for (found, expected) in zip(found, expected) {
      #expect(abs(found - expected) <= tolerance * largest, sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: ReadGroup.all)
  func magnitudesAreThoseOfAllWeightsThatRead(_ read: ReadGroup) throws {
    let weights = try (0..<read.width).map { try read.weights(reading: $0) }
    let absolute = weights.map { $0.reduce(0) { $0 + abs($1) } }
    expectEqual(try scores(.l1, read), absolute, tolerance: 1e-12)
    expectEqual(try scores(.leastSquares, read), absolute, tolerance: 1e-12)
    let euclidean = weights.map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    expectEqual(try scores(.l2, read), euclidean, tolerance: 1e-12)
  }

  @Test(arguments: ReadGroup.all)
  func distancesAreThoseOfTheFiltersThatMake(_ read: ReadGroup) throws {
    try expectEqual(
      scores(.geometricMedian, read), read.medianDistances(), tolerance: 1e-12)
  }

  @Test(arguments: ReadGroup.all)
  func activationsAreThoseOfTheValuesRead(_ read: ReadGroup) throws {
    try expectEqual(
      scores(.activation, read), read.meanActivations(of: Self.images(read.network)),
      tolerance: 1e-5)
  }

  @Test(arguments: ReadGroup.all)
  func taylorsScoresAreTheSquaredSlopesOfTheLoss(_ read: ReadGroup) throws {
    let slopes = try read.squaredSlopes(
      Self.images(read.network), labels: Self.labels(), batch: TaylorImportance.batch)
    expectEqual(try scores(.taylor, read), slopes, tolerance: 0.02)
  }

  @Test func filtersOfAProductAreItsColumnsUnlessTransposed() throws {
    let graph = HandBuilt.products.graph
    for (name, standsInRows) in [("one", false), ("two", false), ("classes", true)] {
      let node = try #require(graph.nodes.first { $0.name == name })
      let weight = try #require(graph.initializers["\(name).weight"]?.tensor)
      let filters = try #require(LayerFilters(node, in: graph))
      let outputs = weight.shape[standsInRows ? 0 : 1]
      let inputs = weight.shape[standsInRows ? 1 : 0]
      #expect(filters.count == outputs)
      func element(_ output: Int, _ input: Int) -> Double {
        Double(weight.scalars[standsInRows ? output * inputs + input : input * outputs + output])
      }
      let expected = (0..<outputs).map { output in
        (0..<outputs).reduce(0.0) { sum, other in
          sum
            + (0..<inputs).reduce(0.0) {
              let difference = element(output, $1) - element(other, $1)
              return $0 + difference * difference
            }.squareRoot()
        }
      }
      expectEqual(filters.distances(pool: WorkerPool(threads: 2)), expected, tolerance: 1e-12)
    }
  }

  @Test func aFilterAtTheMedianGoesFirstAndLikeFiltersLeaveItToMagnitude() throws {
    var graph = HandBuilt.concatenation.graph
    let shape = try #require(graph.initializers["left.weight"]?.tensor?.shape)
    let size = shape.count / shape[0]
    // Filters on a line at 0, 1, 2 and 9: the sums of distances are 12, 10, 10 and 24.
    let places: [Float] = [0, 1, 2, 9]
    graph.initializers["left.weight"] = TypedArray(Tensor(shape: shape) { places[$0 / size] })
    let dependencies = try ChannelDependencies(graph)
    let group = try #require(dependencies.group(madeBy: "left"))
    func data(_ graph: Graph) -> CriterionData {
      CriterionData(
        graph: graph, dependencies: dependencies, input: "", images: StoredValue(shape: [0]),
        labels: [], pool: WorkerPool(threads: 1))
    }
    let scores = GeometricMedian(data(graph)).scores(of: group)
    for (member, sum) in zip(group.classes, [12.0, 10, 10, 24]) {
      #expect(abs((scores[member] ?? 0) - sum / 14) < 1e-12)
    }
    graph.initializers["left.weight"] = TypedArray(Tensor(shape: shape, repeating: 3))
    #expect(
      GeometricMedian(data(graph)).scores(of: group)
        == Magnitude(.absolute, data(graph)).scores(of: group))
  }

  @Test(arguments: HandBuilt.all)
  func everyClassThatCanGoHasAScoreWhateverTheNumberOfThreads(_ network: HandBuilt) throws {
    for criterion in PruningSettings.Criterion.allCases {
      let data = try Self.data(network)
      let scores = try criterion.scores(data)
      let classes = data.dependencies.groups.filter { $0.obstacle == nil }.flatMap(\.classes)
      #expect(Set(scores.keys) == Set(classes), "\(criterion)")
      #expect(try criterion.scores(Self.data(network, threads: 2)) == scores, "\(criterion)")
    }
  }

  @Test(arguments: ReadGroup.all)
  func theLowestScoresGoFirst(_ read: ReadGroup) throws {
    for criterion in PruningSettings.Criterion.allCases where criterion != .leastSquares {
      for reconstruction in [PruningSettings.Reconstruction.none, .sequential] {
        let pruner = try ChannelPruner(
          read.network.graph, images: Self.images(read.network), labels: Self.labels(),
          settings: PruningSettings(criterion: criterion, reconstruction: reconstruction),
          streams: RandomStreams(seed: 3), pool: WorkerPool(threads: 1))
        let group = try read.group(pruner.dependencies)
        let number = try #require(pruner.dependencies.groups.firstIndex(of: group))
        let ranked = zip(try scores(criterion, read), group.classes).sorted { $0.0 < $1.0 }
        let result = try pruner.prune(.widths([number: 2]))
        #expect(result.removed == Set(ranked.dropLast(2).map(\.1)), "\(criterion)")
      }
    }
  }

  @Test func labelsThatDoNotFitAreRefused() throws {
    func prepare(_ labels: [Int], _ criterion: PruningSettings.Criterion = .taylor) throws {
      _ = try ChannelPruner(
        HandBuilt.chain.graph, images: Self.images(.chain, count: 3), labels: labels,
        settings: PruningSettings(criterion: criterion, reconstruction: .none),
        streams: RandomStreams(seed: 3), pool: WorkerPool(threads: 1))
    }
    #expect(
      throws: CompressionError.data(
        expected: "a label for each of 3 calibration images, for the criterion taylor", found: "2")
    ) { try prepare([0, 1]) }
    #expect(throws: TrainingError.label(classes: 4, found: 4)) { try prepare([0, 4, 1]) }
    try prepare([], .activation)
  }

  @Test func imagesThatGiveNoFiniteScoreAreRefused() throws {
    for criterion in [PruningSettings.Criterion.activation, .taylor] {
      var images = Self.images(.means)
      images.scalars[5] = .infinity
      let error = #expect(throws: CompressionError.self) {
        try ChannelPruner(
          HandBuilt.means.graph, images: images, labels: Self.labels(),
          settings: PruningSettings(criterion: criterion, reconstruction: .none),
          streams: RandomStreams(seed: 3), pool: WorkerPool(threads: 1))
      }
      #expect(
        "\(try #require(error))".contains(
          "images with a finite score (\(criterion.rawValue)) for each channel of 'first'"))
    }
  }

  @Test func imagesAreNeededForWhatLooksAtThem() {
    let withoutImages = PruningSettings.Criterion.allCases.filter {
      !PruningSettings(criterion: $0, reconstruction: .none).needsImages
    }
    #expect(withoutImages == [.l1, .l2, .geometricMedian])
    let plain = PruningSettings(criterion: .l1, reconstruction: .none)
    #expect(!plain.changesWeights && !plain.needsLabels)
    var other = plain
    other.normalization = .reestimate
    #expect(other.needsImages && other.changesWeights && !other.needsLabels)
    other = plain
    other.criterion = .taylor
    #expect(other.needsImages && !other.changesWeights && other.needsLabels)
  }
}
