/// One way to set the agent: what is changed of the task's own settings.
struct Variant {
  let name: String
  /// `key.path=value` below `agent`, as `--set` takes them; `HALF` stands for half of the task's
  /// learning episodes.
  var settings: [String] = []
  /// A published set of settings that the others are laid over.
  var preset: String?
  /// The agent of a search.
  var agent = "ddpg"
  /// Whether Pendulum, which is bootstrapped by itself, is run too.
  var servesPendulum = true

  private static let bootstrap = #"returnTarget="bootstrap""#
  private static let smoothing = #"targetNoise={"deviation":0.1,"clip":0.25}"#

  static let all = [
    Variant(name: "default"),
    Variant(name: "bootstrap", settings: [bootstrap], servesPendulum: false),
    Variant(name: "bootstrap, twin critics", settings: [bootstrap, "twinCritics=true"]),
    Variant(name: "bootstrap, target noise", settings: [bootstrap, smoothing]),
    Variant(name: "policyDelay 2", settings: ["policyDelay=2"]),
    Variant(
      name: "bootstrap, all of TD3's three",
      settings: [bootstrap, smoothing, "twinCritics=true", "policyDelay=2"]),
    Variant(name: "prioritised replay", settings: [#"replay="prioritised""#]),
    Variant(
      name: "noise constant 0.15",
      settings: [#"noise.schedule="constant""#, "noise.standardDeviation=0.15"]),
    Variant(
      name: "noise linear 0.3 to 0.06",
      settings: [
        #"noise.schedule="linear""#, "noise.standardDeviation=0.3", "noise.decayEpisodes=HALF",
        "noise.finalStandardDeviation=0.06",
      ]),
    Variant(
      name: "noise exponential 0.5·0.95ᵉ, to 0",
      settings: [
        "noise.standardDeviation=0.5", "noise.decay=0.95", "noise.finalStandardDeviation=0",
      ]),
    Variant(name: "preset td3", preset: "td3"),
    Variant(name: "preset amcPaper", preset: "amcPaper", servesPendulum: false),
    Variant(name: "random", agent: "random"),
  ]

  /// The settings for a task with this many episodes after the warm-up.
  func settings(learningEpisodes: Int) -> [String] {
    settings.map { setting in
      setting.hasSuffix("=HALF")
        ? setting.dropLast(4) + "\(learningEpisodes / 2)" : setting
    }
  }
}
