"""The board's rows as the forecast knows them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from custody.dashboard.rules.rows import LineRow, Rows
from custody.forecast.rules import (
    REVIEW,
    Course,
    Goal,
    Known,
    Outlook,
    outlook,
)
from custody.forecast.rules.outlook import Simulated
from custody.milestones.rules import Status, stage_reached


def ahead(rows: Rows, as_of: date, simulated: Simulated) -> Outlook:
    """What the rows of a province, today's or a past day's, say of the end of the year."""
    return outlook(
        list(_courses(rows)), goals(rows), as_of, reviews=_reviews(rows), simulated=simulated
    )


def goals(rows: Rows) -> dict[int, Goal]:
    return {
        number: Goal(number, batch.name, batch.gate, batch.deadline)
        for number, batch in rows.batches.items()
    }


def _courses(rows: Rows) -> Iterator[Course]:
    known: dict[str, dict[str, Known]] = {}
    for line in rows.lines:
        code = rows.items[line.item].code
        known.setdefault(line.region, {})[code] = _known(line, code)
    for region in rows.regions:
        items = rows.templates.get(region.template, {})
        passed = rows.passed.get(region.code, set())
        batch = rows.batches.get(region.batch)
        gate = items.get(batch.gate) if batch else None
        yield Course(
            code=region.code,
            name=region.name,
            batch=region.batch,
            stage=stage_reached(passed),
            passed=gate is not None and gate.stage in passed,
            items=items,
            known=known.get(region.code, {}),
        )


def _known(line: LineRow, code: str) -> Known:
    return Known(
        code,
        line.status,
        line.percent,
        line.started,
        line.forecast,
        line.actual,
        line.decided_at,
        line.plan_start,
        line.planned,
    )


def _reviews(rows: Rows) -> Iterator[tuple[int, int]]:
    """How long confirmed submissions took, beside the estimate."""
    estimated = REVIEW[Status.AWAITING_CITY].likely
    for line in rows.lines:
        if line.status is Status.CONFIRMED and line.submitted_at and line.decided_at:
            yield max(0, (line.decided_at - line.submitted_at).days), estimated
