"""The lifecycle of one region: stages as a strip, milestones with their days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from custody.dashboard.charts.surface import (
    SCREEN,
    TODAY_COLOUR,
    Look,
    axis_days,
    day_words,
    edge_words,
    legend,
    light_mark,
    months_of,
    next_month,
    short_day,
)
from custody.dashboard.rules import Cell
from custody.kernel import drawing as draw
from custody.kernel.drawing import ACCENT, ACCENT_SOFT, INK, LIGHT_LOOKS, MUTED, RULE, Mark, Svg
from custody.milestones.rules import STAGES, Light, Stage, Status

WORDS_ROOM = 112
"""Room for «24年10月16日完成» at the right edge."""


def timeline(
    cells: Sequence[Cell],
    *,
    stage: Stage,
    stage_label: str,
    as_of: date,
    look: Look = SCREEN,
    pilot: bool = True,
    title: str = "生命周期时间轴",
) -> Svg:
    """The stages as a strip, below it each milestone with its planned, forecast and actual day.

    On a phone the name stands above its line, so that both keep their size.
    """
    size = look.size
    marks = _stage_strip(stage, stage_label, pilot, look)
    dated = [c for c in cells if c.planned or c.actual or c.forecast]
    top = 70.0
    if not dated:
        marks.append(draw.text(0, top + 8, "尚无里程碑日期。", size=size, fill=MUTED))
        return draw.document(look.width, top + 24, *marks, title=title, desc="尚无里程碑日期。")
    first, last = _window(dated, as_of)
    left = 0.0 if look.narrow else _name_room(dated, size, look)
    words_right = 118.0
    axis_from = 4.0 if look.narrow else left + 6
    axis_to = look.width - (4.0 if look.narrow else words_right)
    span = max(1, (last - first).days)

    def x_of(day: date) -> float:
        inside = min(max(day, first), last)
        return axis_from + (axis_to - axis_from) * (inside - first).days / span

    pitch = 42.0 if look.narrow else 23.0
    bottom = top + 4 + pitch * len(dated)
    marks += _timeline_axis(first, last, x_of, top, bottom, look)
    today = x_of(as_of)
    if not look.narrow:
        marks.append(draw.line(today, top - 2, today, bottom, stroke=TODAY_COLOUR, width=1.2))
    for index, cell in enumerate(dated):
        y = top + 4 + pitch * index
        if index % 2 == 0:
            marks.insert(0, draw.rect(0, y, look.width, pitch, fill="#f5f7f9"))
        if look.narrow:  # below the words, not through them
            low = y + pitch
            marks.append(draw.line(today, low - 20, today, low, stroke=TODAY_COLOUR, width=1.2))
        marks.append(_timeline_row(cell, y, pitch, x_of, as_of, look))
        middle = y + pitch - 12 if look.narrow else y + pitch / 2
        marks += _beyond(cell, (first, last), (axis_from, axis_to), middle, as_of, size - 2)
    marks += _timeline_legend(bottom + 18, look)
    done = sum(cell.status.settled for cell in cells)
    return draw.document(
        look.width,
        bottom + 32,
        *marks,
        title=title,
        desc=f"当前阶段：{stage_label}。共{len(cells)}项里程碑，已办结{done}项。"
        f"竖线为{day_words(as_of)}。",
    )


def _window(cells: Sequence[Cell], as_of: date) -> tuple[date, date]:
    """Whole months round the days."""
    days = [d for c in cells for d in (c.planned, c.forecast, c.actual) if d]
    first, last = axis_days(days, [c.planned for c in cells if c.planned], as_of)
    return first.replace(day=1), next_month(last)


def _beyond(
    cell: Cell,
    window: tuple[date, date],
    edges: tuple[float, float],
    y: float,
    as_of: date,
    size: float,
) -> list[Mark]:
    """Days the axis does not reach, told at its edges."""
    days = [day for day in (cell.planned, cell.forecast, cell.actual) if day]
    marks: list[Mark] = []
    if days and min(days) < window[0]:
        marks += edge_words(edges[0], y, day_words(min(days), as_of), size, right=False)
    if days and max(days) > window[1]:
        marks += edge_words(edges[1], y, day_words(max(days), as_of), size, right=True)
    return marks


def _name_room(cells: Sequence[Cell], size: float, look: Look) -> float:
    widest = max(draw.width_of(f"{c.code} {c.name}", size) for c in cells) + 22
    return min(widest, look.width * 0.42)


def _stage_strip(stage: Stage, stage_label: str, pilot: bool, look: Look) -> list[Mark]:
    marks: list[Mark] = []
    gap, tip, high = 2.0, 9.0, 26.0
    wide = (look.width - gap * (len(STAGES) - 1)) / len(STAGES)
    size = look.size if wide > 84 else look.size - 1
    for index, one in enumerate(STAGES):
        x = index * (wide + gap)
        points = [(x, 0.0), (x + wide - tip, 0.0), (x + wide, high / 2), (x + wide - tip, high)]
        points += [(x, high), (x + tip if index else x, high / 2)]
        here, past = one is stage, one.order < stage.order
        fill = ACCENT if here else ACCENT_SOFT if past else draw.WASH
        words = stage_label if here else one.label(pilot=pilot)
        marks.append(draw.polygon(points, fill=fill))
        marks.append(
            draw.text(
                x + wide / 2 + (2 if index else -2),
                high / 2 + size * 0.36,
                draw.fit(words, size, wide - tip - 4),
                size=size,
                anchor="middle",
                fill="#ffffff" if here else INK if past else MUTED,
                weight="bold" if here else None,
            )
        )
    return marks


def _timeline_axis(
    first: date,
    last: date,
    x_of: Callable[[date], float],
    top: float,
    bottom: float,
    look: Look,
) -> list[Mark]:
    """A rule for every month, a name at even steps; the years stand above where there are several."""
    months = months_of(first, last)
    room = (x_of(last) - x_of(first)) / max(1, len(months) - 1)
    step = next(s for s in (1, 2, 3, 6, 12) if room * s >= 34 or s == 12)
    size = look.size - 1.5
    marks: list[Mark] = []
    for index, month in enumerate(months):
        x = x_of(month)
        if room * step >= 12 or index % step == 0:
            marks.append(draw.line(x, top, x, bottom, stroke=RULE, width=0.8))
        words = f"{month.month}月"
        fits = x + 2 + draw.width_of(words, size) <= look.width
        if (month.month - 1) % step == 0 and fits:
            marks.append(draw.text(x + 2, top - 6, words, size=size, fill=MUTED))
    if first.year != last.year:
        marks += _years(months, x_of, top - 6 - size * 1.4, size, look)
    return marks


def _years(
    months: Sequence[date], x_of: Callable[[date], float], y: float, size: float, look: Look
) -> list[Mark]:
    """The year at every January and at the left edge; from the right, so that Januaries win."""
    marks: list[Mark] = []
    free = float(look.width)
    for month in reversed(months):
        if month.month != 1 and month != months[0]:
            continue
        words = f"{month.year}年"
        x = x_of(month) + 2
        if x + draw.width_of(words, size) + 6 <= free:
            marks.append(draw.text(x, y, words, size=size, fill=MUTED, weight="bold"))
            free = x
    return marks


def _timeline_row(
    cell: Cell,
    y: float,
    pitch: float,
    x_of: Callable[[date], float],
    as_of: date,
    look: Look,
) -> Mark:
    size = look.size
    middle = y + pitch - 12 if look.narrow else y + pitch / 2
    words_y = y + 16 if look.narrow else middle + size * 0.36
    name = f"{cell.code} {cell.name}"
    parts = [
        light_mark(
            None if cell.status is Status.NOT_APPLICABLE else cell.light.value,
            8,
            words_y - size * 0.36,
        ),
        draw.text(
            20,
            words_y,
            draw.fit(name, size, (look.width - 136 if look.narrow else look.width * 0.42 - 24)),
            size=size,
            weight="bold" if cell.gate else None,
        ),
    ]
    if cell.planned:
        start, end = x_of(cell.planned), None
        if cell.actual:
            end = x_of(cell.actual)
        elif cell.forecast:
            end = x_of(cell.forecast)
        if end is not None and abs(end - start) > 1:
            late = end > start
            parts.append(
                draw.line(
                    start,
                    middle,
                    end,
                    middle,
                    stroke=LIGHT_LOOKS["yellow"].colour if late else LIGHT_LOOKS["green"].colour,
                    width=2,
                    dash=None if cell.actual else "3 2",
                )
            )
        parts.append(draw.line(start, middle - 6, start, middle + 6, stroke=INK, width=2))
    if cell.actual:
        parts.append(draw.circle(x_of(cell.actual), middle, 4.2, fill=ACCENT))
    elif cell.forecast:
        parts.append(
            draw.circle(x_of(cell.forecast), middle, 3.6, fill="#ffffff", stroke=ACCENT, width=1.6)
        )
    words = _row_words(cell, as_of)
    parts.append(
        draw.text(
            look.width - 4,
            words_y,
            draw.fit(words, size - 1, WORDS_ROOM),
            size=size - 1,
            anchor="end",
            fill=LIGHT_LOOKS[cell.light.value].colour
            if cell.light in (Light.RED, Light.YELLOW)
            else MUTED,
        )
    )
    told = [f"{name}：{cell.status.label}"]
    if cell.reason and cell.reason != cell.status.label:
        told.append(cell.reason)
    for word, day in (("计划", cell.planned), ("预计", cell.forecast), ("实际", cell.actual)):
        if day:
            told.append(f"{word}{day_words(day, as_of)}")
    return draw.group(*parts, name="，".join(told))


def _row_words(cell: Cell, as_of: date) -> str:
    if cell.status.settled:
        return f"{short_day(cell.actual, as_of)}完成" if cell.actual else cell.status.label
    if cell.days_late:
        return f"逾期{cell.days_late}天"
    return f"{short_day(cell.planned, as_of)}到期" if cell.planned else cell.status.label


def _timeline_legend(y: float, look: Look) -> list[Mark]:
    size = look.size - 1
    entries: list[tuple[Callable[[float, float], Mark], str]] = [
        (lambda x, at: draw.line(x + 6, at - 6, x + 6, at + 6, stroke=INK, width=2), "计划"),
        (lambda x, at: draw.circle(x + 6, at, 4.2, fill=ACCENT), "实际"),
        (
            lambda x, at: draw.circle(x + 6, at, 3.6, fill="#fff", stroke=ACCENT, width=1.6),
            "预计",
        ),
        (lambda x, at: draw.line(x + 6, at - 7, x + 6, at + 7, stroke=TODAY_COLOUR), "当日"),
    ]
    return legend(2, y - 2, entries, size, key=12)
