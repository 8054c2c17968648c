"""What the pictures share: the surface, an axis with round steps, figures in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from custody.kernel import drawing as draw
from custody.kernel.drawing import Mark

ACTUAL = "#b45309"
"""What was used; the baseline is the house's blue."""


@dataclass(frozen=True, slots=True)
class Look:
    """For which surface a picture is drawn; widths are in CSS pixels (paper: 590 px = 156 mm)."""

    width: int
    height: int
    size: float

    @property
    def narrow(self) -> bool:
        return self.width < 480


SCREEN = Look(720, 300, 12)
PHONE = Look(358, 260, 12)
PRINT = Look(590, 240, 11)


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to coordinates along one axis."""

    ticks: tuple[float, ...]
    start: float
    end: float

    @classmethod
    def over(cls, values: Iterable[float], start: float, end: float, *, zero: bool) -> Scale:
        """Round steps that cover the values (and 0)."""
        given = [*values, *([0.0] if zero else [])] or [0.0]
        low, high = min(given), max(given)
        if high <= low:
            low, high = low - 1, high + 1
        rough = (high - low) / 5
        unit = 10.0 ** floor(log10(rough))
        step = next(unit * part for part in (1, 2, 2.5, 5, 10) if unit * part >= rough * 0.999)
        first, last = floor(low / step), ceil(high / step)
        return cls(tuple(step * place for place in range(first, last + 1)), start, end)

    def words(self, tick: float) -> str:
        """All ticks of an axis in the same unit: 万 where the largest needs it."""
        if max(map(abs, self.ticks)) < 100_000:
            return figure(tick)
        return f"{tick / 10_000:g}万" if tick else "0"

    def at(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return self.start + (value - low) / (high - low) * (self.end - self.start)


def figure(value: float) -> str:
    """1,234 · 12.5 · 3.4万: short enough for an axis."""
    if abs(value) >= 100_000:
        return f"{value / 10_000:,.1f}".rstrip("0").rstrip(".") + "万"
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def room_for(scale: Scale, size: float) -> float:
    return max(draw.width_of(scale.words(tick), size) for tick in scale.ticks) + 8


def grid(scale: Scale, left: float, right: float, size: float, unit: str) -> list[Mark]:
    """Lines across with their figures, and the unit above them."""
    marks = [draw.text(0, size, unit, size=size - 1, fill=draw.MUTED)]
    for tick in scale.ticks:
        y = scale.at(tick)
        stroke = draw.MUTED if tick == 0 else draw.RULE
        marks.append(draw.line(left, y, right, y, stroke=stroke))
        marks.append(
            draw.text(
                *(left - 6, y + size * 0.36, scale.words(tick)),
                size=size - 1,
                anchor="end",
                fill=draw.MUTED,
            )
        )
    return marks


def legend(
    right: float, size: float, entries: Sequence[tuple[Callable[[float, float], Mark], str]]
) -> list[Mark]:
    """At the upper right, the last entry at the edge."""
    marks: list[Mark] = []
    x = right
    for sign, words in reversed(entries):
        x -= draw.width_of(words, size - 1)
        marks.append(draw.text(x, size, words, size=size - 1))
        x -= 20
        marks.append(sign(x, size * 0.6))
        x -= 14
    return marks


def month_words(code: int) -> str:
    return f"{code // 100}年{code % 100}月"


def month_ticks(codes: Sequence[int], width: float, size: float) -> list[tuple[int, str]]:
    """(place, words) of as many months as have room; January with its year."""
    if not codes:
        return []
    every = max(1, ceil(len(codes) * (size * 3.6) / width))
    return [
        (place, f"{code // 100 % 100:02d}年{code % 100}月" if place == 0 else f"{code % 100}月")
        if code % 100 != 1
        else (place, f"{code // 100 % 100:02d}年")
        for place, code in enumerate(codes)
        if place % every == 0
    ]
