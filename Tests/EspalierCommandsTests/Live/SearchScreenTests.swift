import Espalier
import Foundation
import Testing

@testable import EspalierCommands

/// The living view against `Golden/*.txt`; `RECORD_GOLDENS=1` writes them anew.
@Suite(.serialized) struct SearchScreenTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden")
  private static let isRecording =
    ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1"

  /// A search at its 120th of 400 episodes.
  private static func screen(layers: Int, bits: Bool = false) -> SearchScreen {
    let rewards = (0..<120).map { (episode: Int) -> Double in
      let wave = Double(episode * episode % 97) / 97
      return 0.2 + 0.4 * wave + 0.002 * Double(episode)
    }
    var screen = SearchScreen(
      progress: SearchProgress(
        agent: "ddpg", episode: 120, episodes: 400, reward: 0.61, best: 0.7312, seconds: 600,
        noise: 0.212,
        costs: [
          .init(quantity: "macs", used: 20_300_000, best: 20_100_000, limit: 20_400_000),
          .init(quantity: "weightBytes", used: 90_000, best: nil, limit: 100_000),
        ],
        layers: (0..<layers).map { layer in
          SearchProgress.Layer(
            name: "stage\(layer / 6 + 1).block\(layer % 6 + 1).conv1",
            part: bits ? Double(layer % 8 + 1) / 8 : Double(layer * 37 % 11) / 10,
            bits: bits ? layer % 8 + 1 : nil)
        }))
    screen.rewards = rewards
    return screen
  }

  private func expect(_ lines: [String], isGolden name: String) throws {
    let url = Self.folder.appendingPathComponent("\(name).txt")
    let text = lines.map { $0 + "\n" }.joined()
    if Self.isRecording { try text.write(to: url, atomically: true, encoding: .utf8) }
    #expect(
      try text == String(contentsOf: url, encoding: .utf8),
      "\(name).txt; RECORD_GOLDENS=1 writes it anew")
  }

  @Test(arguments: [40, 80, 120])
  func theViewIsTheGoldenOne(_ columns: Int) throws {
    for (name, screen) in [
      ("channels", Self.screen(layers: 6)), ("bits", Self.screen(layers: 5, bits: true)),
      ("many", Self.screen(layers: 53)),
    ] {
      for hasColour in [true, false] {
        let window = SearchScreen.Window(columns: columns, rows: 24, hasColour: hasColour)
        try expect(
          screen.lines(window), isGolden: "\(name)-\(columns)\(hasColour ? "-colour" : "")")
      }
    }
  }

  /// Every window, also ones that nobody has.
  @Test func noLineIsWiderAndNoViewHigherThanTheWindow() {
    for columns in [0, 1, 13, 20, 39, 40, 41, 63, 100, 300] {
      for rows in [0, 1, 2, 5, 12, 60] {
        for layers in [0, 3, 53, 400] {
          let window = SearchScreen.Window(columns: columns, rows: rows, hasColour: true)
          let lines = Self.screen(layers: layers).lines(window)
          #expect(lines.count <= max(rows - 1, 1))
          #expect(lines.allSatisfy { Painter.width($0) <= max(columns - 1, 12) })
        }
      }
    }
  }

  @Test func withoutColourNoCodeIsWritten() {
    let window = SearchScreen.Window(columns: 80, rows: 24, hasColour: false)
    #expect(!Self.screen(layers: 6).lines(window).joined().contains("\u{1B}"))
    let colour = SearchScreen.Window(columns: 80, rows: 24, hasColour: true)
    #expect(Self.screen(layers: 6).lines(colour).joined().contains("\u{1B}[36m"))
  }

  @Test func whatIsNotKnownYetOrNoNumberIsShownAsWell() {
    var screen = SearchScreen(
      progress: SearchProgress(
        agent: "a\u{1B}[2J\nb", episode: 0, episodes: 0, reward: .nan, best: nil, seconds: 0))
    screen.rewards = [.nan, .infinity, 1]
    let lines = screen.lines(.init(columns: 60, rows: 10, hasColour: false))
    #expect(lines.count == 2 && lines[0].hasPrefix("a?[2J?b 0/0 ") && lines[1].contains("best –"))
  }

  @Test func aSparklineShowsTheLargestOfEachPart() {
    #expect(Sparkline.text([0, 1, 2, 3, 4, 5, 6, 7], width: 8) == "▁▂▃▄▅▆▇█")
    #expect(Sparkline.text([0, 7, 0, 0], width: 2) == "█▁")
    #expect(Sparkline.text([2, 2], width: 5) == "▅▅")
    #expect(Sparkline.text([], width: 5).isEmpty)
  }

  @Test func anAreaIsDrawnOverAlsoWhereItsLinesWereBroken() {
    var area = LiveArea()
    let long = String(repeating: "x", count: 70)
    #expect(area.replacing(with: [long, "y"], columns: 80) == "\r\u{1B}[J\(long)\ny\n")
    // At 40 columns the long one takes two rows.
    #expect(area.replacing(with: ["z"], columns: 40) == "\u{1B}[3A\r\u{1B}[Jz\n")
    #expect(area.replacing(with: ["\u{1B}[1mz\u{1B}[0m"], columns: 1).hasPrefix("\u{1B}[1A"))
    #expect(area.replacing(with: [], columns: 40).hasPrefix("\u{1B}[1A"))
    area.leave()
    #expect(area.replacing(with: ["z"], columns: 40) == "\r\u{1B}[Jz\n")
  }

  @Test func timesHaveTheUnitThatSaysMost() {
    #expect(SearchScreen.time(0.4) == "0 s" && SearchScreen.time(119) == "119 s")
    #expect(SearchScreen.time(600) == "10 min" && SearchScreen.time(9000) == "2.5 h")
    #expect(SearchScreen.time(400_000) == "4.6 days" && SearchScreen.time(-3) == "0 s")
  }

  @Test func aLogHasALineAsBefore() {
    let progress = SearchProgress(
      agent: "random", episode: 10, episodes: 40, reward: 0.5, best: nil, seconds: 5, measured: 5)
    #expect(
      SearchProgressView.line(progress)
        == "random  10/40  reward 0.5000  best –  about 30 s left")
    #expect(SearchProgressView.summary(progress) == "random  10/40  best –  in 5 s")
  }
}
