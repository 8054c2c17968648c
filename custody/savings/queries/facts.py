"""What baseline and savings say about a milestone, so that nobody types it twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from custody.baselines.queries import adopted_of, newest_of
from custody.kernel.days import full_day
from custody.kernel.periods import Month
from custody.regions.models import Region
from custody.savings.queries.saved import saved
from custody.savings.queries.trace import names_of
from custody.savings.rules.sums import Total

BASE, SAVED = "M05", "M22"
"""能源基准与费用基准核定确认; 年度节能量核定."""


@dataclass(frozen=True, slots=True)
class Known:
    title: str
    facts: tuple[tuple[str, str], ...]
    hint: str


def known_of(session: Session, region: Region, code: str, today: date) -> Known | None:
    """None for other milestones, and where nothing is known yet."""
    if code == BASE:
        return _base(session, region)
    if code == SAVED:
        return _saved(session, region, today)
    return None


def _base(session: Session, region: Region) -> Known | None:
    codes = [region.code]
    row = adopted_of(session, codes).get(region.code) or newest_of(session, codes).get(region.code)
    if row is None:
        return None
    base = f"{Month.coded(row.base_from).label}—{Month.coded(row.base_until).label}"
    facts = [("版本", f"第{row.number}版（{row.state.label}）"), ("基准期", base)]
    if row.adopted_at is not None:
        names = names_of(session, [row.adopted_by])
        facts += [
            ("采用日期", full_day(row.adopted_at.date())),
            ("采用人", names.get(row.adopted_by or 0, "")),
            ("校验值", row.digest[:16]),
        ]
    return Known("能源基准", tuple(facts), "取自能源基准，基准采用后不再变动。")


def _saved(session: Session, region: Region, today: date) -> Known | None:
    last = Month.of(today).plus(-1)
    found = saved(
        session,
        [region],
        province=region.province_code,
        first=Month(last.year, 1).code,
        last=last.code,
    )
    total = found.whole()
    if not total.known:
        return None
    facts = ((f"{last.year}年1—{last.number}月", _words(total)),)
    return Known("节能量", facts, "由系统按已采用的基准和账单核算，供年度核定使用。")


def _words(total: Total) -> str:
    band = "" if total.band is None else f" ± {total.band:,.1f}"
    percent = "" if total.percent is None else f"，节能率 {total.percent:.1f}%"
    return (
        f"节约 {total.coal:,.1f}{band} 吨标准煤（当量值）{percent}，"
        f"节约费用 {total.cost / 10000:,.1f} 万元，数据覆盖率 {total.coverage or 0:.1f}%"
    )
