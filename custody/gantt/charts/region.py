"""The Gantt chart of one region: a row a milestone, by stage, with what rests on what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from custody.dashboard.charts import Look
from custody.dashboard.charts.surface import edge_words, light_mark, short_day
from custody.gantt.charts import scale
from custody.gantt.charts.bars import Lane, arrow, bars, legend
from custody.gantt.charts.scale import Axis
from custody.gantt.rules import GanttGroup, GanttRow, day_words, row_words
from custody.kernel import drawing as draw
from custody.kernel.drawing import INK, LIGHT_LOOKS, MUTED, RULE, Mark, Svg
from custody.milestones.rules import Light, Stage

WIDE = Look(1130, 13)
PAPER = Look(1040, 12, dense=True)
"""A4 across: 277 mm between its margins."""
PAPER_HEIGHT = 620
"""What a page of that holds below its title."""
WORDS = 96
"""Room for 「24年10月16日完成」 at the right edge."""
BAND = "#f5f7f9"


@dataclass(frozen=True, slots=True)
class Line:
    """A row in its place; without a milestone it is the heading of a stage."""

    y: float
    high: float
    row: GanttRow | None
    stage: Stage
    words: str = ""


def region_chart(
    group: GanttGroup,
    *,
    as_of: date,
    look: Look = WIDE,
    link: Callable[[str], str] | None = None,
    rows: Sequence[GanttRow] | None = None,
    pilot: bool = True,
) -> Svg:
    """`link`: the address of a milestone by its code; without it (paper, files) nothing is a link.

    `rows`: the part of the region's rows that this page holds; the axis is that of all.
    """
    shown = group.rows if rows is None else tuple(rows)
    title = f"{group.name}甘特图"
    axis = axis_for(group, as_of, look)
    top = look.size * 4
    lines = list(_lines(shown, group, top, look, pilot))
    bottom = lines[-1].y + lines[-1].high if lines else top
    if not shown:
        note = draw.text(0, top + 8, "没有符合条件的里程碑。", size=look.size, fill=MUTED)
        return draw.document(look.width, top + 24, note, title=title, desc="没有里程碑。")
    marks = [
        draw.rect(0, line.y, look.width, line.high, fill=BAND) for line in lines if line.row is None
    ]
    marks += scale.head(axis, look.size * 1.3, look.size)
    marks += scale.grid(axis, top, bottom)
    lane = _lane(look)
    arrows = not look.narrow and any(row.after for row in shown)
    if arrows:
        marks += _dependencies(lines, axis, lane)
    for line in lines:
        marks += _stage_line(line, look) if line.row is None else []
    marks += _today(lines, axis, as_of, look, bottom)
    marks += [
        _row(line.row, line.y, axis, lane, as_of, look, link)
        for line in lines
        if line.row is not None
    ]
    keys, end = legend(2, bottom + look.size * 1.5, look.size - 1, look.width - 4, arrows=arrows)
    return draw.document(
        look.width,
        end + 4,
        *marks,
        *keys,
        title=title,
        desc=_told(group, as_of),
        interactive=link is not None,
    )


def pages(group: GanttGroup, *, as_of: date, pilot: bool = True) -> list[Svg]:
    """The chart for paper: as many pages as its rows need, each with its own head."""
    found: list[list[GanttRow]] = [[]]
    used, stage = 0.0, None
    for row in group.rows:
        high = _pitch(PAPER) + (0 if row.stage is stage else _pitch(PAPER))
        if found[-1] and used + high > PAPER_HEIGHT - PAPER.size * 9:
            found.append([])
            used, high = 0.0, _pitch(PAPER) * 2
        found[-1].append(row)
        used, stage = used + high, row.stage
    return [region_chart(group, as_of=as_of, look=PAPER, rows=rows, pilot=pilot) for rows in found]


def axis_for(group: GanttGroup, as_of: date, look: Look) -> Axis:
    if look.narrow:
        return scale.axis_of(group.rows, as_of, 4.0, look.width - 4.0)
    names = [f"{row.code} {row.name}" for row in group.rows] or [""]
    room = max(draw.width_of(name, look.size) for name in names) + 28
    return scale.axis_of(group.rows, as_of, min(room, look.width * 0.3), float(look.width - WORDS))


def _pitch(look: Look) -> float:
    return 44.0 if look.narrow else 19.0 if look.dense else 24.0


def _lane(look: Look) -> Lane:
    if look.narrow:
        return Lane(plan=22, real=28, high=9)
    return Lane(plan=2, real=7, high=7) if look.dense else Lane(plan=3, real=9, high=9)


def _lines(
    rows: Sequence[GanttRow], group: GanttGroup, top: float, look: Look, pilot: bool
) -> Iterator[Line]:
    y = top
    for stage, own in groupby(rows, key=lambda row: row.stage):
        everything = [row for row in group.rows if row.stage is stage]
        done = sum(row.settled for row in everything)
        words = f"{stage.label(pilot=pilot)}　办结 {done}/{len(everything)}"
        high = look.size * 1.6
        yield Line(y, high, None, stage, words)
        y += high
        for row in own:
            yield Line(y, _pitch(look), row, stage)
            y += _pitch(look)


def _today(lines: Sequence[Line], axis: Axis, as_of: date, look: Look, bottom: float) -> list[Mark]:
    """The line of the day; on a phone below the words of each row, not through them."""
    said = scale.today_words(axis, as_of, look.size, look.size - 1)
    if not look.narrow:
        return [said, scale.today_line(axis, as_of, lines[0].y - 3, bottom)]
    return [
        said,
        *(
            scale.today_line(axis, as_of, line.y + 19, line.y + line.high)
            for line in lines
            if line.row is not None
        ),
    ]


def _stage_line(line: Line, look: Look) -> list[Mark]:
    base = line.y + line.high / 2 + look.size * 0.36
    return [
        draw.text(6, base, line.words, size=look.size - 1, fill=MUTED, weight="bold"),
        draw.line(0, line.y + line.high, look.width, line.y + line.high, stroke=RULE),
    ]


def _row(
    row: GanttRow,
    y: float,
    axis: Axis,
    lane: Lane,
    as_of: date,
    look: Look,
    link: Callable[[str], str] | None,
) -> Mark:
    size = look.size
    high = _pitch(look)
    base = y + 15 if look.narrow else y + high / 2 + size * 0.36
    name = f"{row.code} {row.name}"
    room = look.width - WORDS - 24 if look.narrow else axis.left - 26
    late = row.light in (Light.RED, Light.YELLOW)
    marks = [
        # The whole row answers a pointer.
        draw.element(
            "rect", x=0, y=y, width=look.width, height=high, fill="none", pointer_events="all"
        ),
        light_mark(row.lit.value if row.lit else None, 12, base - size * 0.36),
        draw.text(
            22, base, draw.fit(name, size, room), size=size, weight="bold" if row.gate else None
        ),
        draw.text(
            look.width - 2,
            base,
            right_words(row, as_of),
            size=size - 1,
            anchor="end",
            fill=LIGHT_LOOKS[row.light.value].colour if late else MUTED,
        ),
        *bars(row, axis, y, lane, as_of),
        *_beyond(row, axis, y, lane, as_of, size - 2),
    ]
    if row.critical:
        marks.insert(1, draw.rect(0, y + 2, 3, high - 4, fill=INK))
    told = f"{name}：{row_words(row, as_of)}"
    if link is None:
        return draw.group(*marks, name=told)
    return draw.link(link(row.code), *marks, name=told)


def _beyond(
    row: GanttRow, axis: Axis, top: float, lane: Lane, as_of: date, size: float
) -> list[Mark]:
    """Days the axis does not reach, told at its edges."""
    marks: list[Mark] = []
    y, half = top + lane.middle, lane.high / 2 + 3 if row.gate else 0
    early, late = axis.beyond(row)
    if early:
        marks += edge_words(axis.left + 4 + half, y, day_words(early, as_of), size, right=False)
    if late:
        marks += edge_words(axis.right - half, y, day_words(late, as_of), size, right=True)
    return marks


def right_words(row: GanttRow, as_of: date) -> str:
    """10月16日完成, 逾期16天, 预计晚9天, 11月30日到期; of another year 24年10月16日."""
    if row.settled:
        return f"{short_day(row.finish, as_of)}完成" if row.finish else row.status.label
    if row.planned is None:
        return "未定期限"
    if row.planned < as_of:
        return f"逾期{(as_of - row.planned).days}天"
    if row.late > 0:
        return f"预计晚{row.late}天"
    return f"{short_day(row.planned, as_of)}到期"


# --- what rests on what ----------------------------------------------------------------------


def _dependencies(lines: Sequence[Line], axis: Axis, lane: Lane) -> list[Mark]:
    """From the end of one bar to the start of the next, in right angles; the critical ones darker."""
    placed = {line.row.code: line for line in lines if line.row is not None}
    light: list[str] = []
    dark: list[str] = []
    heads: list[Mark] = []
    for line in placed.values():
        assert line.row is not None
        for code in line.row.after:
            before = placed.get(code)
            path = _route(before, line, axis, lane) if before else ""
            if not path or before is None or before.row is None:
                continue
            critical = line.row.critical and before.row.critical
            (dark if critical else light).append(path)
            x, y = _entry(line, axis, lane)
            heads.append(arrow(x, y, INK if critical else "#8792a0"))
    looks: Mapping[str, tuple[list[str], float]] = {"#a3adb8": (light, 0.9), INK: (dark, 1.3)}
    return [
        *(
            draw.element("path", d="".join(paths), fill="none", stroke=colour, stroke_width=width)
            for colour, (paths, width) in looks.items()
            if paths
        ),
        *heads,
    ]


def _entry(line: Line, axis: Axis, lane: Lane) -> tuple[float, float]:
    """Where an arrow arrives: the left end of the bar, of a gate the left tip."""
    assert line.row is not None
    row = line.row
    if row.gate:
        return axis.x(row.finish or axis.first) - lane.high / 2 - 2, line.y + lane.middle
    end = axis.x(row.finish or axis.first)
    return min(axis.x(row.start or axis.first), end - 2) - 1, line.y + lane.middle


def _route(before: Line, line: Line, axis: Axis, lane: Lane) -> str:
    one, other = before.row, line.row
    if one is None or other is None or not (one.finish and other.finish and other.start):
        return ""
    out = axis.x(one.finish) + (lane.high / 2 + 1 if one.gate else 0)
    leave, (x, y) = before.y + lane.middle, _entry(line, axis, lane)
    turn = min(out + 5, axis.right)
    if x - 6 >= turn:
        return _path((out, leave), (turn, leave), (turn, y), (x - 5, y))
    # The next one begins earlier than this one ends: round by the gap between the rows.
    gap = line.y + 1 if y > leave else line.y + line.high - 1
    return _path((out, leave), (turn, leave), (turn, gap), (x - 7, gap), (x - 7, y), (x - 5, y))


def _path(*points: tuple[float, float]) -> str:
    (x, y), *rest = points
    told = f"M{draw.number(x)} {draw.number(y)}"
    for (was_x, _), (x, y) in zip(points, rest, strict=False):
        told += f"V{draw.number(y)}" if x == was_x else f"H{draw.number(x)}"
    return told


def _told(group: GanttGroup, as_of: date) -> str:
    done = sum(row.settled for row in group.rows)
    words = (
        f"截至{day_words(as_of)}，当前阶段：{group.stage_label}。"
        f"共{len(group.rows)}项里程碑，已办结{done}项。{group.words}。"
    )
    critical = [row.code for row in group.rows if row.critical]
    return words + (f"关键线路：{'、'.join(critical)}。" if critical else "")
