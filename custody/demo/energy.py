"""Energy in the demonstration: rosters, three years of bills, weather, baselines, monthly reports.

All of it is made up and says so. The three pilots have adopted baselines and save; 张家港市 has a second
version that superseded its first, 大丰区's second one was returned, 武进区's waits for the province,
滨湖区's is a draft; the other rosters have bills alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from custody.baselines.actions import decisions, drafts, lines
from custody.baselines.models import Baseline
from custody.baselines.queries import by_key, meters_of_version
from custody.baselines.rules.fitting import REGRESSION
from custody.demo import people, rosters, uses
from custody.demo.story import Act, later, working_day
from custody.energy.actions import imports, ledger, months, tables
from custody.energy.models.bills import RegionMonth
from custody.energy.models.roster import Institution
from custody.energy.queries.months import doubts_of
from custody.energy.queries.tables import coefficients, policy_of
from custody.energy.rules.energies import Energy
from custody.energy.rules.factors import Caliber
from custody.energy.rules.month import Step
from custody.energy.rules.states import ImportState, Kind
from custody.infra import clock
from custody.jobs.models import Job
from custody.jobs.rules import State as JobState
from custody.jobs.runner import Result
from custody.kernel.periods import Month, codes
from custody.mv.custody_rule import Answer, Change
from custody.regions.queries import get_region

if TYPE_CHECKING:
    from custody.demo.play import Player

SOURCE = "演示数据，系编造，不得作为工作依据"
YIXING, ZHANGJIAGANG, DAFENG = "320282", "320582", "320904"
BINHU, WUJIN = "320211", "320412"
_OFFICERS = {seat.code: seat.slug for seat in people.seats()}
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
    for number, region in enumerate((YIXING, ZHANGJIAGANG, DAFENG)):
        yield from _adopted(region, later(date(2026, 3, 2), number))
    slips = {"first": uses.LAST, "last": uses.LAST, "slips": True}
    yield Act(clock.at(date(2026, 11, 19), 16, 20), "yixing", "file", YIXING, values=slips)
    yield from _superseding(ZHANGJIAGANG, date(2026, 7, 6))
    yield from _returned(DAFENG, date(2026, 11, 4))
    yield from _proposed(WUJIN, date(2026, 11, 3))
    yield from _begun(BINHU, date(2026, 11, 16), 202311, 202510)


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


def _begun(region: str, on: date, first: int, last: int, version: int = 1) -> Iterator[Act]:
    who, values = _OFFICERS[region], {"first": first, "last": last, "version": version}
    yield Act(clock.at(on, 9, 40), who, "base", region, values=values)
    yield Act(clock.at(on, 9, 42), who, "base_fit", region, values=values)
    yield Act(clock.at(on, 16, 10), who, "base_choose", region, values=values)


def _adopted(region: str, on: date) -> Iterator[Act]:
    yield from _begun(region, on, 202311, 202410)
    yield Act(clock.at(later(on, 1), 10, 30), _OFFICERS[region], "base_propose", region)
    words = "已抽查12户账单和3处现场，基准期用量与账单一致，同意采用。"
    city = _REPORTED[region][0]
    yield Act(clock.at(later(on, 4), 14, 30), city, "base_comment", region, words=words)
    yield Act(clock.at(later(on, 7), 11, 15), people.COORDINATORS[0], "base_adopt", region)


def _superseding(region: str, on: date) -> Iterator[Act]:
    """The twelve months right before custody began, instead of those of the year before."""
    yield from _begun(region, on, 202409, 202508, 2)
    officer, second = _OFFICERS[region], {"version": 2}
    yield Act(clock.at(later(on, 2), 10, 5), officer, "base_propose", region, values=second)
    words = "第2版改取实施前最近12个月，更接近托管前的实际用能水平，同意采用。"
    city = _REPORTED[region][0]
    yield Act(
        clock.at(later(on, 5), 15, 10), city, "base_comment", region, words=words, values=second
    )
    yield Act(
        clock.at(later(on, 8), 10, 40), people.COORDINATORS[0], "base_adopt", region, values=second
    )


def _returned(region: str, on: date) -> Iterator[Act]:
    """The same months, with quotas for the meters that have no bills of them."""
    yield from _begun(region, on, 202311, 202410, 2)
    officer, second = _OFFICERS[region], {"version": 2}
    yield Act(clock.at(later(on, 1), 9, 30), officer, "base_quota", region, values=second)
    yield Act(clock.at(later(on, 1), 11, 5), officer, "base_propose", region, values=second)
    words = "两户定额的来源须写明文件名称和文号，并说明面积依据，请补充后重新提交。"
    yield Act(
        clock.at(later(on, 5), 16, 20),
        people.COORDINATORS[0],
        "base_return",
        region,
        words=words,
        values=second,
    )


def _proposed(region: str, on: date) -> Iterator[Act]:
    yield from _begun(region, on, 202311, 202510)
    yield Act(clock.at(later(on, 2), 10, 30), _OFFICERS[region], "base_propose", region)
    words = "两年用量波动较小，建议医院户号补充2025年新增设备清单后采用。"
    yield Act(clock.at(later(on, 7), 15, 30), "changzhou", "base_comment", region, words=words)


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


def _base(player: Player, act: Act) -> None:
    first, last = _period(act)
    answers = dict.fromkeys(Change, (Answer.NO, ""))
    answers[Change.EQUIPMENT] = (Answer.EXPLAINED, "个别学校更换空调，影响不足1%，已在说明中列出。")
    drafts.begin(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        region=act.region,
        key=_key(act),
        first=first,
        last=last,
        answers=answers,
        note="基准期账单已与供应单位对账；数据为演示编造。",
    )


def _key(act: Act) -> str:
    """Of a version; also of the word spoken of it."""
    return f"demo-{act.region}-{act.values.get('version', 1)}"


def _row(player: Player, act: Act) -> Baseline:
    player.session.flush()
    row = by_key(player.session, _key(act))
    assert row is not None, act.region
    return row


def _fit(player: Player, act: Act) -> None:
    """What the worker does, and what it then notes of its job."""
    row = _row(player, act)
    drafts.fit(player.session, actor=player.actors[act.actor], now=act.at, number=row.id)
    job = player.session.get_one(Job, row.job_id)
    job.state, job.started_at, job.finished_at = JobState.DONE, act.at, act.at
    job.words = "基准已计算完成，请核对各户号的结果。"
    job.result = asdict(Result(job.words, url=f"/baselines/{row.id}"))


def _choose(player: Player, act: Act) -> None:
    for energy in (Energy.ELECTRICITY, Energy.GAS, Energy.WATER):
        row = _row(player, act)
        lines.choose_all(
            player.session,
            actor=player.actors[act.actor],
            now=act.at,
            number=row.id,
            version=row.version,
            energy=energy,
            chosen=REGRESSION,
            words="气温对用量的影响可以说明，按回归法更准确",
        )


def _quota(player: Player, act: Act) -> None:
    """For every meter whose bills do not suffice, by the area of its institution."""
    number = _row(player, act).id
    for line, _ in meters_of_version(player.session, number):
        if line.chosen:
            continue
        row = _row(player, act)
        area = player.session.get_one(Institution, line.institution_id).floor_area or Decimal(1000)
        lines.enter_quota(
            player.session,
            actor=player.actors[act.actor],
            now=act.at,
            number=number,
            version=row.version,
            line_id=line.id,
            quota=area * (Decimal(45) if line.energy is Energy.ELECTRICITY else Decimal("0.9")),
            source="同类机构单位面积用量（演示），待补齐账单后重新计算",
        )


def _return(player: Player, act: Act) -> None:
    row = _row(player, act)
    decisions.send_back(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        number=row.id,
        version=row.version,
        reason=act.words,
    )


def _comment(player: Player, act: Act) -> None:
    decisions.comment(
        player.session,
        actor=player.actors[act.actor],
        now=act.at,
        number=_row(player, act).id,
        key=_key(act),
        party="第三方核证机构（演示）",
        words=act.words,
    )


def _step(verb: Callable[..., Baseline]) -> Callable[[Player, Act], None]:
    def does(player: Player, act: Act) -> None:
        row = _row(player, act)
        who = player.actors[act.actor]
        verb(player.session, actor=who, now=act.at, number=row.id, version=row.version)

    return does


VERBS: Mapping[str, Callable[[Player, Act], None]] = {
    "roster": _roster,
    "bills": _bills,
    "file": _file,
    "weather": _warm,
    "month": _month,
    "coefficient": _coefficient,
    "limits": _limits,
    "base": _base,
    "base_fit": _fit,
    "base_choose": _choose,
    "base_quota": _quota,
    "base_comment": _comment,
    "base_return": _return,
    "base_propose": _step(decisions.propose),
    "base_adopt": _step(decisions.adopt),
}
