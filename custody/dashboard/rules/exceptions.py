"""What somebody has to look after: late, returned, waiting too long, stale, without a due date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from custody.dashboard.rules.rows import LineRow, Rows
from custody.dashboard.rules.shapes import Cell, Exception_, RegionFacts
from custody.milestones.rules import Light, Stage, Status

KINDS = ("late", "returned", "waiting", "stale", "undated")
KIND_LABELS = {
    "late": "逾期",
    "returned": "已退回",
    "waiting": "审核超时",
    "stale": "久未更新",
    "undated": "未定期限",
}


def exceptions_of(
    regions: Sequence[RegionFacts],
    lines: Iterable[tuple[LineRow, Cell]],
    undated: Mapping[str, Sequence[Cell]],
    rows: Rows,
    *,
    as_of: date,
    working_days: Callable[[date], int],
) -> tuple[Exception_, ...]:
    """By kind, the longest first. One milestone may be late and returned: then it is in both.

    `undated`: by region, what stands before its next gate and has no due date; one line for all.
    """
    by_code = {region.code: region for region in regions}
    policy = rows.head.policy
    found: list[Exception_] = []
    for line, cell in lines:
        if cell.status.settled:
            continue
        region = by_code[line.region]
        if cell.days_late > 0:
            owner = _reviewer(cell, region) or line.unit or region.name
            found.append(_line("late", region, cell, cell.reason, cell.days_late, owner))
        if cell.status is Status.RETURNED:
            days = (as_of - line.decided_at).days if line.decided_at else 0
            words = f"已退回{days}天" if days else "今天退回"
            found.append(_line("returned", region, cell, words, days, line.unit or region.name))
        elif cell.status.awaiting and line.awaiting_since:
            days = working_days(line.awaiting_since)
            if days > policy.review_working_days:
                owner = _reviewer(cell, region)
                words = f"待{owner}审核，已{days}个工作日"
                found.append(_line("waiting", region, cell, words, days, owner))
    leads = {row.code: (row.lead_unit, row.started_on) for row in rows.regions}
    for region in regions:
        if region.stage is Stage.DONE:
            continue
        unit, started = leads[region.code]
        days = (as_of - (region.last_activity or started)).days
        if days > policy.stale_days:
            words = f"已{days}天未更新" if region.last_activity else "尚未填报过进展"
            found.append(_of_region("stale", region, words, days, unit or region.name))
    for code, cells in undated.items():
        if cells:
            region = by_code[code]
            what = f"{codes_of(cells)}（{len(cells)}项）"
            words = "请省级协调员确定计划日期"
            found.append(_of_region("undated", region, words, 0, "省局", what))
    order = {kind: number for number, kind in enumerate(KINDS)}
    found.sort(key=lambda one: (order[one.kind], -one.days, by_code[one.region_code].seq))
    return tuple(found)


def _reviewer(cell: Cell, region: RegionFacts) -> str:
    """Whose desk a submission lies on; empty when it is with the region."""
    if cell.status is Status.AWAITING_CITY:
        return f"{region.city_name}局"
    return "省局" if cell.status is Status.AWAITING_PROVINCE else ""


def _line(
    kind: str, region: RegionFacts, cell: Cell, words: str, days: int, owner: str
) -> Exception_:
    return Exception_(
        kind=kind,
        region_code=region.code,
        region_name=region.name,
        milestone_code=cell.code,
        milestone_name=cell.name,
        light=cell.light,
        words=words,
        days=days,
        owner=owner,
        due=cell.planned,
        forecast=cell.forecast,
        submitted=cell.status.awaiting,
    )


def codes_of(cells: Sequence[Cell]) -> str:
    """«M12–M14、G-B»: three and more in a row as a range."""
    runs: list[list[str]] = []
    for code in (cell.code for cell in cells):
        if runs and _follows(runs[-1][-1], code):
            runs[-1].append(code)
        else:
            runs.append([code])
    return "、".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else "、".join(run) for run in runs)


def _follows(one: str, other: str) -> bool:
    return one[1:].isdigit() and other[1:].isdigit() and int(other[1:]) == int(one[1:]) + 1


def _of_region(
    kind: str, region: RegionFacts, words: str, days: int, owner: str, what: str = ""
) -> Exception_:
    return Exception_(
        kind=kind,
        region_code=region.code,
        region_name=region.name,
        milestone_code="",
        milestone_name=what,
        light=Light.YELLOW if kind == "stale" else Light.GREY,
        words=words,
        days=days,
        owner=owner,
        due=None,
        forecast=None,
    )
