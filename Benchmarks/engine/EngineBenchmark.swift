import Foundation

/// Times the engine on request: one JSON object a line on standard input, one a line on standard output.
///
/// `Request` and `Reply` are the protocol; `peers/engine/compare.py` speaks it.
@main struct EngineBenchmark {
  static func main() {
    var session = Session()
    while let line = readLine() {
      var reply: Reply
      do {
        reply = try session.reply(to: JSONDecoder().decode(Request.self, from: Data(line.utf8)))
      } catch {
        reply = Reply()
        reply.error = "\(error)"
      }
      write(reply)
    }
  }

  private static func write(_ reply: Reply) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let line =
      (try? encoder.encode(reply)) ?? Data(#"{"error":"a number that is not finite"}"#.utf8)
    FileHandle.standardOutput.write(line + Data("\n".utf8))
  }
}
