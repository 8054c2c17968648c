"""axe on a page. Contrast, by far its dearest rule, is reckoned once for each way text is coloured."""

from __future__ import annotations

from collections import defaultdict

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

_GOOD: defaultdict[int, set[str]] = defaultdict(set)
"""By width: ways of text whose every example on a page axe called good, in this process."""

_WAYS = """() => {
  const shown = new Map(), beneath = new Map();
  const ground = (one) => {
    if (!one) return "";
    if (!beneath.has(one)) {
      const css = getComputedStyle(one);
      const own = [css.backgroundColor, css.backgroundImage, css.opacity, css.filter,
        css.mixBlendMode, css.transform].join();
      const solid = /^rgb\\(.*,none,1,none,normal,none$/.test(own);
      const laid = /absolute|fixed|sticky/.test(css.position) ? "laid above" : "";
      beneath.set(one, solid ? own : own + laid + "<" + ground(one.parentElement));
    }
    return beneath.get(one);
  };
  for (const one of document.body.querySelectorAll("*")) {
    const text = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!(text || one.matches("input, select, textarea")) || !one.checkVisibility()) continue;
    const css = getComputedStyle(one);
    // Text of a picture, or laid above something else without a ground of its own: each for itself.
    const apart = one.closest("svg") || ground(one).includes("laid above");
    const way = apart ? "" : [css.color, css.fontSize, css.fontWeight, css.textShadow,
      one.matches(":disabled, :disabled *"), ground(one)].join();
    if (!shown.has(way)) shown.set(way, []);
    shown.get(way).push(one);
  }
  window.waysOfText = shown;
  return [...shown.keys()];
}"""

_RUN = """async (ways) => {
  axe.configure({rules: [{id: "color-contrast", selector: "[data-contrast]"}]});
  const asked = new Map(ways.flatMap((way) => window.waysOfText.get(way).map((one) => [one, way])));
  for (const one of asked.keys()) one.dataset.contrast = "";
  const found = await axe.run(
    document, {resultTypes: ["violations", "incomplete"], elementRef: true});
  for (const one of asked.keys()) delete one.dataset.contrast;
  const unsaid = [...found.violations, ...found.incomplete].filter(
    (one) => one.id === "color-contrast").flatMap((one) => one.nodes);
  return {
    unproven: unsaid.map((node) => asked.get(node.element)),
    violations: found.violations.map((one) => ({
      id: one.id, help: one.help, nodes: one.nodes.slice(0, 3).map(
        (node) => ({target: node.target, failureSummary: node.failureSummary})),
    })),
  };
}"""


def violations(page: Page) -> list[str]:
    """What axe has against a page: rule, why, and where."""
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE_SCRIPT)
    size = page.viewport_size
    good = _GOOD[size["width"] if size else 0]
    ways = [way for way in page.evaluate(_WAYS) if not way or way not in good]
    found = page.evaluate(_RUN, ways)
    good.update(set(ways) - set(found["unproven"]))
    return [
        f"{one['id']}: {one['help']} at {node['target']} {node['failureSummary'][:200]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
