import EspalierCommands
import ExamplePlugIns

// The whole command line, with plug-ins of one's own.
ExamplePlugIns.register()
EspalierCommand.runAsTool()
