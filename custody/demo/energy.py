"""Energy in the demonstration: rosters, three years of bills, weather, monthly reports.

All of it is made up and says so. Only the pilots report their months.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from custody.demo import people, rosters, uses
from custody.demo.story import Act, later, working_day
from custody.energy.actions import imports, ledger, months, tables
from custody.energy.models.bills import RegionMonth
from custody.energy.queries.months import doubts_of
from custody.energy.queries.tables import coefficients, policy_of
from custody.energy.queries.years import year_doubts_of
from custody.energy.rules.annual import holds_up
from custody.energy.rules.energies import Energy
from custody.energy.rules.factors import Caliber
from custody.energy.rules.month import Step
from custody.energy.rules.states import ImportState, Kind
from custody.infra import clock
from custody.kernel.periods import Month, codes
from custody.regions.queries import get_region

if TYPE_CHECKING:
    from custody.demo.play import Player

SOURCE = "演示数据，系编造，不得作为工作依据"
YIXING, ZHANGJIAGANG, DAFENG = "320282", "320582", "320904"
_OFFICERS = people.officers()
_BEFORE = 202512
"""The last month of the bills that every region hands in at once."""
_REPORTED: Mapping[str, tuple[str, int, int]] = {
    YIXING: ("wuxi", 202609, 202608),
    ZHANGJIAGANG: ("suzhou", 202609, 202606),
    DAFENG: ("yancheng", 202607, 202605),
}
"""Region → who checks its months, the last month it reported, the last one that is locked."""
_AGAIN = {(YIXING, 202606): "供水公司退补了3户6月水费，须更正账单。"}
_RETURNED = (DAFENG, 202607)
_BY_FILE = 202608
"""From this month on the pilots hand their bills in as files."""
_WHY = (
    ("year_change", "上年同月受节假日和天气影响，已与缴费凭证核对无误。"),
    ("month_change", "随季节和寒暑假变化，已与缴费凭证核对无误。"),
    ("", "已与供应单位核对，账单无误。"),
)
_WHY_YEARS = "年报按缴费日期统计，账单按抄表月份统计，已逐张核对。"


def acts(until: datetime) -> Iterator[Act]:
    yield from _weather(until)
    yield from _kept()
    for place, region in enumerate(rosters.REGIONS):
        officer = _OFFICERS[region]
        began = later(date(2026, 1, 12), place % 5)
        yield Act(clock.at(began, 10, 20 + place), officer, "roster", region)
        whole = {"first": uses.FIRST, "last": _BEFORE}
        yield Act(clock.at(later(began, 4), 14, 10 + place), officer, "bills", region, values=whole)
        for month in codes(202601, uses.LAST):
            on = working_day(Month.coded(month).last + timedelta(days=11 + place % 4))
            one = {"first": month, "last": month}
            how = "file" if region in _REPORTED and month >= _BY_FILE else "bills"
            yield Act(clock.at(on, 9, 30 + place), officer, how, region, values=one)
            yield from _reports(region, officer, month, on)
    slips = {"first": uses.LAST, "last": uses.LAST, "slips": True}
    yield Act(clock.at(date(2026, 11, 19), 16, 20), "yixing", "file", YIXING, values=slips)


def _weather(until: datetime) -> Iterator[Act]:
    who = people.COORDINATORS[0]
    past = {"first": uses.FIRST, "last": _BEFORE}
    yield Act(clock.at(date(2026, 1, 21), 15, 5), who, "weather", values=past)
    for month in codes(202601, uses.LAST):
        on = working_day(Month.coded(month).last + timedelta(days=6))
        if clock.at(on) < until:
            one = {"first": month, "last": month}
            yield Act(clock.at(on, 10, 40), who, "weather", values=one)


def _reports(region: str, officer: str, month: int, on: date) -> Iterator[Act]:
    if region not in _REPORTED:
        return
    city, reported, locked = _REPORTED[region]
    if month <= reported:
        yield Act(clock.at(later(on, 1), 10, 5), officer, "month", region, values={"month": month})
    if month <= locked:
        values = {"month": month, "step": Step.LOCK.value}
        yield Act(clock.at(later(on, 3), 15, 20), city, "month", region, values=values)
    if (region, month) in _AGAIN:
        yield from _unlocked(region, officer, city, month, later(on, 9), _AGAIN[region, month])
    if (region, month) == _RETURNED:
        words = "市民中心10月9日的退补电费没有计入，请核对后重新报送。"
        values = {"month": month, "step": Step.RETURN.value}
        yield Act(clock.at(later(on, 4), 16, 5), city, "month", region, words=words, values=values)


def _unlocked(
    region: str, officer: str, city: str, month: int, on: date, words: str
) -> Iterator[Act]:
    """Opened again for a correction, reported and locked anew."""
    for days, who, step, why in (
        (0, city, Step.UNLOCK, words),
        (1, officer, Step.COMPLETE, ""),
        (3, city, Step.LOCK, ""),
    ):
        values = {"month": month, "step": step.value}
        at = clock.at(later(on, days), 11, 10)
        yield Act(at, who, "month", region, words=why, values=values)


def _kept() -> Iterator[Act]:
    """What the coordinator does about coefficients and thresholds."""
    who = people.COORDINATORS[0]
    yield Act(clock.at(date(2026, 2, 25), 10, 15), who, "coefficient")
    words = "试点地区反映暑期误报较多，按试点核查情况调整（演示）"
    yield Act(clock.at(date(2026, 9, 21), 15, 40), who, "limits", words=words)


# --- verbs ------------------------------------------------------------------------------------


def _roster(player: Player, act: Act) -> None:
    who = player.actors[act.actor]
    region = get_region(player.session, act.region, place=who.place)
    rows = [unit.row for unit in rosters.of(act.region)]
    ledger.store_roster(player.session, actor=who, now=act.at, region=region, rows=rows)


def _bills(player: Player, act: Act) -> None:
    who = player.actors[act.actor]
    region = get_region(player.session, act.region, place=who.place)
    first, last = _period(act)
    rows = list(uses.bills(act.region, first, last))
    ledger.store_bills(player.session, actor=who, now=act.at, region=region, rows=rows)


def _file(player: Player, act: Act) -> None:
    """As a platform exports it: csv in GBK. With slips it is refused, cell by cell."""
    session, who = player.session, player.actors[act.actor]
    region = get_region(session, act.region, place=who.place)
    first, last = _period(act)
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(("能源品种", "户号", "月份", "用量", "费用（元）"))
    for at, row in enumerate(uses.bills(act.region, first, last)):
        month = f"{row.month // 100}年{row.month % 100}月"
        cost = "" if row.cost is None else str(row.cost)
        slip = act.values.get("slips") and at in (3, 40, 41)
        use = "约一千" if slip else str(row.use)
        sheet.writerow((row.energy.label, row.number, month, use, cost))
    stored = player.store.put(io.BytesIO(out.getvalue().encode("gb18030")))
    one = imports.upload(
        session,
        actor=who,
        now=act.at,
        region=region,
        key=f"demo-{act.region}-{act.at:%Y%m%d}",
        kind=Kind.BILLS,
        stored=stored,
        name=f"{region.name}{Month.coded(last).label}能源账单（演示）.csv",
    )
    session.flush()
    imports.settle(session, player.store, actor=who, now=act.at, number=one.id)
    if one.state is ImportState.REHEARSED:
        imports.accept(session, player.store, actor=who, now=act.at, number=one.id)


def _warm(player: Player, act: Act) -> None:
    first, last = _period(act)
    cities = sorted({f"{region[:4]}00" for region in rosters.REGIONS})
    rows = [
        tables.Warmth(city, month, Decimal(str(mean)), SOURCE)
        for city in cities
        for month, mean in zip(uses.MONTHS, uses.temperatures(city), strict=True)
        if first <= month <= last
    ]
    tables.store_temperatures(player.session, actor=player.actors[act.actor], now=act.at, rows=rows)


def _period(act: Act) -> tuple[int, int]:
    return int(str(act.values["first"])), int(str(act.values["last"]))


def _month(player: Player, act: Act) -> None:
    """Report it, with a word on everything doubtful; or check it, lock it, send it back, open it."""
    session, who = player.session, player.actors[act.actor]
    region = get_region(session, act.region, place=who.place)
    month = int(str(act.values["month"]))
    step = Step(str(act.values.get("step", Step.COMPLETE.value)))
    if step is Step.COMPLETE:
        open_ = [one for one in doubts_of(session, region, month, month) if not one.explained]
        for code, words in _WHY:
            keys = [one.key for one in open_ if one.code == code or not code]
            open_ = [one for one in open_ if one.key not in keys]
            if keys:
                months.explain(
                    *(session,),
                    actor=who,
                    now=act.at,
                    region=act.region,
                    keys=keys,
                    words=words,
                )
        late = [
            one.key
            for one in year_doubts_of(session, region, act.at.date())
            if holds_up(one.year, Month.coded(month)) and not one.explained
        ]
        if late:
            about = {"actor": who, "now": act.at, "region": act.region, "keys": late}
            months.explain(session, words=_WHY_YEARS, **about)  # type: ignore[arg-type]
        session.flush()
    row = session.get(RegionMonth, (act.region, month))
    months.step(
        session,
        actor=who,
        now=act.at,
        region=act.region,
        month=month,
        version=row.version if row else 0,
        step=step,
        reason=act.words,
    )


def _coefficient(player: Player, act: Act) -> None:
    """One that is in everybody's books: looked up and marked."""
    row = next(
        one
        for one in coefficients(player.session, player.actors[act.actor].place.province)
        if (one.energy, one.caliber) == (Energy.ELECTRICITY, Caliber.EQUIVALENT_HEAT)
    )
    tables.edit_coefficient(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        number=row.id,
        version=row.version,
        factor=tables.Factor(
            row.energy,
            row.caliber,
            row.value,
            "GB/T 2589-2020附录A（演示：已对照原文）",
            row.valid_from,
            True,
        ),
    )


def _limits(player: Player, act: Act) -> None:
    who = player.actors[act.actor]
    policy = policy_of(player.session, who.place.province)
    tables.set_limits(
        player.session,
        actor=who,
        now=act.at,
        version=policy.version if policy else 0,
        values={"jump": Decimal(10)},
        note=act.words,
    )


VERBS: Mapping[str, Callable[[Player, Act], None]] = {
    "roster": _roster,
    "bills": _bills,
    "file": _file,
    "weather": _warm,
    "month": _month,
    "coefficient": _coefficient,
    "limits": _limits,
}
