"""How the single page is laid out so that it stays one page: its matrix, and how dense it is set."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from custody.briefs.snapshot import Snapshot
from custody.dashboard.charts import short_label
from custody.kernel.drawing import width_of
from custody.milestones.rules import LIGHTS, Light

CROWD = 60
"""More regions than this are counted by city instead of named."""
FEW = 10
"""Regions of a city that have a line each."""
SIDE_BY_SIDE = 4
"""From so many cities on the matrix stands in two columns."""
MOST_STEPS = 16
"""Milestones of a region that the page shows; of a stage there are twelve."""
WIDE, HIGH = 178.0, 272.0
"""Type area in mm: @page onepage of print.css."""
MARK = 16.0
"""Of the QR code at its foot, in mm; its room is kept before there is a number, so that the page
looks the same when it is published."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A class of print.css: type in points, lead, gap between blocks and padding of cells in mm."""

    name: str
    size: float
    lead: float
    gap: float
    cell: float


SETTINGS = (
    Setting("widest", 12, 1.55, 4.0, 1.0),
    Setting("ample", 11.25, 1.5, 3.2, 0.85),
    Setting("medium", 10.5, 1.45, 2.6, 0.7),
    Setting("close", 9.75, 1.4, 2.0, 0.5),
    Setting("closer", 9.0, 1.35, 1.6, 0.4),
    Setting("closest", 8.1, 1.3, 1.2, 0.3),
)
"""The first that fits is taken; what is too much for the last is refused when it is printed."""
SAFE = 1.0
"""The estimate may be short by so much."""
MM = 25.4 / 72


@dataclass(frozen=True, slots=True)
class City:
    name: str
    count: int
    cells: tuple[tuple[str, str], ...]
    """(light, words)."""


def listed(brief: Snapshot) -> bool:
    """Are the regions few enough for a line each?"""
    return brief["kind"] == "city" and len(brief["regions"]) <= FEW


def matrix_of(brief: Snapshot) -> list[list[City | None]]:
    """Rows of cities, one or two beside each other; down the first column, then the second."""
    if brief["kind"] == "region" or listed(brief):
        return []
    by_city: dict[str, list[dict[str, Any]]] = {}
    for region in brief["regions"]:
        by_city.setdefault(region["city_code"], []).append(region)
    named = len(brief["regions"]) <= CROWD
    cities = [_city(own, named=named) for _, own in sorted(by_city.items())]
    if len(cities) < SIDE_BY_SIDE:
        return [[city] for city in cities]
    half = -(-len(cities) // 2)
    second: list[City | None] = [*cities[half:], None]
    return [[cities[at], second[at]] for at in range(half)]


def _city(own: list[dict[str, Any]], *, named: bool) -> City:
    if not named:
        counts = Counter(region["light"] for region in own)
        cells = tuple(
            (light.value, f"{light.meaning}{counts[light.value]}")
            for light in LIGHTS
            if counts[light.value]
        )
    else:
        cells = tuple(
            (
                Light(region["light"]).value,
                short_label(region["short_name"], region["city_name"], region["city_short"]),
            )
            for region in own
        )
    return City(own[0]["city_short"], len(own), cells)


def density(brief: Snapshot) -> str:
    """By an estimate of its height, so that the same snapshot always looks the same."""
    matrix = matrix_of(brief)
    fitting = (one for one in SETTINGS if _height(brief, matrix, one) * SAFE <= HIGH)
    return next(fitting, SETTINGS[-1]).name


def _height(brief: Snapshot, matrix: list[list[City | None]], at: Setting) -> float:
    """Of the whole page in mm; follows print.css block by block."""
    line = at.size * at.lead * MM
    found = 2 * line + 21 * 1.35 * MM + 3.3 + at.gap
    if words := brief["masthead"].get("replaces"):
        found += _lines(words, WIDE, at.size) * line + at.gap
    for section in brief["sections"]:
        texts = [one["text"] for one in section["paragraphs"]]
        if section["key"] == "page_headline":
            large = at.size * 1.15
            lines = sum(_lines(text, WIDE - 6, large) for text in texts)
            found += lines * large * 1.45 * MM + len(texts) * (3.2 + at.gap)
        else:
            found += at.size * 1.05 * 1.5 * MM + 0.3 + at.gap * 0.7
            found += sum(_lines(text, WIDE - 6, at.size) for text in texts) * line
    found += sum(_table(rows, at) for rows in _rows(brief, matrix, at))
    small = at.size * 0.8
    notes = ["".join(brief["caveats"]) + "数据说明：", brief["lights_note"], _SOURCE]
    lines = sum(_lines(text, WIDE - MARK - 2, small) for text in notes)
    return found + max(MARK, lines * small * 1.4 * MM) + 1.3


_SOURCE = "来源：" + "字" * 80


def _table(rows: list[int], at: Setting) -> float:
    """`rows`: lines of each, its head not counted."""
    line = at.size * 0.9 * 1.3 * MM
    heads = line + 2 * at.cell + 1.35
    return heads + sum(one * line + 2 * at.cell + 0.15 for one in rows) + at.gap


def _rows(brief: Snapshot, matrix: list[list[City | None]], at: Setting) -> list[list[int]]:
    size = at.size * 0.9
    if not brief["regions"]:
        return []
    if brief["kind"] == "region":
        steps = [_lines(one["name"], 58, size) for one in steps_of(brief)]
        return [[2], steps]
    room = (WIDE - 23) / len(brief["batches"]) - 1.6
    goals = max(_lines(batch["goal"], room, size) for batch in brief["batches"])
    lights = max(_lines(_lights_words(batch), room, size) for batch in brief["batches"])
    ahead = max(_lines(batch.get("ahead", ""), room, size) for batch in brief["batches"])
    names = max(_lines(f"{batch['name']}（00个）", room, size) for batch in brief["batches"])
    found = [[goals, 1, 1, lights, ahead, names - 1]]
    if matrix:
        wide = WIDE / len(matrix[0]) - 22
        found.append(
            [
                max(_filled(city.cells, wide, at.size * 0.86) for city in row if city)
                for row in matrix
            ]
        )
    em = size * MM
    if listed(brief):
        name, step = 7.5 * em - 1.6, WIDE - 40.5 * em - 1.6
        found.append(
            [
                max(_lines(one["short_name"], name, size), _lines(one["next"], step, size))
                for one in brief["regions"]
            ]
        )
    if top := (brief.get("problems") or {}).get("top"):
        rooms = {"region": 7.5, "owner": 12.0, "next": 7.5}
        what = WIDE - 33.4 * em - 1.6
        found.append(
            [
                max(
                    _lines(row["what"], what, size),
                    *(_lines(row[key], wide * em - 1.6, size) for key, wide in rooms.items()),
                )
                for row in top
            ]
        )
    return found


def _filled(cells: Sequence[tuple[str, str]], room: float, size: float) -> int:
    """Lines of cells that do not break within."""
    lines, used = 1, 0.0
    for _, words in cells:
        wide = width_of(f"●{words}", size * MM) + 0.6
        if used and used + wide > room:
            lines, used = lines + 1, 0.0
        used += wide + size * MM
    return lines


def steps_of(brief: Snapshot) -> list[dict[str, Any]]:
    """The milestones of the stage a region is in; all of them where it has passed its stages."""
    every: list[dict[str, Any]] = brief["milestones"]
    stage = brief["regions"][0]["stage"] if brief["regions"] else ""
    return ([one for one in every if one["stage"] == stage] or every)[:MOST_STEPS]


def _lights_words(batch: dict[str, Any]) -> str:
    return "　".join(
        f"●{Light(code).meaning}{count}" for code, count in batch["lights"].items() if count
    )


def _lines(words: str, room: float, size: float) -> int:
    """Lines of so many mm that words of so many points fill; a line ends with a whole character, and
    one in a hundred is lost to signs that may not begin one."""
    sign = size * MM
    return max(1, math.ceil(width_of(words, sign) * 1.01 / max(sign, room // sign * sign)))
