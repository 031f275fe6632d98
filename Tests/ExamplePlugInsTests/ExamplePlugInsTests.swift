import Compression
import Datasets
import Espalier
import ExamplePlugIns
import Foundation
import Hardware
import Networks
import Reinforcement
import Tensors
import Testing
import Units

@Suite struct ExamplePlugInsTests {
  // MARK: - The environment

  @Test func thePendulumKeepsTheContract() {
    #expect(EnvironmentContract.check(InvertedPendulum(seconds: 1)) == [])
  }

  @Test func aRodThatNobodyPushesFalls() throws {
    let environment = InvertedPendulum()
    let start = environment.reset(seed: 3).observation
    var transition = try environment.step([0])
    // One step by hand, from rest.
    let speed = 9.81 / 0.5 * sin(start[0]) * 0.02
    #expect(transition.observation == [start[0] + speed * 0.02, speed])
    while !transition.ended { transition = try environment.step([0]) }
    #expect(transition.terminated && transition.reward == 0)
  }

  @Test func pushingAgainstTheFallKeepsItUp() throws {
    let environment = InvertedPendulum(seconds: 2)
    var observation = environment.reset(seed: 3).observation
    var total = 0.0
    while true {
      let torque = -1.5 * observation[0] - 0.25 * observation[1]
      let transition = try environment.step([torque])
      total += transition.reward
      observation = transition.observation
      guard transition.ended else { continue }
      #expect(transition.truncated)
      break
    }
    #expect(total > 90)
  }

  // MARK: - The cost model

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Environments/examples")

  private func model() throws -> CacheMissModel {
    let file = Self.folder.appendingPathComponent("cache-misses.json")
    return try CacheMissModel(Device(json: Data(contentsOf: file), file: "cache-misses.json"))
  }

  @Test func missesAreThoseCountedByHand() throws {
    // 3×3, 16 → 32 channels, 8×8 out, 8-bit: 4608 weights fit, 72 lines; 1024 bytes in, 2048 out.
    let layer = try Workload(
      .convolution, inputChannels: 16, outputChannels: 32, output: .init(8), kernel: .init(3))
    let cost = try model().cost(of: layer, bits: LayerBits(8))
    let macs = 8 * 8 * 9 * 16 * 32.0
    #expect(abs(cost.latency.value - (macs / 1e9 + (16 + 32 + 72) * 8e-8)) < 1e-15)
    // 3×3, 64 → 64 channels: 36,864 bytes do not fit, so that 576 lines are fetched for each of 4 tiles.
    let large = try Workload(
      .convolution, inputChannels: 64, outputChannels: 64, output: .init(8), kernel: .init(3))
    let misses = 64 + 64 + 576 * 4.0
    let energy = try model().cost(of: large, bits: LayerBits(8)).energy.value
    #expect(abs(energy - (Double(large.macs) * 4e-12 + misses * 2e-9)) < 1e-15)
  }

  @Test func theModelKeepsTheContract() throws {
    let layers = [
      try Workload(
        .convolution, inputChannels: 16, outputChannels: 32, output: .init(8), kernel: .init(3)),
      try Workload(.dense, inputChannels: 512, outputChannels: 10, output: .init(1)),
      try Workload(
        .convolution, inputChannels: 32, outputChannels: 32, output: .init(16), kernel: .init(3),
        groups: 32),
    ]
    #expect(CostModelCheck.violations(of: try model(), layers: layers) == [])
  }

  // MARK: - The evaluator and the registry

  @Test func balancedAccuracyIsTheMeanOverClasses() throws {
    let images = try LabelledImages.load(DataSpecification("glyphs:,limit=70"), defaultSplit: .test)
    var generator = SeededGenerator(seed: 5)
    let graph = try ModelBuilder.named("resnet8").graph(
      ModelParameters(widthMultiplier: 0.25), using: &generator)
    let pool = WorkerPool(threads: 1)
    ExamplePlugIns.register()
    let context = EvaluatorContext(
      images: images, preprocessing: .imagenet, batch: 10, options: [:], pool: pool)
    let evaluator = BalancedAccuracy(context)
    let isRight = try ClassificationEvaluator(
      images, preprocessing: .imagenet, batch: 10, pool: pool
    ).measure(graph).isRight
    let classes = Set(images.labels)
    let parts = classes.map { label in
      let own = isRight.indices.filter { images.labels[$0] == label }
      return Double(own.count { isRight[$0] }) / Double(own.count)
    }
    #expect(
      abs(try evaluator.evaluate(graph) - 100 * parts.reduce(0, +) / Double(classes.count)) < 1e-9)
    #expect(EvaluatorContract.check(evaluator, on: graph) == [])
  }

  @Test func whatIsRegisteredCanBeNamed() throws {
    ExamplePlugIns.register()
    #expect(Registry.environments.contains { $0.name == "inverted-pendulum" })
    #expect(Registry.evaluators.contains("balanced-accuracy"))
    var request = SearchRequest(environment: "inverted-pendulum")
    request.settings = ["options.seconds=0.1"]
    let check = try EnvironmentCheck(request)
    #expect(check.violations == [])
    let device = try DeviceCatalog().pricingDevice(
      Self.folder.appendingPathComponent("cache-misses.json").path)
    #expect(device.name == "cache-misses")
  }
}
