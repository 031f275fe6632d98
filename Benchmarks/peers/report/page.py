#!/usr/bin/env python3
"""Opens a report in headless Chromium, in three widths, on light and on dark, and on paper.

    pip install playwright        (with a Chromium of the system, or `playwright install chromium`)
    page.py report.html PICTURES [--chromium /usr/bin/chromium]

Fails on any message on the console, any request but the page itself, anything wider than the window, text
that does not stand out from what lies behind it (WCAG AA), a drawing without a name, a table without
scopes, and text of a drawing that ends up smaller than 8 px or outside of it. Writes a picture of each.
"""

import argparse
import pathlib
import sys

from playwright.sync_api import sync_playwright

CHECK = r"""
() => {
  const faults = [];
  const channel = c => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4 };
  const parse = text => (text.match(/[\d.]+/g) || []).map(Number);
  const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const contrast = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width)
    faults.push(`the page is ${document.documentElement.scrollWidth} wide in ${width}`);
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    const box = element.getBoundingClientRect();
    if (!own || !box.width || element.closest('title,desc,style')) continue;
    const style = getComputedStyle(element);
    const isDrawing = element.tagName === 'text';
    const ratio = contrast(parse(isDrawing ? style.fill : style.color), ground(element));
    if (ratio < 4.5) faults.push(`${element.textContent.trim().slice(0, 30)}: contrast ${ratio.toFixed(2)}`);
    if (isDrawing) {
      const svg = element.ownerSVGElement.getBoundingClientRect();
      const text = element.textContent.trim().slice(0, 30);
      if (box.left < svg.left - 1 || box.right > svg.right + 1 || box.top < svg.top - 1
        || box.bottom > svg.bottom + 1) faults.push(`${text}: outside of its drawing`);
      const scale = element.getScreenCTM().a || Math.abs(element.getScreenCTM().b);
      const size = parseFloat(style.fontSize) * scale;
      if (size < 8) faults.push(`${text}: ${size.toFixed(1)} px high`);
    }
  }
  for (const svg of document.querySelectorAll('svg')) {
    const names = (svg.getAttribute('aria-labelledby') || '').split(' ');
    if (!names.every(id => document.getElementById(id)?.textContent)) faults.push('a drawing has no name');
  }
  for (const head of document.querySelectorAll('th'))
    if (!head.scope) faults.push(`${head.textContent}: a head without scope`);
  const seen = new Set();
  for (const element of document.querySelectorAll('[id]')) {
    if (seen.has(element.id)) faults.push(`${element.id}: an id twice`);
    seen.add(element.id);
  }
  return [...new Set(faults)];
}
"""


def look(browser, page_file, pictures, width, scheme):
    faults = []
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, device_scale_factor=1
    )
    page = context.new_page()
    page.on("console", lambda message: faults.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: faults.append(f"error: {error}"))
    own = page_file.resolve().as_uri()
    page.on(
        "request",
        lambda request: request.url in (own, "data:,") or faults.append(f"request: {request.url}"),
    )
    page.goto(own)
    faults += page.evaluate(CHECK)
    page.screenshot(path=str(pictures / f"{width}-{scheme}.png"), full_page=True)
    for part in page.query_selector_all("details"):
        part.evaluate("e => e.open = true")
    faults += [f"with all open: {fault}" for fault in page.evaluate(CHECK)]
    context.close()
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("pictures", type=pathlib.Path)
    parser.add_argument("--chromium")
    arguments = parser.parse_args()
    arguments.pictures.mkdir(parents=True, exist_ok=True)
    failed = False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=arguments.chromium, args=["--no-sandbox"]
        )
        for width in (1400, 768, 390):
            for scheme in ("light", "dark"):
                faults = look(browser, arguments.page, arguments.pictures, width, scheme)
                failed = failed or bool(faults)
                print(f"{width} {scheme}: {'clean' if not faults else ''}")
                for fault in dict.fromkeys(faults):
                    print(f"  {fault}")
        page = browser.new_page()
        page.goto(arguments.page.resolve().as_uri())
        page.pdf(path=str(arguments.pictures / "paper.pdf"), format="A4")
        browser.close()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
