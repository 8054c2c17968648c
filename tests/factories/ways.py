"""Small ways to a gate, for the rules of the forecast: items, what is known of them, tasks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from custody.forecast.rules import Known, RegionSchedule, Task, schedule, tasks_of
from custody.milestones.rules import Item, Stage, Status, read_after

TODAY = date(2026, 11, 22)
DUE = date(2026, 12, 31)


def item(
    code: str, after: str = "", days: tuple[int, int, int] | None = (5, 10, 20), **more: Any
) -> Item:
    """`after` as it is written: «M01 M02+30»."""
    codes, lags = read_after(after.split())
    low, likely, high = days or (None, None, None)
    values: dict[str, Any] = {
        "code": code,
        "name": f"事项{code}",
        "phase": "前期评估",
        "stage": Stage.PRE_TENDER,
        "evidence": "",
        "owner": "",
        "after": codes,
        "weight": 1,
        "gate": code.startswith("G"),
        "order": 1,
        "due": {},
        "lags": lags,
        "days_low": low,
        "days_likely": likely,
        "days_high": high,
        **more,
    }
    return Item(**values)


def known(code: str, status: Status = Status.NOT_STARTED, **more: Any) -> Known:
    values: dict[str, Any] = {
        "code": code,
        "status": status,
        "percent": 100 if status.settled else 0,
        "started": None,
        "forecast": None,
        "actual": None,
        "decided": None,
        "plan_start": None,
        "planned": None,
        **more,
    }
    return Known(**values)


def done(code: str, days_ago: int = 5) -> Known:
    return known(code, Status.CONFIRMED, actual=TODAY - timedelta(days=days_ago))


def way(
    items: list[Item], rows: list[Known], *, due: date = DUE, stage: Stage = Stage.PRE_TENDER
) -> tuple[tuple[Task, ...], RegionSchedule]:
    """To the last of the items."""
    by_code = {one.code: one for one in items}
    states = {one.code: one for one in rows}
    tasks = tasks_of(by_code, states, items[-1].code, stage=stage, today=TODAY)
    assert tasks is not None
    return tasks, schedule("r1", tasks, by_code, states, due=due, today=TODAY)


@st.composite
def ways(draw: st.DrawFn) -> tuple[list[Item], list[Known]]:
    """Any template without circles, in any state that reports can bring it to."""
    number = draw(st.integers(1, 7))
    items, rows = [], []
    for n in range(number):
        before = sorted(draw(st.sets(st.integers(0, n - 1), max_size=3))) if n else []
        lags = [draw(st.sampled_from((0, 0, 7, 30))) for _ in before]
        after = " ".join(
            f"M{b}+{lag}" if lag else f"M{b}" for b, lag in zip(before, lags, strict=True)
        )
        low = draw(st.integers(1, 30))
        likely = low + draw(st.integers(0, 30))
        high = likely + draw(st.integers(0, 60))
        items.append(item(f"M{n}", after, (low, likely, high)))
        status = draw(st.sampled_from(Status))
        day = st.integers(-60, 90).map(lambda days: TODAY + timedelta(days=days))
        past = st.integers(-90, 0).map(lambda days: TODAY + timedelta(days=days))
        rows.append(
            known(
                f"M{n}",
                status,
                percent=100 if status.settled else draw(st.integers(0, 100)),
                forecast=draw(st.none() | day),
                actual=draw(past) if status.settled else None,
                started=draw(st.none() | past) if status is not Status.NOT_STARTED else None,
            )
        )
    ends = " ".join(f"M{n}" for n in draw(st.sets(st.integers(0, number - 1), min_size=1)))
    items.append(item("G", ends, (2, 5, 15)))
    open_ones = not all(row.status.settled for row in rows)
    rows.append(
        known("G", draw(st.sampled_from((Status.NOT_STARTED, Status.IN_PROGRESS))))
        if open_ones
        else known("G", draw(st.sampled_from((Status.NOT_STARTED, Status.AWAITING_PROVINCE))))
    )
    return items, rows
