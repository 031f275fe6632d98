import Foundation
import Testing

@testable import Reinforcement

@Suite(.enabled(if: PythonChild.isThere, "python3 is not installed"))
struct ProcessEnvironmentTests {
  @Test func aChildKeepsTheContract() throws {
    let environment = try ProcessEnvironment(PythonChild.target)
    #expect(environment.name == "target")
    #expect(environment.observationSpace == BoxSpace(-20...20))
    #expect(environment.actionSpace == BoxSpace(-1...1))
    #expect(EnvironmentContract.check(environment) == [])
    environment.close()
  }

  @Test func whatIsAskedForIsCarriedOut() throws {
    let environment = try ProcessEnvironment(PythonChild.target)
    let start = try environment.reset(seed: 7)
    #expect(start.info == ["left": 10])
    // Beyond the bound: it is moved to it before the child hears of it.
    let transition = try environment.step([3])
    #expect(transition.executedAction == [1])
    #expect(transition.observation == [start.observation[0] - 1])
    #expect(transition.reward == -abs(start.observation[0] - 1))
    #expect(throws: EnvironmentError.self) { try environment.step([]) }
    #expect(throws: EnvironmentError.self) { try environment.step([.nan]) }
    environment.close()
  }

  @Test func aServerAnswersAsTheEnvironmentDoes() throws {
    let server = EnvironmentServer(Pendulum(), name: "pendulum")
    let own = Pendulum()
    func ask(_ line: String) throws -> Info {
      let answer = try #require(server.answer(Array(line.utf8)))
      return try LineParser.object(Array(answer.line.dropLast()))
    }
    let hello = try ask(#"{"request":"hello","protocol":1,"role":"environment"}"#)
    #expect(hello["name"] == "pendulum")
    #expect(hello["actionSpace"] == .table(["low": .list([-2]), "high": .list([2])]))
    let start = try ask(#"{"request":"reset","seed":5}"#)
    #expect(start["observation"]?.list?.compactMap(\.number) == own.reset(seed: 5).observation)
    for number in 1...200 {
      let answer = try ask(#"{"request":"step","action":[0.3]}"#)
      let transition = try own.step([0.3])
      #expect(answer["observation"]?.list?.compactMap(\.number) == transition.observation)
      #expect(answer["reward"]?.number == transition.reward)
      #expect(answer["truncated"] == .truth(number == 200))
    }
    #expect(try ask(#"{"request":"step","action":[0]}"#)["error"] != nil)
    #expect(server.answer(Array(#"{"request":"close"}"#.utf8)) == nil)
  }

  @Test(arguments: [
    ("hello", "expected one JSON object"), (#"{"request":"fly"}"#, "found 'fly'"),
    (#"{"request":"hello","protocol":9}"#, "version 1"),
    (#"{"request":"hello","protocol":1,"role":"cost"}"#, "'cost'"),
    (#"{"request":"reset","seed":-1}"#, "whole number"),
    (#"{"request":"step","action":[1,"a"]}"#, "list of numbers"),
    (#"{"request":"step","action":[1]}"#, "call reset first"),
  ])
  func aServerSaysWhatIsWrong(line: String, sentence: String) throws {
    let server = EnvironmentServer(Pendulum(), name: "pendulum")
    let answer = try #require(server.answer(Array(line.utf8)))
    let found = try LineParser.object(Array(answer.line.dropLast()))
    #expect(found["error"]?.text?.contains(sentence) ?? false)
  }

  @Test func aServerBeginsAgainWhereAProcessHasEnded() throws {
    let dying = PythonChild.launch(
      "say(HELLO); next(lines); say(GOOD); next(lines); sys.exit(1)")
    let server = EnvironmentServer(
      try ProcessEnvironment(dying), name: "mortal", another: { try ProcessEnvironment(dying) })
    func ask(_ line: String) throws -> Info {
      let answer = try #require(server.answer(Array(line.utf8)))
      return try LineParser.object(Array(answer.line.dropLast()))
    }
    for _ in 0..<2 {
      #expect(try ask(#"{"request":"reset","seed":1}"#)["observation"] == .list([1]))
      let end = try ask(#"{"request":"step","action":[0]}"#)
      #expect(end["error"]?.text?.contains("exited with code 1") ?? false)
      // Until a reset nothing is begun anew.
      #expect(try ask(#"{"request":"step","action":[0]}"#)["error"] != nil)
    }
  }

  @Test func whatAnEpisodeCameToIsCarriedOver() throws {
    let environment = try ProcessEnvironment(
      PythonChild.launch(
        """
        say(HELLO[:-1] + ',"settlesAtEnd":true}'); next(lines)
        say('{"observation":[5]}'); next(lines)
        say('{"observation":[6],"reward":0}'); next(lines)
        say('{"observation":[7],"reward":2,"terminated":true,"executedAction":[0.25],"settled":[{"observation":[5],"action":[0.5]},{"observation":[8],"action":[-0.5]}]}')
        next(lines)
        """))
    #expect(environment.settlesAtEnd)
    _ = try environment.reset(seed: 1)
    _ = try environment.step([0.1])
    let last = try environment.step([0.2])
    #expect(last.executedAction == [0.25])
    #expect(
      last.settled
        == SettledEpisode(steps: [
          .init(observation: [5], action: [0.5]), .init(observation: [8], action: [-0.5]),
        ]))
    environment.close()
    // And written again as it was read.
    var line = LineWriter()
    line.append("settled", try #require(last.settled))
    #expect(
      String(decoding: line.line, as: UTF8.self)
        == "{\"settled\":[{\"observation\":[5],\"action\":[0.5]},{\"observation\":[8],\"action\":[-0.5]}]}\n"
    )
  }

  @Test func aProgramRunsInItsFolder() throws {
    let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    var launch = PythonChild.launch(
      "say(HELLO[:-1] + ',\"name\":\"%s\"}' % os.getcwd()); next(lines)")
    launch.folder = folder
    let environment = try ProcessEnvironment(launch)
    #expect(environment.name == folder.path)
    environment.close()
  }
}
