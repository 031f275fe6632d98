import Espalier

/// The three examples under the names that files use.
public enum ExamplePlugIns {
  /// Registers an environment, a cost model and an evaluator.
  public static func register() {
    Registry.register(
      environment: "inverted-pendulum",
      summary: "Keep a rod upright: the example of an environment.", options: ["seconds"]
    ) { options in InvertedPendulum(seconds: options["seconds"]?.number ?? 4) }
    Registry.register(costModel: "cache-misses") { try CacheMissModel($0) }
    Registry.register(evaluator: "balanced-accuracy") { BalancedAccuracy($0) }
  }
}
