"""Many regions on one axis: what a page is put together from, and the same as whole pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from custody.gantt.charts import scale
from custody.gantt.charts.bars import OVER
from custody.gantt.charts.lanes import LABEL, lane_of, lane_words, name_marks
from custody.gantt.charts.rows import NAMES, compact_rows, name_symbols, names_of
from custody.gantt.charts.scale import TODAY_COLOUR, Axis
from custody.gantt.rules import Block, GanttGroup, day_words
from custody.kernel import drawing as draw
from custody.kernel.drawing import INK, MUTED, RULE, Mark, Svg
from custody.milestones.rules import LIGHTS

WIDE, PHONE = 850, 350
OPENED = 1130
HEAD = 44
EDGE = 34
"""Room at the right for the code of a gate that ends last."""
DEEP = 400
"""Taller than any line: the grid is drawn once and cut off by the picture it is used in."""
PAPER_WIDTH = 1490
"""A3 across, 396 mm between its margins."""
PAPER_HEIGHT = 900
PAPER_NAMES, PAPER_WORDS = 190, 360


@dataclass(frozen=True, slots=True)
class LanePictures:
    """What a page shows of one region. `opened` is None where regions are too many for it."""

    group: GanttGroup
    wide: Svg
    phone: Svg
    opened: Svg | None


@dataclass(frozen=True, slots=True)
class ProgrammePictures:
    sprite: Svg
    """Not shown: what the others use."""
    head: Svg
    head_phone: Svg
    lanes: dict[str, LanePictures]


def programme_pictures(
    groups: Sequence[GanttGroup],
    *,
    as_of: date,
    link: Callable[[str, str], str],
    openable: bool,
) -> ProgrammePictures:
    """`link`: the address of a milestone by region and code. `openable`: with the rows of each region."""
    rows = [row for group in groups for row in group.rows]
    since = scale.year_of(as_of)
    wide = scale.axis_of(rows, as_of, 4, WIDE - EDGE, since=since)
    phone = scale.axis_of(rows, as_of, 4, PHONE - EDGE, since=since)
    opened = scale.axis_of(rows, as_of, NAMES, OPENED - 10, since=since)
    names = names_of(groups) if openable else {}
    lanes = {}
    for group in groups:
        drawn = lane_of(group, wide, classes=True, hover=openable)
        small = lane_of(group, phone, classes=True)
        told = lane_words(group, as_of)
        lanes[group.code] = LanePictures(
            group,
            draw.bare(WIDE, drawn.height, _use("gw"), drawn.marks, title=told),
            draw.bare(PHONE, small.height, _use("gp"), small.marks),
            compact_rows(
                group,
                opened,
                as_of,
                names,
                lambda code, region=group.code: link(region, code),  # type: ignore[misc]
                head=(_use("ho"), HEAD),
                grid=_use("go"),
            )
            if openable
            else None,
        )
    grids = (
        _grid("gw", wide, as_of),
        _grid("gp", phone, as_of),
        *((_grid("go", opened, as_of),) if openable else ()),
    )
    heads = [draw.group(*_head_marks(opened, as_of), id="ho")] if openable else []
    sprite = draw.sprite(*grids, *heads, name_symbols(names, OPENED))
    return ProgrammePictures(
        sprite,
        _head(wide, WIDE, as_of),
        _head(phone, PHONE, as_of),
        lanes,
    )


def _use(name: str) -> Mark:
    return draw.element("use", href=f"#{name}")


def _grid(name: str, axis: Axis, as_of: date) -> Mark:
    marks = [*scale.grid(axis, 0, DEEP), scale.today_line(axis, as_of, 0, DEEP)]
    return draw.group(*marks, id=name)


def _head(axis: Axis, width: int, as_of: date) -> Svg:
    title = f"时间轴：{_month(axis.first)}至{_month(axis.months[-1])}，截至{day_words(as_of)}"
    return draw.bare(width, HEAD, *_head_marks(axis, as_of), title=title)


def _head_marks(axis: Axis, as_of: date) -> list[Mark]:
    return [scale.today_words(axis, as_of, 11, 11), *scale.head(axis, 13, 12)]


def _month(day: date) -> str:
    return f"{day.year}年{day.month}月"


# --- whole pictures --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    """A heading or a region's line, as high as it needs."""

    high: float
    group: GanttGroup | None
    words: str = ""


def programme_pages(
    blocks: Sequence[Block], *, as_of: date, title: str, height: float | None = PAPER_HEIGHT
) -> list[Svg]:
    """The regions' lines as pictures of at most that height, each with the head; None: one of any."""
    groups = [group for block in blocks for group in block.groups]
    rows = [row for group in groups for row in group.rows]
    axis = scale.axis_of(
        rows, as_of, PAPER_NAMES, PAPER_WIDTH - PAPER_WORDS, since=scale.year_of(as_of)
    )
    pages: list[list[_Piece]] = [[]]
    used = 0.0
    for piece in _pieces(blocks, axis):
        room = float("inf") if height is None else height - 100
        # A heading never stands last.
        need = piece.high + (30 if piece.group is None else 0)
        if pages[-1] and used + need > room:
            pages.append([])
            used = 0.0
        pages[-1].append(piece)
        used += piece.high
    told = f"截至{day_words(as_of)}，{len(groups)}个地区，{len(rows)}项里程碑。"
    several = len(pages) > 1
    return [
        _page(
            page,
            axis,
            as_of,
            f"{title}（{number}/{len(pages)}）" if several else title,
            told,
        )
        for number, page in enumerate(pages, 1)
    ]


def _pieces(blocks: Sequence[Block], axis: Axis) -> Iterator[_Piece]:
    city = ""
    for block in blocks:
        if block.city and block.city != city:
            yield _Piece(26, None, block.city)
            city = block.city
        yield _Piece(22, None, f"{block.batch}　{len(block.groups)}个地区")
        for group in block.groups:
            yield _Piece(lane_of(group, axis).height, group)


def _page(pieces: Sequence[_Piece], axis: Axis, as_of: date, title: str, told: str) -> Svg:
    top = 44.0
    bottom = top + sum(piece.high for piece in pieces)
    marks: list[Mark] = [
        *scale.head(axis, 13, 12),
        *scale.grid(axis, top, bottom),
        scale.today_line(axis, as_of, top - 3, bottom),
        scale.today_words(axis, as_of, 11, 11),
    ]
    y = top
    for piece in pieces:
        if piece.group is None:
            marks.append(draw.rect(0, y, PAPER_WIDTH, piece.high, fill=draw.WASH))
            marks.append(draw.text(6, y + 16, piece.words, size=13, weight="bold"))
        else:
            marks.append(_line(piece.group, axis, y, piece.high, as_of))
        y += piece.high
        marks.append(draw.line(0, y, PAPER_WIDTH, y, stroke=RULE, width=0.6))
    keys, end = lane_legend(4, bottom + 18, 12, PAPER_WIDTH - 8)
    return draw.document(PAPER_WIDTH, end + 4, *marks, *keys, title=title, desc=told)


def _line(group: GanttGroup, axis: Axis, y: float, high: float, as_of: date) -> Mark:
    middle = y + high / 2
    told = draw.fit(group.words, 12, PAPER_WORDS - LABEL - 16)
    return draw.group(
        *name_marks(group, middle, 13, PAPER_NAMES - 6, city=True),
        draw.group(lane_of(group, axis).marks, transform=f"translate(0 {draw.number(y)})"),
        draw.text(PAPER_WIDTH - 4, middle + 4, told, size=12, anchor="end", fill=MUTED),
        name=lane_words(group, as_of),
    )


def lane_legends() -> tuple[Svg, Svg]:
    """The keys of a page, for a desk and for a phone."""
    found = []
    for width in (1130, PHONE):
        marks, end = lane_legend(2, 10, 12, width - 4)
        found.append(draw.bare(width, end + 2, *marks, title="图例"))
    return found[0], found[1]


def lane_legend(x: float, y: float, size: float, room: float) -> tuple[list[Mark], float]:
    keys: list[tuple[Sequence[Mark], str]] = [
        ([draw.line(6, -4, 6, 4, stroke=MUTED, width=1.2)], "计划完成日")
    ]
    keys += [([draw.light(light.value, 6, 0, 9)], light.meaning) for light in LIGHTS]
    keys += [
        ([draw.line(0, 0, 14, 0, stroke=OVER, width=1.6)], "晚于计划"),
        ([draw.line(1, 0, 11, 0, stroke=INK, width=2)], "关键线路（符号下划线）"),
        ([draw.line(6, -7, 6, 7, stroke=TODAY_COLOUR, width=1.3, dash="5 2")], "截至日期"),
    ]
    marks: list[Mark] = []
    at = x
    for drawn, words in keys:
        wide = 18 + draw.width_of(words, size) + 16
        if at > x and at + wide > x + room:
            at, y = x, y + size * 1.7
        marks.append(draw.group(*drawn, transform=f"translate({draw.number(at)} {draw.number(y)})"))
        marks.append(draw.text(at + 18, y + size * 0.36, words, size=size))
        at += wide
    return marks, y + size
