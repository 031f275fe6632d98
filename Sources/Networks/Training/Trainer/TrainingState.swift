import Tensors

/// Where a training run stands after an epoch: with it, and the same request, training goes on bit for bit.
///
/// The position in the schedule is the number of steps; epochs have random streams of their own, so that the
/// number of the epoch says where those stand.
public struct TrainingState: Codable, Equatable, Sendable {
  /// Epochs that were trained.
  public let epoch: Int
  /// Steps of the optimiser over all epochs.
  public let steps: Int
  let optimizer: OptimizerState
  private let parameters: [String: Parameter]

  /// A parameter, or a running statistic.
  private struct Parameter: Codable, Equatable {
    let shape: [Int]
    let values: PackedFloats
  }

  init(epoch: Int, steps: Int, optimizer: OptimizerState, graph: Graph) {
    self.epoch = epoch
    self.steps = steps
    self.optimizer = optimizer
    parameters = graph.initializers.compactMapValues { array in
      array.tensor.map {
        Parameter(shape: $0.shape.extents, values: PackedFloats($0.scalars))
      }
    }
  }

  /// The graph that training began with, with parameters and running statistics as they were after the epoch.
  ///
  /// - Throws: `TrainingError.state` for a parameter that is not the graph's.
  public func applied(to graph: Graph) throws(TrainingError) -> Graph {
    var graph = graph
    for name in parameters.keys.sorted() {
      guard let saved = parameters[name], let own = graph.initializers[name],
        own.shape.extents == saved.shape,
        let tensor = try? Tensor(shape: own.shape, scalars: saved.values.values)
      else {
        throw .state(
          name: name, expected: graph.initializers[name].map { "\($0.shape)" } ?? "no such name",
          found: "\(parameters[name]?.shape ?? [])")
      }
      graph.initializers[name] = TypedArray(tensor)
    }
    return graph
  }
}

/// What an optimiser has gathered, of whichever kind.
enum OptimizerState: Codable, Equatable, Sendable {
  case sgd(SGD.State)
  case adam(Adam.State)

  init?(_ optimizer: any Optimizer) {
    switch optimizer {
    case let sgd as SGD: self = .sgd(sgd.state)
    case let adam as Adam: self = .adam(adam.state)
    default: return nil
    }
  }

  /// An optimiser that goes on from here.
  ///
  /// - Throws: `TrainingError.state` for moments of another optimiser or of parameters of another size.
  func applied(
    to optimizer: any Optimizer, _ parameters: [Networks.Parameter]
  ) throws(TrainingError) -> any Optimizer {
    let counts = Dictionary(
      parameters.map { ($0.name, $0.values.count) }, uniquingKeysWith: { first, _ in first })
    for moments in self.moments {
      for name in moments.keys.sorted() where moments[name]?.values.count != counts[name] {
        throw .state(
          name: "moments of '\(name)'", expected: "\(counts[name] ?? 0) numbers",
          found: "\(moments[name]?.values.count ?? 0)")
      }
    }
    switch (optimizer, self) {
    case (var sgd as SGD, .sgd(let state)):
      sgd.state = state
      return sgd
    case (var adam as Adam, .adam(let state)):
      adam.state = state
      return adam
    default:
      throw .state(name: "optimizer", expected: "\(type(of: optimizer))", found: "another")
    }
  }

  private var moments: [[String: PackedFloats]] {
    switch self {
    case .sgd(let state): [state.velocities]
    case .adam(let state): [state.firstMoments, state.secondMoments]
    }
  }
}
