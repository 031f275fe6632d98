/// Bars or dots, a row for each layer in the order of the network.
struct LayerChart: Chart {
  /// One bar or dot.
  struct Value {
    /// Its length.
    var value: Double
    /// The length of its outline: what the network had before; nil draws none.
    var outline: Double?
    /// The series that it belongs to.
    var series: Int
    /// What is told of it.
    var note: String
  }

  /// One layer.
  struct Row {
    var name: String
    var values: [Value]
    /// At the right end.
    var label: String
  }

  /// How values of a row lie.
  enum Form {
    /// Below each other.
    case bars
    /// One after the other, as parts of a whole.
    case stacked
    /// Dots on one line.
    case dots
  }

  var identifier: String
  var title: String
  var summary: String
  var axis: PlotChart.Axis
  /// The names of the series; none where there is only one.
  var series: [String]
  var rows: [Row]
  var form = Form.bars
  var data: ChartData
}
