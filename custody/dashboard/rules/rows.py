"""The plain rows a board is made from, as the database hands them over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from custody.milestones.rules import Item, LightPolicy, Stage, Status


class HeadRow(NamedTuple):
    province_code: str
    province_name: str
    notice_title: str
    year: int
    policy: LightPolicy


class BatchRow(NamedTuple):
    number: int
    name: str
    goal: str
    deadline: date
    gate: str
    pilot: bool


class RegionRow(NamedTuple):
    code: str
    name: str
    short_name: str
    seq: int
    batch: int
    lead_unit: str
    city_code: str
    city_name: str
    city_short: str
    city_column: int
    city_row: int
    template: int
    """The template version the region stands on; 0 before its lifecycle began."""
    started_on: date


class LineRow(NamedTuple):
    """One milestone of one region."""

    id: int
    region: str
    item: int
    status: Status
    percent: int
    plan_start: date | None
    planned: date | None
    started: date | None
    forecast: date | None
    actual: date | None
    unit: str
    submitted_at: date | None
    awaiting_since: date | None
    decided_at: date | None
    opened_on: date


class ActivityRow(NamedTuple):
    region: str
    last: date
    """The day of the last thing the region itself did."""
    reported: date | None
    """The day of its last answer for the month, if it gave one."""


class Undo(NamedTuple):
    """One event to be undone: old values by field, for a look at a past day."""

    kind: str
    subject: str
    action: str
    region: str
    note: str
    old: Mapping[str, object]


@dataclass(slots=True)
class Rows:
    """Everything known of one scope. `lines` and `passed` are by region."""

    head: HeadRow
    batches: dict[int, BatchRow]
    regions: list[RegionRow]
    items: dict[int, Item]
    """By their id."""
    templates: dict[int, dict[str, Item]]
    """By template and code."""
    versions: dict[str, int]
    """The template by its number in words: «第2版»."""
    lines: list[LineRow]
    passed: dict[str, set[Stage]]
    activity: dict[str, ActivityRow]


def part_of(rows: Rows, *, city: str | None, region: str | None) -> Rows:
    """What concerns one city or one region of a province; all of it without either."""
    if region:
        regions = [row for row in rows.regions if row.code == region]
    elif city:
        regions = [row for row in rows.regions if row.city_code == city]
    else:
        return rows
    codes = {row.code for row in regions}
    return replace(
        rows,
        regions=regions,
        lines=[line for line in rows.lines if line.region in codes],
        passed={code: stages for code, stages in rows.passed.items() if code in codes},
        activity={code: row for code, row in rows.activity.items() if code in codes},
    )
