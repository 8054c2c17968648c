"""Many small shapes as few paths: what looks alike is one path, so that thousands of marks stay light."""

from __future__ import annotations

from custody.kernel import drawing as draw
from custody.kernel.drawing import ACCENT, GROUND, INK, LIGHT_LOOKS, MUTED, Mark
from custody.milestones.rules import Light

PLAN = "#9aa5b1"
OVER = LIGHT_LOOKS["red"].colour


def _light(code: str) -> str:
    return LIGHT_LOOKS[code].colour


LOOKS: dict[str, dict[str, str | float | None]] = {
    "plan": {"stroke": PLAN, "stroke_width": 4},
    "tick": {"stroke": MUTED, "stroke_width": 1.2},
    "early": {"stroke": PLAN, "stroke_width": 1.4},
    "over": {"stroke": OVER, "stroke_width": 1.6, "fill": "none"},
    "expected": {"stroke": ACCENT, "stroke_width": 1.1, "fill": GROUND},
    "expected_critical": {"stroke": INK, "stroke_width": 1.8, "fill": GROUND},
    "done": {"stroke": ACCENT, "stroke_width": 7},
    "gate": {"fill": ACCENT, "stroke": ACCENT},
    "critical": {"stroke": INK, "stroke_width": 2},
    "green": {"stroke": _light("green"), "stroke_width": 9, "stroke_linecap": "round"},
    "grey": {"stroke": _light("grey"), "stroke_width": 9, "stroke_linecap": "round"},
    "hollow": {"stroke": GROUND, "stroke_width": 5.6, "stroke_linecap": "round"},
    "blue": {"fill": _light("blue")},
    "yellow": {"fill": _light("yellow")},
    "red": {"stroke": _light("red"), "stroke_width": 8},
}
"""In the order in which they are drawn."""


class Strokes:
    """Paths by their look. Places are whole pixels.

    `classes`: the page's sheet (static/css/gantt.css) knows the looks, which saves half the bytes; files
    and paper carry them along.
    """

    def __init__(self, *, classes: bool) -> None:
        self._classes = classes
        self._paths: dict[str, list[str]] = {}

    def add(self, look: str, path: str) -> None:
        self._paths.setdefault(look, []).append(path)

    def across(self, look: str, start: int, end: int, y: int) -> None:
        self.add(look, f"M{start} {y}h{max(end - start, 1)}")

    def box(self, look: str, start: int, end: int, top: int, high: int) -> None:
        wide = max(end - start, 2)
        self.add(look, f"M{start} {top}h{wide}v{high}h-{wide}z")

    def diamond(self, look: str, x: int, y: int, half: int) -> None:
        self.add(look, f"M{x} {y - half}l{half} {half}-{half} {half}-{half}-{half}z")

    def light(self, light: Light, x: int, y: int) -> None:
        """The shape of a light, some nine wide, centred."""
        code = light.value
        if code == "red":
            self.add(code, f"M{x - 4} {y}h8")
        elif code == "yellow":
            self.add(code, f"M{x} {y - 5}l5 9h-10z")
        elif code == "blue":
            self.diamond(code, x, y, 5)
        else:
            self.add(code, f"M{x} {y}h0")
            if code != "green":
                self.add("hollow", f"M{x} {y}h0")

    def marks(self) -> list[Mark]:
        return [
            draw.element(
                "path",
                d="".join(self._paths[look]),
                **({"class_": f"g-{look}"} if self._classes else attributes),
            )
            for look, attributes in LOOKS.items()
            if look in self._paths
        ]
