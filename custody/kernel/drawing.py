"""Pictures as SVG text: the few marks every chart is made of, the same in a browser and in a PDF.

Looks are attributes, never ``style``: pages forbid inline styles and the PDF renderer reads
attributes faster than a style sheet. Every word passes through one escape. A picture names its
fonts, its title and its description, so that it can stand alone in a page, a file or a PDF.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

FONTS = (
    "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif"  # one stack
)

INK = "#1c2733"
MUTED = "#52606d"
RULE = "#d5dbe1"
GROUND = "#ffffff"
WASH = "#eef1f4"
ACCENT = "#12456b"
ACCENT_SOFT = "#b9d0e2"

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class LightLook:
    """How a light is drawn: a colour (≥ 4.5:1 on white) and a shape of its own, for grey prints."""

    colour: str
    sign: str
    """The same shape as a character, for text and tables."""


LIGHT_LOOKS: dict[str, LightLook] = {
    "grey": LightLook("#5b6570", "○"),
    "green": LightLook("#1a7f37", "●"),
    "blue": LightLook("#0b5cad", "◆"),
    "yellow": LightLook("#8a5a00", "▲"),
    "red": LightLook("#b42318", "■"),
}


class Mark(str):
    """A piece of SVG whose text is already escaped."""

    __slots__ = ()


class Svg(Mark):
    """A finished picture. Templates take it as it is (``__html__``), for all of it is escaped."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)

    @property
    def heading(self) -> str:
        found = re.search(r"<title>(.*?)</title>", self)
        return found[1] if found else ""

    @property
    def height(self) -> float:
        found = re.search(r'viewBox="0 0 \S+ (\S+)"', self)
        return float(found[1]) if found else 0.0


def number(value: float) -> str:
    """A coordinate: at most two decimals, no trailing zeros, never «-0»."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _attributes(values: dict[str, str | float | None]) -> str:
    parts: list[str] = []
    for name, value in values.items():
        if value is None:
            continue
        shown = value if isinstance(value, str) else number(value)
        parts.append(f" {name.rstrip('_').replace('_', '-')}={quoteattr(shown)}")
    return "".join(parts)


def _clean(words: str) -> str:
    """Without the control characters XML forbids."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", words)


def words(told: str) -> Mark:
    """Plain words as a mark, for inside an element."""
    return Mark(escape(_clean(told)))


def element(name: str, *children: Mark, **attributes: str | float | None) -> Mark:
    inside = "".join(children)
    head = f"<{name}{_attributes(attributes)}"
    return Mark(f"{head}>{inside}</{name}>" if inside else f"{head}/>")


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: float = 12,
    anchor: Anchor = "start",
    fill: str = INK,
    weight: str | None = None,
) -> Mark:
    """Words on the base line ``y``."""
    return element(
        "text",
        Mark(escape(_clean(words))),
        x=x,
        y=y,
        font_size=size,
        text_anchor=None if anchor == "start" else anchor,
        font_weight=weight,
        fill=fill,
    )


def line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    *,
    stroke: str = RULE,
    width: float = 1,
    dash: str | None = None,
) -> Mark:
    return element(
        "line",
        x1=x1,
        y1=y1,
        x2=x2,
        y2=y2,
        stroke=stroke,
        stroke_width=width,
        stroke_dasharray=dash,
    )


def rect(
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    fill: str = "none",
    stroke: str | None = None,
    stroke_width: float | None = None,
    radius: float | None = None,
) -> Mark:
    return element(
        "rect",
        x=x,
        y=y,
        width=max(0.0, width),
        height=max(0.0, height),
        rx=radius,
        fill=fill,
        stroke=stroke,
        stroke_width=stroke_width,
    )


def circle(
    x: float,
    y: float,
    radius: float,
    *,
    fill: str = "none",
    stroke: str | None = None,
    width: float | None = None,
) -> Mark:
    return element("circle", cx=x, cy=y, r=radius, fill=fill, stroke=stroke, stroke_width=width)


def polyline(
    points: Sequence[tuple[float, float]],
    *,
    stroke: str = INK,
    width: float = 2,
    dash: str | None = None,
) -> Mark:
    return element(
        "polyline",
        points=_points(points),
        fill="none",
        stroke=stroke,
        stroke_width=width,
        stroke_dasharray=dash,
        stroke_linejoin="round",
        stroke_linecap=None if dash else "round",
    )


def polygon(
    points: Sequence[tuple[float, float]],
    *,
    fill: str = "none",
    stroke: str | None = None,
    width: float | None = None,
) -> Mark:
    return element("polygon", points=_points(points), fill=fill, stroke=stroke, stroke_width=width)


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in points)


def group(*children: Mark, name: str = "", **attributes: str | float | None) -> Mark:
    """Marks that belong together; ``name`` is what a pointer or a screen reader is told."""
    told = (element("title", Mark(escape(_clean(name)))),) if name else ()
    return element("g", *told, *children, **attributes)


def link(href: str, *children: Mark, name: str) -> Mark:
    """A link inside a picture; only http(s), same-site paths and fragments are accepted."""
    if not re.match(r"(?:https?://|/(?!/)|#|\?)", href):
        raise ValueError(f"not a safe link target: {href!r}")
    told = element("title", Mark(escape(_clean(name))))
    return element("a", told, *children, href=href)


def light(code: str, x: float, y: float, size: float = 10) -> Mark:
    """The shape of a light, ``size`` wide, centred on (x, y); an unknown code is drawn as grey."""
    known = code if code in LIGHT_LOOKS else "grey"
    colour, half = LIGHT_LOOKS[known].colour, size / 2
    if known == "green":
        return circle(x, y, half, fill=colour)
    if known == "blue":
        tip = half * 1.14
        return polygon(((x, y - tip), (x + tip, y), (x, y + tip), (x - tip, y)), fill=colour)
    if known == "yellow":
        top, base = y - half * 1.02, y + half * 0.88
        return polygon(((x, top), (x + half * 1.1, base), (x - half * 1.1, base)), fill=colour)
    if known == "red":
        side = size * 0.9
        return rect(x - side / 2, y - side / 2, side, side, fill=colour)
    return circle(x, y, half - size * 0.08, fill=GROUND, stroke=colour, width=size * 0.16)


def document(
    width: float,
    height: float,
    *marks: Mark,
    title: str,
    desc: str = "",
    interactive: bool = False,
) -> Svg:
    """The whole picture. One with links is a group, for an image may not contain any."""
    head = element("title", Mark(escape(_clean(title))))
    told = (element("desc", Mark(escape(_clean(desc)))),) if desc else ()
    return Svg(
        element(
            "svg",
            head,
            *told,
            *marks,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {number(width)} {number(height)}",
            width=width,
            height=height,
            role="group" if interactive else "img",
            aria_label=_clean(title) if interactive else None,
            font_family=FONTS,
        )
    )


def bare(width: float, height: float, *marks: Mark, label: str = "", title: str = "") -> Svg:
    """A picture inside a page, as small as can be: it takes fonts and size from there.

    With `label` a group of links of that name, with `title` an image; with neither nobody is told of
    it, for the same stands beside it in words.
    """
    told = (element("title", Mark(escape(_clean(title)))),) if title else ()
    return Svg(
        element(
            "svg",
            *told,
            *marks,
            viewBox=f"0 0 {number(width)} {number(height)}",
            role="group" if label else "img" if title else None,
            aria_label=_clean(label) or None,
            aria_hidden=None if label or title else "true",
        )
    )


def sprite(*marks: Mark) -> Svg:
    """Marks that other pictures of the page use; not shown itself."""
    return Svg(
        element(
            "svg",
            element("defs", *marks),
            width=0,
            height=0,
            class_="sprite",
            aria_hidden="true",
            focusable="false",
        )
    )


_NARROW = {
    **dict.fromkeys("0123456789", 0.556),
    **dict.fromkeys(" .,:;'|!il", 0.29),
    **dict.fromkeys("()[]-/", 0.36),
    "%": 0.92,
    "—": 1.0,
}


def width_of(words: str, size: float) -> float:
    """Estimated width of words in Noto Sans CJK SC, on the safe side."""
    return size * sum(
        _NARROW.get(sign, 0.62 if sign.isascii() else 0.3 if sign == "·" else 1.0) for sign in words
    )


def fit(words: str, size: float, room: float) -> str:
    """The words, or their beginning and «…» where they are wider than the room."""
    if width_of(words, size) <= room:
        return words
    kept = words
    while kept and width_of(kept + "…", size) > room:
        kept = kept[:-1]
    return kept + "…"
