"""What a person must be able to see and reach, asked of the page itself."""

from __future__ import annotations

# Texts that stand out too little from what is behind them (WCAG 2.2, 1.4.3: 4.5 to 1; large text 3 to 1): one of each
# kind of element, as `element.class: ratio text`. Pictures and charts apart, whose own colours are tested by numbers.
FAINT_TEXTS = r"""
(() => {
  const parts = (text) => {
    let found = /^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/.exec(text);
    if (found) return [+found[1], +found[2], +found[3], found[4] === undefined ? 1 : +found[4]];
    found = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)$/.exec(text);
    if (found) return [found[1] * 255, found[2] * 255, found[3] * 255, found[4] === undefined ? 1 : +found[4]];
    throw new Error("a colour of an unknown kind: " + text);
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((one) => one / 255)
      .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    if (!element) return [255, 255, 255, 1];
    const own = parts(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, behind(element.parentElement));
  };
  const seen = {}, faint = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    if (!node.nodeValue.trim() || element.closest("svg, script, noscript, option, .hidden, .skip, :disabled")) continue;
    const name = (one) => one.tagName + "." + one.className;
    const kind = [element, element.parentElement, element.closest("section, header, footer, aside, main")]
      .filter(Boolean).map(name).join(" < ");
    if ((seen[kind] = (seen[kind] || 0) + 1) > 2) continue;
    const style = getComputedStyle(element), ground = behind(element);
    let ink = over(parts(style.color), ground);
    for (let one = element; one; one = one.parentElement) {
      const opacity = +getComputedStyle(one).opacity;
      if (opacity < 1) ink = over([...ink.slice(0, 3), opacity], behind(one.parentElement));
    }
    const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), bold = +style.fontWeight >= 700;
    const wanted = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < wanted) faint.push(`${kind}: ${ratio.toFixed(2)} ${node.nodeValue.trim().slice(0, 20)}`);
  }
  return faint;
})()
"""

# Things that a person can use and that say no name; tables without a header; regions that scroll and cannot be reached
# by keyboard; headings that skip a level.
UNNAMED = r"""
(() => {
  const trouble = [];
  const told = (one) => (one.textContent.trim() || one.getAttribute("aria-label")
    || (one.labels && one.labels.length) || one.querySelector("img[alt]"));
  for (const one of document.querySelectorAll("button, a[href], input:not([type=hidden]), select, textarea, summary"))
    if (!one.closest("[aria-hidden=true]") && !told(one)) trouble.push("no name: " + one.outerHTML.slice(0, 120));
  for (const one of document.querySelectorAll("table")) {
    const cells = one.querySelectorAll("td, th").length;
    if (cells && !one.closest(".grid") && !one.querySelector("th[scope]")) trouble.push("a table without a header");
  }
  for (const one of document.querySelectorAll("[role=region], section, nav, aside, figure[role]")) {
    const by = one.getAttribute("aria-labelledby");
    if (by && !document.getElementById(by)) trouble.push("named by what is not there: " + by);
    if (one.getAttribute("role") && !by && !one.getAttribute("aria-label")) trouble.push("a region without a name");
  }
  for (const one of document.querySelectorAll(".wide, .chart"))
    if (one.scrollWidth > one.clientWidth + 1 && one.tabIndex < 0
        && !one.querySelector("a[href], [tabindex='0'], summary, .v"))
      trouble.push("scrolls, but not by keyboard: " + one.outerHTML.slice(0, 80));
  let last = 0;
  for (const one of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const level = +one.tagName[1];
    if (one.closest("aside")) continue;
    if (level > last + 1) trouble.push(`h${level} after h${last}: ${one.textContent.trim().slice(0, 30)}`);
    last = level;
  }
  return trouble;
})()
"""
