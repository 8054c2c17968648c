"""Plain rows of a small programme, for rules that know no database. A test names what it is about."""

from __future__ import annotations

from datetime import date
from typing import Any

from custody.dashboard.rules.rows import ActivityRow, BatchRow, HeadRow, LineRow, RegionRow, Rows
from custody.milestones.rules import Item, LightPolicy, Stage, Status

TODAY = date(2026, 11, 22)

ITEMS = {
    1: ("M01", Stage.PRE_TENDER, (), False, True),
    2: ("M02", Stage.PRE_TENDER, ("M01",), False, True),
    3: ("G-C", Stage.PRE_TENDER, ("M01", "M02"), True, True),
    4: ("M12", Stage.TENDER, ("G-C",), False, True),
    5: ("M15", Stage.PLATFORM, ("M12",), False, True),
    6: ("G-B", Stage.PLATFORM, ("M15",), True, True),
    7: ("M21", Stage.PILOT, ("M15",), False, False),
    8: ("G-A", Stage.PILOT, ("M15",), True, True),
}
"""id: code, stage, after, gate, required."""


def item(number: int, *, weight: int = 1) -> Item:
    code, stage, after, gate, required = ITEMS[number]
    return Item(
        code=code,
        name=f"事项{code}",
        phase="前期评估",
        stage=stage,
        evidence="",
        owner="机关事务管理部门",
        after=after,
        weight=weight,
        gate=gate,
        order=number,
        due={},
        required=required,
    )


def line(number: int, region: str = "r1", *, id: int | None = None, **fields: Any) -> LineRow:
    """A milestone, planned for the end of the year and not started unless said otherwise."""
    values: dict[str, Any] = {
        "status": Status.NOT_STARTED,
        "percent": 0,
        "plan_start": None,
        "planned": date(2026, 12, 31),
        "started": None,
        "forecast": None,
        "actual": None,
        "unit": "机关事务管理部门",
        "submitted_at": None,
        "awaiting_since": None,
        "decided_at": None,
        "opened_on": date(2026, 1, 1),
        **fields,
    }
    return LineRow(id=id or number, region=region, item=number, **values)


def confirmed(number: int, region: str = "r1", on: date = date(2026, 6, 1), **more: Any) -> LineRow:
    return line(
        number, region, status=Status.CONFIRMED, percent=100, actual=on, decided_at=on, **more
    )


def region(code: str = "r1", *, batch: int = 3, seq: int = 1, city: str = "c1") -> RegionRow:
    return RegionRow(
        code=code,
        name=f"{code}县",
        short_name=code,
        seq=seq,
        batch=batch,
        lead_unit="",
        city_code=city,
        city_name="云州市",
        city_short="云州",
        city_column=0,
        city_row=0,
        template=1,
        started_on=date(2026, 1, 1),
    )


def rows(
    *lines: LineRow,
    regions: tuple[RegionRow, ...] = (),
    passed: dict[str, set[Stage]] | None = None,
    activity: tuple[ActivityRow, ...] = (),
    policy: LightPolicy | None = None,
    weights: dict[int, int] | None = None,
) -> Rows:
    items = {number: item(number, weight=(weights or {}).get(number, 1)) for number in ITEMS}
    return Rows(
        head=HeadRow("990000", "云山省", "年度任务", 2026, policy or LightPolicy()),
        batches={
            1: BatchRow(1, "第一批", "完成试点", date(2026, 12, 31), "G-A", True),
            2: BatchRow(2, "第二批", "建成平台", date(2026, 12, 31), "G-B", True),
            3: BatchRow(3, "第三批", "完成准备", date(2026, 12, 31), "G-C", False),
        },
        regions=list(regions or (region(),)),
        items=items,
        templates={1: {one.code: one for one in items.values()}},
        versions={"第1版": 1},
        lines=list(lines),
        passed=passed or {},
        activity={one.region: one for one in activity},
    )
