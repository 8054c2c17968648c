"""A region's milestones as compact rows, for opening below its line; names are drawn once and reused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from custody.dashboard.charts.surface import edge_words, light_mark
from custody.gantt.charts.scale import Axis
from custody.gantt.charts.strokes import Strokes
from custody.gantt.rules import GanttGroup, GanttRow, dates_words, day_words
from custody.kernel import drawing as draw
from custody.kernel.drawing import Mark, Svg

PITCH = 18
NAMES = 310
"""Room for the names at the left."""

Names = Mapping[tuple[str, str], str]
"""(code, name) → the id under which it is drawn."""


def names_of(groups: Sequence[GanttGroup]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for group in groups:
        for row in group.rows:
            found.setdefault((row.code, row.name), f"n{len(found)}")
    return found


def name_symbols(names: Names, width: int) -> Mark:
    """Every name once, with a ground as wide as a row that answers the pointer."""
    return Mark(
        "".join(
            draw.group(
                draw.element("rect", width=width, height=PITCH, fill="none", pointer_events="all"),
                draw.text(
                    22,
                    13,
                    draw.fit(f"{code} {name}", 12, NAMES - 26),
                    size=12,
                    weight="bold" if code.startswith("G") else None,
                ),
                id=number,
            )
            for (code, name), number in names.items()
        )
    )


def compact_rows(
    group: GanttGroup,
    axis: Axis,
    as_of: date,
    names: Names,
    link: Callable[[str], str],
    *,
    head: tuple[Mark, int],
    grid: Mark,
) -> Svg:
    """`axis`: to the right of NAMES. `head`: what stands above the rows, and how high that is."""
    strokes = Strokes(classes=True)
    links: list[Mark] = []
    edges: list[Mark] = []
    above, high = head
    for index, row in enumerate(group.rows):
        y = index * PITCH
        _row(strokes, row, axis, y, as_of)
        edges += _edges(row, axis, y, as_of)
        links.append(
            draw.link(
                link(row.code),
                draw.element("use", href=f"#{names[row.code, row.name]}", y=y or None),
                name=f"{row.code} {dates_words(row, as_of)}",
            )
        )
    return draw.bare(
        axis.right + 10,
        len(group.rows) * PITCH + 2 + high,
        above,
        draw.group(grid, *strokes.marks(), *edges, *links, transform=f"translate(0 {high})"),
        label=f"{group.name}里程碑",
    )


def _row(strokes: Strokes, row: GanttRow, axis: Axis, y: int, as_of: date) -> None:
    if row.lit:
        strokes.light(row.lit, 10, y + 9)
    if row.critical:
        strokes.add("critical", f"M1 {y + 2}v14")
    if row.planned:
        end = round(axis.x(row.planned))
        start = round(axis.x(row.plan_start)) if row.plan_start else end
        if row.gate:
            strokes.diamond("expected", end, y + 4, 3)
        else:
            strokes.across("plan", min(start, end - 2), end, y + 4)
    if row.start is None or row.finish is None:
        return
    if row.finish < axis.first:  # over before the axis begins: told at its edge
        return
    begin, end = round(axis.x(row.start)), round(axis.x(row.finish))
    begin = min(begin, end - 2)
    if row.planned and row.late > 0:
        due = round(axis.x(row.planned))
        strokes.add("over", f"M{due} {y + 16}H{end}")
    look = "expected_critical" if row.critical else "expected"
    if row.gate:
        strokes.diamond("gate" if row.settled else look, end, y + 11, 5)
    elif row.settled:
        strokes.across("done", begin, end, y + 11)
    else:
        strokes.box(look, begin, end, y + 8, 6)
        done = min(max(round(axis.x(as_of)), begin), end)
        if row.started and done > begin:
            strokes.across("done", begin, done, y + 11)


def _edges(row: GanttRow, axis: Axis, y: int, as_of: date) -> list[Mark]:
    """What is over before the axis begins or ends behind it; and a stroke for a light that is not due."""
    marks: list[Mark] = []
    if row.lit is None:
        marks.append(light_mark(None, 10, y + 9))
    if row.finish and row.finish < axis.first:
        marks += edge_words(NAMES + 2, y + 11, day_words(row.finish, as_of), 10, right=False)
    _, late = axis.beyond(row)
    if late:
        marks += edge_words(
            axis.right - (7 if row.gate else 0), y + 11, day_words(late, as_of), 10, right=True
        )
    return marks
