"""What the charts draw, from a snapshot's plain data: the facts as they were when it was frozen."""

from __future__ import annotations

from datetime import date

from custody.briefs.snapshot import Snapshot
from custody.dashboard.rules import BatchFacts, Cell, CurvePoint
from custody.milestones.rules import Light, Stage, Status


def curve_of(snapshot: Snapshot) -> tuple[CurvePoint, ...]:
    return tuple(
        CurvePoint(date.fromisoformat(on), planned, actual, forecast)
        for on, planned, actual, forecast in snapshot["curve"]
    )


def batches_of(snapshot: Snapshot) -> tuple[BatchFacts, ...]:
    return tuple(
        BatchFacts(
            number=batch["number"],
            name=batch["name"],
            goal=batch["goal"],
            gate_code=batch["gate_code"],
            deadline=date.fromisoformat(batch["deadline"]),
            pilot=batch["pilot"],
            regions=batch["regions"],
            done=batch["done"],
            percent=batch["percent_raw"],
            expected_percent=batch["expected_raw"],
            lights={Light(code): count for code, count in batch["lights"].items()},
        )
        for batch in snapshot["batches"]
    )


def cells_of(snapshot: Snapshot) -> tuple[Cell, ...]:
    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    return tuple(
        Cell(
            code=one["code"],
            name=one["name"],
            phase=one["phase"],
            stage=Stage(one["stage"]),
            weight=one["weight"],
            gate=one["gate"],
            status=Status(one["status"]),
            light=Light(one["light"]),
            reason=one["reason"],
            percent=one["percent"],
            planned=day(one["planned"]),
            forecast=day(one["forecast"]),
            actual=day(one["actual"]),
            confirmed_on=day(one["confirmed_on"]),
            days_late=one["days_late"],
            unit=one["unit"],
        )
        for one in snapshot["milestones"]
    )
