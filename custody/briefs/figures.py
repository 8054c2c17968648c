"""The tables of a brief as plain data: figures as they are printed, the raw number beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custody.briefs.facts import Contracts, More, Order, Savings
from custody.briefs.wording.amounts import area, money, unit_words
from custody.briefs.wording.problems import late_lines
from custody.briefs.wording.sentences import coming, day_words, percent_words
from custody.dashboard.rules import Exception_, ProgrammeFacts
from custody.milestones.rules import Light

LISTED = 60
"""Problems of one table; what is late for longest comes in, the order is that of the notice."""

TOP = 5
"""Of the single page: one of a region."""


def savings(found: Savings | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "known": found.known,
        "months": found.months_words,
        "first": str(found.first),
        "last": str(found.last),
        "caliber": found.caliber,
        "adopted": len(found.regions),
        "coal": f"{found.coal:.1f}",
        "band": "" if found.band is None else f"{found.band:.1f}",
        "percent": _percent(found.percent),
        "carbon": f"{found.carbon:.1f}",
        "cost": money(found.cost),
        "cost_wan": f"{found.cost / 10_000:.1f}",
        "coverage": _percent(found.coverage),
        "energies": [
            {
                "code": one.code,
                "label": one.label,
                "unit": unit_words(one.unit, large=_large(one.adjusted)),
                "adjusted": _scaled(one.adjusted, one.adjusted),
                "actual": _scaled(one.actual, one.adjusted),
                "saved": _scaled(one.saved, one.adjusted),
                "band": "—" if one.band is None else _scaled(one.band, one.adjusted),
                "percent": _percent(one.percent) or "—",
                "coal": "—" if one.coal is None else f"{one.coal:.1f}",
                "cost_wan": f"{one.cost / 10_000:.1f}",
                "coverage": _percent(one.coverage) or "—",
            }
            for one in found.energies
        ],
        "regions": [
            {
                "code": one.code,
                "name": one.name,
                "known": one.known,
                "coal": f"{one.coal:.1f}" if one.known else "—",
                "band": "—" if one.band is None or not one.known else f"{one.band:.1f}",
                "percent": (_percent(one.percent) if one.known else "") or "—",
                "cost_wan": f"{one.cost / 10_000:.1f}" if one.known else "—",
                "coverage": _percent(one.coverage) or "—",
            }
            for one in found.regions
        ],
        "series": [
            [str(one.month), round(one.adjusted, 1), round(one.actual, 1)] for one in found.months
        ],
    }


def _percent(value: float | None) -> str:
    return "" if value is None else percent_words(value)


def _large(value: float) -> bool:
    return abs(value) >= 10_000


def _scaled(value: float, by: float) -> str:
    """All figures of a line in the unit that its base asks for."""
    return f"{value / 10_000:.1f}" if _large(by) else f"{value:.0f}"


def contracts(found: Contracts | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "count": found.count,
        "regions": list(found.regions),
        "total": money(found.total),
        "total_raw": f"{found.total:.2f}",
        "investment": money(found.investment),
        "investment_raw": f"{found.investment:.2f}",
        "floor_area": area(found.floor_area),
        "floor_area_raw": f"{found.floor_area:.2f}",
        "institutions": found.institutions,
    }


def problems(facts: ProgrammeFacts, more: More) -> dict[str, Any]:
    """What is late, whose it is and by when it will be done; and 督办单 about anything else."""
    orders: dict[tuple[str, str], Order] = {}
    for order in more.orders:
        orders.setdefault((order.region_code, order.milestone_code), order)
    late = late_lines(facts)
    told = {(line.region_code, line.milestone_code) for line in late}
    rows = [
        (line.days, _late(facts, line, orders.get((line.region_code, line.milestone_code))))
        for line in late
    ]
    rows += [
        (order.days_over, _order(facts, order))
        for order in more.orders
        if (order.region_code, order.milestone_code) not in told
    ]
    if facts.scope_kind == "region":
        # What is late and not supervised stands in the table of its milestones.
        rows = [row for row in rows if row[1]["order"]]
    place = {region.code: number for number, region in enumerate(facts.regions)}
    longest = sorted(
        rows, key=lambda row: (row[1]["light"] != Light.RED.value, -row[0], place[row[1]["code"]])
    )[:LISTED]
    top: dict[str, dict[str, Any]] = {}
    for _, row in longest:
        top.setdefault(row["code"], row)
    return {
        "top": list(top.values())[:TOP],
        "rows": [
            row for _, row in sorted(longest, key=lambda row: (place[row[1]["code"]], -row[0]))
        ],
        "all": len(rows),
    }


def _late(facts: ProgrammeFacts, line: Exception_, order: Order | None) -> dict[str, Any]:
    if line.submitted:
        following = "已提交，正在审核"
    elif line.forecast and coming(line, facts.as_of):
        following = f"{day_words(line.forecast, facts.as_of)}完成"
    elif order is not None and order.promised and order.promised >= facts.as_of:
        following = f"承诺{day_words(order.promised, facts.as_of)}"
    else:
        following = "未明确"
    return {
        "code": line.region_code,
        "region": line.region_name,
        "milestone": line.milestone_code,
        "what": line.milestone_name,
        "light": line.light.value,
        "days": line.days,
        "standing": f"逾期{line.days}天",
        "owner": line.owner,
        "next": following,
        "order": order.number if order else "",
    }


def _order(facts: ProgrammeFacts, order: Order) -> dict[str, Any]:
    days = order.days_over
    due = f"{day_words(order.due, facts.as_of)}前反馈" if order.due and not days else "未反馈"
    return {
        "code": order.region_code,
        "region": order.region_name,
        "milestone": order.milestone_code,
        "what": order.title.removeprefix(order.region_name),
        "light": order.level,
        "days": days,
        "standing": f"督办超{days}天" if days else order.level_words,
        "owner": order.unit,
        "next": due,
        "order": order.number,
    }


def months(found: Mapping[str, Any] | None) -> list[tuple[str, float, float]]:
    """(1月, base, actual) for the picture; empty where nothing was reckoned."""
    if not found or not found["known"]:
        return []
    return [
        (f"{int(month[5:])}月", adjusted, actual) for month, adjusted, actual in found["series"]
    ]
