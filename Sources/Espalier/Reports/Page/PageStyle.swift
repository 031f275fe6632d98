/// The style of pages: one column on a phone, two on a desk, black on white on paper.
enum PageStyle {
  static let rules =
    ":root{color-scheme:light dark}" + layout + ChartStyle.rules + colours(.light)
    + "@media screen and (prefers-color-scheme:dark){\(colours(.dark))}" + narrow + print

  private static func colours(_ palette: Palette) -> String {
    "body{background:\(palette.paper);color:\(palette.ink)}"
      + "a{color:\(palette.accent)}.soft,figcaption,small,caption,.card dt{color:\(palette.soft)}"
      + ".card,thead th,pre{background:\(palette.card)}"
      + "td,th,figure,pre,.card,header{border-color:\(palette.rule)}"
      + ":focus-visible{outline-color:\(palette.accent)}"
  }

  private static let layout = """
    *{box-sizing:border-box}
    body{margin:0 auto;padding:24px 28px 64px;max-width:1240px;\
    font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;overflow-wrap:anywhere}
    header{border-bottom:1px solid;padding-bottom:14px;margin-bottom:8px}
    h1{font-size:1.75rem;line-height:1.2;margin:0 0 6px}
    h2{font-size:1.25rem;margin:40px 0 12px}
    h3{font-size:1rem;margin:0 0 8px}
    p{margin:6px 0;max-width:78ch}
    .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(200px,1fr));gap:12px;margin:16px 0}
    .card{border:1px solid;border-radius:8px;padding:12px 14px}
    .card dt{font-size:.875rem}
    .card dd{margin:2px 0 0;font-size:1.5rem;line-height:1.25;font-variant-numeric:tabular-nums}
    .card small{display:block;font-size:.875rem}
    .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));\
    gap:20px;align-items:start}
    figure{margin:0;border:1px solid;border-radius:8px;padding:14px 16px;min-width:0}
    figure svg{display:block;width:100%;height:auto}
    figcaption{font-size:.875rem;margin-top:6px}
    details{margin-top:8px;font-size:.875rem}
    summary{cursor:pointer;padding:4px 0}
    .wide{overflow-x:auto;max-width:100%}
    :focus-visible{outline:2px solid;outline-offset:2px}
    table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums;\
    overflow-wrap:normal;margin:8px 0 14px;min-width:min(100%,26rem)}
    caption{text-align:left;padding:4px 0;font-size:.875rem}
    td,th{border-bottom:1px solid;padding:5px 12px 5px 8px;text-align:right;vertical-align:top}
    td{white-space:nowrap}
    tbody th{font-weight:400}
    th:first-child,td:first-child{text-align:left}
    .word{text-align:left}
    .words td,.words th{text-align:left;white-space:normal;overflow-wrap:anywhere}
    .words th:first-child{min-width:9rem}
    pre{border:1px solid;border-radius:8px;padding:12px 14px;overflow-x:auto;font-size:.8125rem;\
    line-height:1.45;overflow-wrap:normal;max-width:100%}
    code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}

    """

  private static let narrow = """
    @media (max-width:520px){body{padding:16px 14px 40px}h1{font-size:1.4rem}\
    .card dd{font-size:1.25rem}.cards{grid-template-columns:1fr 1fr;gap:8px}\
    figure{padding:12px 8px}.chart text{font-size:13.5px}td,th{padding:5px 8px 5px 4px}}

    """

  private static let print = """
    @media print{body{max-width:none;padding:0;font-size:10pt}figure,.card,tr{break-inside:avoid}\
    h2,h3{break-after:avoid}.figures{grid-template-columns:1fr 1fr}summary{display:none}\
    .wide,pre{overflow:visible;white-space:pre-wrap}}

    """
}
