"""From the baseline over its adjustments to what was used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from custody.baselines.charts.surface import ACTUAL, SCREEN, Look, Scale, figure, grid, room_for
from custody.kernel import drawing as draw
from custody.kernel.drawing import ACCENT, LIGHT_LOOKS, Svg


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    value: float
    """A level where `level`, else by how much it goes up or down."""
    level: bool = False


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
        x, high, low = left + pitch * place, min(ups.at(start), ups.at(end)), 0.0
        low = max(ups.at(start), ups.at(end))
        rising = LIGHT_LOOKS["red"].colour if step.value > 0 else LIGHT_LOOKS["green"].colour
        last = place == len(steps) - 1
        fill = (ACTUAL if last else ACCENT) if step.level else rising
        sign = "+" if step.value > 0 and not step.level else ""
        told = f"{step.name}：{sign}{figure(step.value)}{unit}"
        bar = draw.rect(x + pitch * 0.18, high, pitch * 0.64, max(1.0, low - high), fill=fill)
        marks.append(draw.group(bar, name=told))
        if not last:
            y = ups.at(end)
            marks.append(
                draw.line(x + pitch * 0.82, y, x + pitch * 1.18, y, stroke=draw.MUTED, dash="3 2")
            )
        words = f"{sign}{figure(step.value)}"
        middle = x + pitch / 2
        marks.append(draw.text(middle, high - 4, words, size=size - 1, anchor="middle"))
        name = draw.fit(step.name, size - 1, pitch - 4)
        marks.append(draw.text(middle, bottom + size * 1.6, name, size=size - 1, anchor="middle"))
    desc = "；".join(f"{step.name}{figure(step.value)}{unit}" for step in steps)
    told = f"{desc or '没有数据'}。"
    return draw.document(look.width, look.height, *marks, title=title, desc=told)
