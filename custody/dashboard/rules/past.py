"""A past day told again: rows of today, with everything that happened since undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from custody.dashboard.rules.rows import BatchRow, LineRow, RegionRow, Rows, Undo
from custody.milestones.rules import STAGES, Stage, Status

_LINE_DAYS = (
    *("plan_start", "planned", "started", "forecast", "actual"),
    *("submitted_at", "awaiting_since", "decided_at"),
)
_SHANGHAI = timezone(timedelta(hours=8))
_REGION_FIELDS = {
    "name": "name",
    "short_name": "short_name",
    "seq": "seq",
    "lead_unit": "lead_unit",
}
_STAGE_OF = {stage.label(pilot=pilot): stage for stage in STAGES for pilot in (True, False)}


def rewound(rows: Rows, undone: Iterable[Undo], day: date) -> Rows:
    """The rows as they were at the end of `day`.

    `undone`: every event after that day, newest first. Milestones opened later are left out; the
    rows given are changed in place, so the caller passes rows of its own.
    """
    lines = {line.id: line for line in rows.lines if line.opened_on <= day}
    regions = {region.code: region for region in rows.regions}
    for event in undone:
        if event.action == "milestone.dropped":
            found = _dropped(event, regions.get(event.region), rows)
            if found is not None and found.opened_on <= day:
                lines[found.id] = found
        elif event.action == "lifecycle.moved" and event.subject in regions:
            _version_before(regions, lines, event, rows)
        elif event.kind == "milestone":
            line = lines.get(int(event.subject)) if event.subject.isdigit() else None
            if line is not None:
                lines[line.id] = _line_before(line, event.old)
        elif event.action in ("stage.passed", "stage.reopened"):
            _passage_before(rows.passed, event)
        elif event.kind == "region" and event.subject in regions:
            regions[event.subject] = _region_before(regions[event.subject], event.old)
        elif event.kind == "batch":
            _batch_before(rows.batches, event)
        elif event.kind == "policy":
            known: dict[str, Any] = {
                name: old for name, old in event.old.items() if hasattr(rows.head.policy, name)
            }
            rows.head = rows.head._replace(policy=replace(rows.head.policy, **known))
        elif event.kind == "notice" and "title" in event.old:
            rows.head = rows.head._replace(notice_title=str(event.old["title"]))
    rows.lines = list(lines.values())
    rows.regions = sorted(regions.values(), key=lambda region: (region.batch, region.seq))
    return rows


def _line_before(line: LineRow, old: Mapping[str, object]) -> LineRow:
    values: dict[str, Any] = {}
    for name, value in old.items():
        if name in _LINE_DAYS:
            values[name] = _day(value)
        elif name == "status":
            values[name] = Status(str(value))
        elif name in ("percent", "unit"):
            values[name] = value
    return line._replace(**values) if values else line


def _version_before(
    regions: dict[str, RegionRow], lines: dict[int, LineRow], event: Undo, rows: Rows
) -> None:
    """The region on the version it stood on, its milestones as that version has them."""
    template = rows.versions.get(str(event.old.get("template")))
    if template is None:
        return
    regions[event.subject] = regions[event.subject]._replace(template=template)
    numbers = _numbers(rows, template)
    for line in lines.values():
        if line.region == event.subject:
            code = rows.items[line.item].code
            lines[line.id] = line._replace(item=numbers.get(code, line.item))


def _numbers(rows: Rows, template: int) -> dict[str, int]:
    """The ids of a template's items by their code."""
    own = rows.templates[template].values()
    by_item = {id(item): number for number, item in rows.items.items()}
    return {item.code: by_item[id(item)] for item in own}


def _dropped(event: Undo, region: RegionRow | None, rows: Rows) -> LineRow | None:
    """A milestone that a new version did away with; only untouched ones ever are."""
    kept = event.old.get("row")
    if region is None or not isinstance(kept, dict) or region.template not in rows.templates:
        return None
    number = _numbers(rows, region.template).get(str(kept["code"]))
    if number is None:
        return None
    return LineRow(
        id=int(event.subject),
        region=region.code,
        item=number,
        status=Status(str(event.old["status"])),
        percent=0,
        plan_start=_day(kept["plan_start"]),
        planned=_day(event.old["planned"]),
        started=None,
        forecast=None,
        actual=None,
        unit=str(kept["unit"]),
        submitted_at=None,
        awaiting_since=None,
        decided_at=None,
        opened_on=_day(kept["opened_at"]) or date.min,
    )


def _day(value: object) -> date | None:
    """A day or moment of the journal as a day in Shanghai."""
    if value is None:
        return None
    text = str(value)
    if len(text) == 10:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(_SHANGHAI).date()


def _passage_before(passed: dict[str, set[Stage]], event: Undo) -> None:
    stage = _STAGE_OF.get(event.note)
    if stage is None:
        return
    left = passed.setdefault(event.region or event.subject, set())
    if event.action == "stage.passed":
        left.discard(stage)
    else:
        left.add(stage)


def _region_before(region: RegionRow, old: Mapping[str, object]) -> RegionRow:
    values: dict[str, Any] = {
        field: old[name] for name, field in _REGION_FIELDS.items() if name in old
    }
    if "batch_number" in old:
        values["batch"] = old["batch_number"]
    return region._replace(**values) if values else region


def _batch_before(batches: dict[int, BatchRow], event: Undo) -> None:
    number = event.subject.rpartition("-")[2]
    batch = batches.get(int(number)) if number.isdigit() else None
    if batch is None:
        return
    values: dict[str, Any] = {
        name: event.old[name] for name in ("name", "goal", "gate", "pilot") if name in event.old
    }
    if "deadline" in event.old:
        values["deadline"] = _day(event.old["deadline"])
    batches[batch.number] = batch._replace(**values)
