import Reinforcement
import Testing

@Suite struct ForeignTextTests {
  @Test(arguments: [
    ("plain text, é and 😀", "plain text, é and 😀"), ("two\nlines\r\n", "two lines"),
    ("\u{1B}[1;31mred\u{1B}[0m", "red"), ("\u{1B}]0;title\u{7}noise", "noise"),
    ("a\tb\u{0}c\u{85}d\u{2028}e", "a b c d e"), ("evil\u{202E}txt", "eviltxt"),
    ("\u{1B}", ""), ("\u{1B}[", ""), ("", ""),
  ])
  func oneLineIsLeft(text: String, line: String) {
    #expect(ForeignText.line(text) == line)
  }

  @Test func longTextsAreCut() {
    #expect(ForeignText.line("abcdef", longest: 3) == "abc…")
    #expect(ForeignText.line("abc", longest: 3) == "abc")
  }
}
