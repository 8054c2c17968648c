"""Batches against their plan, and lights as one bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custody.dashboard.charts.surface import SCREEN, TODAY_COLOUR, Look, legend
from custody.dashboard.rules import BatchFacts
from custody.kernel import drawing as draw
from custody.kernel.drawing import ACCENT, INK, LIGHT_LOOKS, Mark, Svg
from custody.milestones.rules import LIGHTS, Light


def batch_bars(
    batches: Sequence[BatchFacts],
    *,
    look: Look = SCREEN,
    title: str = "各批次进度与序时进度",
) -> Svg:
    """Per batch a bar of its progress and a mark where it should be by plan."""
    size = look.size
    stacked = look.narrow
    pitch = 46.0 if stacked else 34.0
    name_room = (
        0.0
        if stacked
        else max((draw.width_of(_batch_words(b), size) for b in batches), default=0.0) + 12
    )
    right = 4.0 if stacked else draw.width_of("100.0%／应达100.0%", size) + 6
    left = name_room
    width = look.width - left - right
    marks: list[Mark] = []
    for index, batch in enumerate(batches):
        y = 26 + pitch * index
        bar = y + (22 if stacked else 5)
        marks.append(draw.text(0, y + size, _batch_words(batch), size=size))
        marks.append(draw.rect(left, bar, width, 12, fill=draw.WASH))
        behind = batch.percent < batch.expected_percent
        marks.append(draw.rect(left, bar, width * min(100, batch.percent) / 100, 12, fill=ACCENT))
        at = left + width * min(100, batch.expected_percent) / 100
        # A white edge keeps the mark visible where it stands on the bar itself.
        marks.append(draw.line(at, bar - 4, at, bar + 16, stroke="#ffffff", width=4))
        marks.append(draw.line(at, bar - 4, at, bar + 16, stroke=TODAY_COLOUR, width=2))
        words = f"{batch.percent:.1f}%／应达{batch.expected_percent:.1f}%"
        marks.append(
            draw.text(
                look.width - 2,
                y + size + (0 if stacked else 3),
                words,
                size=size,
                anchor="end",
                fill=LIGHT_LOOKS["red"].colour if behind else INK,
            )
        )
    marks += legend(
        left,
        10,
        (
            (lambda x, y: draw.rect(x, y - 5, 14, 10, fill=ACCENT), "实际进度"),
            (
                lambda x, y: draw.line(x + 7, y - 8, x + 7, y + 8, stroke=TODAY_COLOUR, width=2),
                "按计划应达",
            ),
        ),
        size - 1,
        key=14,
    )
    desc = "；".join(
        f"{batch.name}{batch.regions}个，进度{batch.percent:.1f}%，"
        f"按计划应达{batch.expected_percent:.1f}%，完成目标{batch.done}个"
        for batch in batches
    )
    height = 26 + pitch * max(1, len(batches))
    return draw.document(
        look.width, height, *marks, title=title, desc=f"{desc}。" if desc else "暂无批次。"
    )


def _batch_words(batch: BatchFacts) -> str:
    return f"{batch.name}（{batch.regions}个）"


def lights_strip(
    counts: Mapping[Light, int], *, look: Look = SCREEN, title: str = "各灯色地区数"
) -> Svg:
    """All lights as one bar, worst first, each with its shape and number."""
    total = sum(counts.values())
    size = look.size
    marks: list[Mark] = []
    x = 0.0
    for light in reversed(LIGHTS):
        count = counts.get(light, 0)
        if not count:
            continue
        wide = look.width * count / total
        marks.append(draw.rect(x, 22, max(1.0, wide - 2), 8, fill=LIGHT_LOOKS[light.value].colour))
        words = f"{light.meaning} {count}"
        if draw.width_of(words, size) + 16 < wide:
            marks.append(draw.light(light.value, x + 6, 10, 10))
            marks.append(draw.text(x + 15, 10 + size * 0.36, words, size=size))
        elif draw.width_of(str(count), size) + 16 < wide:
            marks.append(draw.light(light.value, x + 6, 10, 10))
            marks.append(draw.text(x + 15, 10 + size * 0.36, str(count), size=size))
        x += wide
    words = "，".join(f"{light.meaning}{counts.get(light, 0)}个" for light in reversed(LIGHTS))
    return draw.document(look.width, 32, *marks, title=title, desc=f"{words}。")
