public import Foundation
public import Reinforcement
public import Tensors

/// A task to learn: its definition and the folder that its program runs in.
public struct LearningTask {
  /// The definition.
  public let definition: TaskDefinition
  /// The folder of the definition.
  public let folder: URL

  /// The task that a request names; nil when it names an environment that compresses a network.
  ///
  /// - Throws: `EspalierError.unknownEnvironment` and `definition` as the catalog does.
  public static func find(_ request: SearchRequest) throws -> LearningTask? {
    try EnvironmentCatalog(own: request.environmentFolders)
      .task(request.environment, settings: request.settings)
  }

  /// The environment, with the wrappers that the definition asks for.
  ///
  /// - Throws: `ProcessError`; what making and measuring it throw.
  public func environment(streams: RandomStreams) throws -> any Environment {
    var environment = try bareEnvironment()
    if let limit = definition.stepLimit { environment = TimeLimit(environment, steps: limit) }
    switch definition.observations {
    case .asGiven: return environment
    case .bounds: return try NormalizedObservations(bounds: environment)
    case .measured: return try NormalizedObservations(measuring: environment, streams: streams)
    }
  }

  private func bareEnvironment() throws -> any Environment {
    if let process = definition.process {
      return try ProcessEnvironment(process.launch(in: folder))
    }
    guard let make = Registry.environment(definition.kind) else {
      throw EspalierError.unknownEnvironment(name: definition.kind, suggestions: [])
    }
    return try make(definition.options)
  }
}

/// An environment that is served to another program.
public enum ServedEnvironment {
  /// The environment that a request names, ready to act in: a task, or one that compresses a network.
  ///
  /// - Throws: whatever keeps it from being made.
  public static func make(
    _ request: SearchRequest
  ) throws -> (environment: any Environment, name: String) {
    if let task = try LearningTask.find(request) {
      let streams = RandomStreams(seed: UInt64(max(request.seed, 0)))
      return (try task.environment(streams: streams), task.definition.name)
    }
    let setup = try SearchSetup(request)
    return (setup.environment(setup.problem), setup.definition.name)
  }
}
