import EspalierCommands

@main
enum EspalierTool {
  static func main() { EspalierCommand.runAsTool() }
}
