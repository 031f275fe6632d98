public import Compression
public import Datasets
public import Hardware
public import Reinforcement
import Synchronization
public import Tensors

/// Environments, cost models and evaluators of one's own, by name.
///
/// A program registers its own before it starts the command line; files then name them: `"kind"` in an
/// environment's file, `"model"` in a device's, `"evaluator": {"kind": …}` where networks are compressed. A
/// name that is registered twice stands for the last one; the names that Espalier itself uses stay its own.
public enum Registry {
  /// Makes an environment from the field `options` of its file.
  public typealias EnvironmentMaker = @Sendable (Info) throws -> any Environment
  /// Makes a cost model from a device's constants.
  public typealias CostModelMaker = @Sendable (Device) throws -> any CostModel
  /// Makes an evaluator.
  public typealias EvaluatorMaker = @Sendable (EvaluatorContext) throws -> any Evaluator

  private struct RegisteredEnvironment {
    let summary: String
    /// The options that it knows; nil where it did not say.
    let options: [String]?
    let make: EnvironmentMaker
  }

  private struct Contents {
    var environments: [String: RegisteredEnvironment] = [
      "pendulum": RegisteredEnvironment(
        summary: "Swing a rod up and hold it there: Gymnasium's Pendulum-v1.", options: [],
        make: { _ in Pendulum() })
    ]
    var costModels: [String: CostModelMaker] = [:]
    var evaluators: [String: EvaluatorMaker] = [:]
  }

  private static let contents = Mutex(Contents())

  /// Registers an environment; `espalier search NAME` learns it with no file at all.
  ///
  /// - Parameters:
  ///   - name: what files call it.
  ///   - summary: one line for lists.
  ///   - options: the options that it knows; any other in a file is refused with the nearest of them. Where
  ///     nothing is said, all are let through.
  ///   - make: makes it.
  public static func register(
    environment name: String, summary: String = "", options: [String]? = nil,
    _ make: @escaping EnvironmentMaker
  ) {
    let environment = RegisteredEnvironment(summary: summary, options: options, make: make)
    contents.withLock { $0.environments[name] = environment }
  }

  /// Registers a cost model: what a device's file calls its `model`.
  public static func register(costModel name: String, _ make: @escaping CostModelMaker) {
    contents.withLock { $0.costModels[name] = make }
  }

  /// Registers an evaluator.
  public static func register(evaluator name: String, _ make: @escaping EvaluatorMaker) {
    contents.withLock { $0.evaluators[name] = make }
  }

  /// The names of the registered environments with their summaries, sorted.
  public static var environments: [(name: String, summary: String)] {
    contents.withLock { contents in
      contents.environments.map { ($0.key, $0.value.summary) }.sorted { $0.0 < $1.0 }
    }
  }

  /// The names of the registered evaluators, sorted.
  public static var evaluators: [String] {
    contents.withLock { $0.evaluators.keys.sorted() }
  }

  /// The options that an environment says it knows; nil where it does not say.
  static func options(ofEnvironment name: String) -> [String]? {
    contents.withLock { $0.environments[name]?.options }
  }

  /// The names of the registered cost models, sorted.
  static var costModels: [String] {
    contents.withLock { $0.costModels.keys.sorted() }
  }

  static func environment(_ name: String) -> EnvironmentMaker? {
    contents.withLock { $0.environments[name]?.make }
  }

  static func costModel(_ name: String) -> CostModelMaker? {
    contents.withLock { $0.costModels[name] }
  }

  static func evaluator(_ name: String) -> EvaluatorMaker? {
    contents.withLock { $0.evaluators[name] }
  }
}

/// What an evaluator may need to know of the search it serves.
public struct EvaluatorContext: Sendable {
  /// The images that candidates are measured on.
  public let images: LabelledImages
  /// How pixels become numbers.
  public let preprocessing: Preprocessing
  /// Images in one pass.
  public let batch: Int
  /// The field `options` of `evaluator`.
  public let options: Info
  /// The threads that networks run on.
  public let pool: WorkerPool

  /// What an evaluator may need to know.
  public init(
    images: LabelledImages, preprocessing: Preprocessing, batch: Int, options: Info = [:],
    pool: WorkerPool
  ) {
    self.images = images
    self.preprocessing = preprocessing
    self.batch = batch
    self.options = options
    self.pool = pool
  }
}
