import Testing

@testable import Espalier

@Suite struct PaletteTests {
  @Test func contrastIsThatOfTheStandard() {
    #expect(abs(Palette.contrast("#000000", "#ffffff") - 21) < 1e-9)
    #expect(Palette.contrast("#777777", "#777777") == 1)
    // The grey that is known to pass by a hair, and the one that is known to fail.
    #expect(Palette.contrast("#767676", "#ffffff") >= 4.5)
    #expect(Palette.contrast("#777777", "#ffffff") < 4.5)
  }

  @Test(arguments: [Palette.light, Palette.dark])
  func textAndMarksStandOutEnough(_ palette: Palette) {
    for ground in [palette.paper, palette.card] {
      for text in [palette.ink, palette.soft, palette.accent] {
        #expect(Palette.contrast(text, ground) >= 4.5, "\(text) on \(ground)")
      }
      for mark in palette.series + [palette.outline] {
        #expect(Palette.contrast(mark, ground) >= 3, "\(mark) on \(ground)")
      }
    }
    #expect(palette.series.count == Palette.seriesCount)
    #expect(Set(palette.series).count == palette.series.count)
  }
}
