"""From the baseline over its adjustments to what was used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from custody.baselines.charts.surface import ACTUAL, SCREEN, Look, Scale, figure, grid, room_for
from custody.kernel import drawing as draw
from custody.kernel.drawing import ACCENT, LIGHT_LOOKS, Mark, Svg


class Kind(StrEnum):
    """What a bar is: a total, what both sides agreed on, or what was saved or used beyond it."""

    LEVEL = "level"
    AGREED = "agreed"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    value: float
    """A level, else by how much it goes up or down."""
    kind: Kind = Kind.CHANGE

    @property
    def level(self) -> bool:
        return self.kind is Kind.LEVEL

    @property
    def told(self) -> str:
        """The figure; of what goes up or down with its sign, which tells them apart in grey too."""
        if self.level:
            return figure(self.value)
        return (
            f"{'+' if self.value > 0 else '−' if self.value < 0 else ''}{figure(abs(self.value))}"
        )


def waterfall(
    steps: Sequence[Step], *, unit: str, look: Look = SCREEN, title: str = "从基准到实际用量"
) -> Svg:
    size = look.size
    spans: list[tuple[float, float]] = []
    at = 0.0
    for step in steps:
        start, at = (0.0, step.value) if step.level else (at, at + step.value)
        spans.append((start, at))
    top, bottom = size * 2.6, look.height - size * 2.4
    ups = Scale.over([end for span in spans for end in span], bottom, top, zero=True)
    left, right = room_for(ups, size), look.width - 4.0
    pitch = (right - left) / max(1, len(steps))
    marks = grid(ups, left, right, size, unit)
    for place, (step, (start, end)) in enumerate(zip(steps, spans, strict=True)):
        x, high = left + pitch * place, min(ups.at(start), ups.at(end))
        low, last = max(ups.at(start), ups.at(end)), place == len(steps) - 1
        box = (x + pitch * 0.18, high, pitch * 0.64, max(1.0, low - high))
        bar = _bar(step, box, last=last)
        marks.append(draw.group(*bar, name=f"{step.name}：{step.told}{unit}"))
        if not last:
            y = ups.at(end)
            marks.append(
                draw.line(x + pitch * 0.82, y, x + pitch * 1.18, y, stroke=draw.MUTED, dash="3 2")
            )
        middle = x + pitch / 2
        marks.append(draw.text(middle, high - 4, step.told, size=size - 1, anchor="middle"))
        name = draw.fit(step.name, size - 1, pitch - 4)
        marks.append(draw.text(middle, bottom + size * 1.6, name, size=size - 1, anchor="middle"))
    desc = "；".join(f"{step.name}{step.told}{unit}" for step in steps)
    told = f"{desc or '没有数据'}。"
    return draw.document(look.width, look.height, *marks, title=title, desc=told)


def _bar(step: Step, box: tuple[float, float, float, float], *, last: bool) -> list[Mark]:
    """Green for less than the adjusted baseline, red for more; what was agreed is neither: striped."""
    if step.level:
        return [draw.rect(*box, fill=ACTUAL if last else ACCENT)]
    if step.kind is Kind.CHANGE:
        good = step.value <= 0
        return [draw.rect(*box, fill=LIGHT_LOOKS["green" if good else "red"].colour)]
    x, y, width, height = box
    marks = [draw.rect(*box, fill=draw.MUTED)]
    count = int((height - 1) // STRIPE)
    for number in range(1, count + 1):
        line = y + number * STRIPE
        marks.append(draw.line(x, line, x + width, line, stroke=draw.GROUND, width=1.5))
    return marks


STRIPE = 5.0
"""Between the stripes of a bar, in pixels."""
