/// Points, lines and bands over two axes.
struct PlotChart: Chart {
  /// One axis.
  struct Axis {
    var name: String
    var unit = ""
    var includesZero = false
    var isWhole = false

    /// Its name and, where there is one, its unit.
    func label(_ scale: AxisScale) -> String {
      let unit = scale.unit(unit)
      return unit.isEmpty ? name : "\(name), \(unit)"
    }
  }

  /// How a series is drawn.
  enum Mark {
    case line, steps, dots, faintDots, diamonds, band
  }

  /// One point; of a band its lower edge, too.
  struct Point: Equatable {
    var x: Double
    var y: Double
    var low = 0.0
    var note: String?
  }

  /// Points that belong together.
  struct Series {
    var name: String
    /// Its colour, and the dashes of its line.
    var number: Int
    var mark: Mark
    var points: [Point]
    /// Whether the legend names it.
    var isNamed = true

    var colour: String { "c\(number % Palette.seriesCount)" }
    var dashes: String { number % 4 == 0 ? "" : " d\(number % 4)" }
  }

  /// A line right across: a budget, or what one begins with.
  struct Limit {
    enum Side { case across, up }
    var side: Side
    var value: Double
    var name: String
  }

  var identifier: String
  var title: String
  var summary: String
  var x: Axis
  var y: Axis
  /// The last lies on top.
  var series: [Series]
  var limits: [Limit] = []
  var data: ChartData

  /// Whether there is nothing to see.
  var isEmpty: Bool { series.allSatisfy { $0.points.isEmpty } }
}
