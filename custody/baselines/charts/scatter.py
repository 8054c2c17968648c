"""Use a day against the month's temperature, with the model as a line."""

from __future__ import annotations

from collections.abc import Sequence

from custody.baselines.charts.surface import SCREEN, Look, Scale, figure, grid, legend, room_for
from custody.kernel import drawing as draw
from custody.kernel.drawing import ACCENT, Svg
from custody.mv.ladder import Baseline
from custody.mv.shapes import CP_LEFT, CP_RIGHT, predict


def scatter(
    points: Sequence[tuple[int, float, float]],
    model: Baseline,
    *,
    unit: str,
    look: Look = SCREEN,
    title: str = "日均用量与月均气温",
) -> Svg:
    """`points`: (month, °C, use a day). A method without temperature is drawn by its points alone."""
    size = look.size
    if not points:
        words = "没有可画的月份：缺少账单或气温。"
        marks = [draw.text(0, 24, words, size=size)]
        return draw.document(look.width, 40, *marks, title=title, desc=words)
    line = _line(model, min(p[1] for p in points), max(p[1] for p in points))
    top, bottom = size * 2.2, look.height - size * 3.2
    ups = Scale.over([p[2] for p in points] + [y for _, y in line], bottom, top, zero=True)
    left, right = room_for(ups, size), look.width - 8.0
    across = Scale.over([p[1] for p in points], left + 6, right - 6, zero=False)
    marks = grid(ups, left, right, size, f"{unit}/日")
    for tick in across.ticks:
        x = across.at(tick)
        marks.append(draw.line(x, bottom, x, bottom + 4, stroke=draw.MUTED))
        marks.append(
            draw.text(
                *(x, bottom + size * 1.5, figure(tick)),
                size=size - 1,
                anchor="middle",
                fill=draw.MUTED,
            )
        )
    words = "月均气温（℃）"
    marks.append(draw.text(right, look.height - 3, words, size=size - 1, anchor="end"))
    if line:
        marks.append(draw.polyline([(across.at(x), ups.at(y)) for x, y in line], stroke=ACCENT))
    for month, warm, use in points:
        told = f"{month // 100}年{month % 100}月：{warm:.1f}℃，日均{figure(use)}{unit}"
        dot = draw.circle(across.at(warm), ups.at(use), 4, fill=draw.GROUND, stroke=ACCENT, width=2)
        marks.append(draw.group(dot, name=told))
    entries = [(lambda x, y: draw.circle(x + 8, y, 4, stroke=ACCENT, width=2), "账单")]
    if line:
        entries.append((lambda x, y: draw.line(x, y, x + 16, y, stroke=ACCENT, width=2), "模型"))
    marks += legend(right, size, entries)
    desc = f"{len(points)}个月的日均用量，方法为{model.label}。"
    return draw.document(look.width, look.height, *marks, title=title, desc=desc)


def _line(model: Baseline, low: float, high: float) -> list[tuple[float, float]]:
    """Only its corners: between them it is straight."""
    if not model.needs_temperature and model.method not in ("1P", "daily_mean"):
        return []
    bends = [model.coefficients[place] for place in (CP_LEFT, CP_RIGHT)]
    xs = sorted({low, high, *(bend for bend in bends if low < bend < high)})
    return list(zip(xs, map(float, predict(list(model.coefficients), xs)), strict=True))
