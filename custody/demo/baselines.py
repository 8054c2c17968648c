"""Baselines in the demonstration.

The three pilots have adopted ones and save; 张家港市 has a second version that superseded its first,
大丰区's second one was returned, 武进区's waits for the province, 滨湖区's is a draft.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from custody.baselines.actions import decisions, drafts, lines
from custody.baselines.models import Baseline
from custody.baselines.queries import by_key, meters_of_version
from custody.baselines.rules.fitting import REGRESSION
from custody.demo import people
from custody.demo.story import Act, later
from custody.energy.models.roster import Institution
from custody.energy.rules.energies import Energy
from custody.infra import clock
from custody.jobs.models import Job
from custody.jobs.rules import State as JobState
from custody.jobs.runner import Result
from custody.mv.custody_rule import Answer, Change

if TYPE_CHECKING:
    from custody.demo.play import Player


YIXING, ZHANGJIAGANG, DAFENG = "320282", "320582", "320904"
BINHU, WUJIN = "320211", "320412"
_OFFICERS = people.officers()


def acts(_until: datetime) -> Iterator[Act]:
    for number, region in enumerate((YIXING, ZHANGJIAGANG, DAFENG)):
        yield from _adopted(region, later(date(2026, 3, 2), number))
    yield from _superseding(ZHANGJIAGANG, date(2026, 7, 6))
    yield from _returned(DAFENG, date(2026, 11, 4))
    yield from _proposed(WUJIN, date(2026, 11, 3))
    yield from _begun(BINHU, date(2026, 11, 16), 202311, 202510)


def _begun(region: str, on: date, first: int, last: int, version: int = 1) -> Iterator[Act]:
    who, values = _OFFICERS[region], {"first": first, "last": last, "version": version}
    yield Act(clock.at(on, 9, 40), who, "base", region, values=values)
    yield Act(clock.at(on, 9, 42), who, "base_fit", region, values=values)
    yield Act(clock.at(on, 16, 10), who, "base_choose", region, values=values)


def _adopted(region: str, on: date) -> Iterator[Act]:
    yield from _begun(region, on, 202311, 202410)
    yield Act(clock.at(later(on, 1), 10, 30), _OFFICERS[region], "base_propose", region)
    words = "已抽查12户账单和3处现场，基准期用量与账单一致，同意采用。"
    city = people.reviewer_of(f"{region[:4]}00")
    yield Act(clock.at(later(on, 4), 14, 30), city, "base_comment", region, words=words)
    yield Act(clock.at(later(on, 7), 11, 15), people.COORDINATORS[0], "base_adopt", region)


def _superseding(region: str, on: date) -> Iterator[Act]:
    """The twelve months right before custody began, instead of those of the year before."""
    yield from _begun(region, on, 202409, 202508, 2)
    officer, second = _OFFICERS[region], {"version": 2}
    yield Act(clock.at(later(on, 2), 10, 5), officer, "base_propose", region, values=second)
    words = "第2版改取实施前最近12个月，更接近托管前的实际用能水平，同意采用。"
    city = people.reviewer_of(f"{region[:4]}00")
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


def _base(player: Player, act: Act) -> None:
    first, last = (int(str(act.values[name])) for name in ("first", "last"))
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
    "base": _base,
    "base_fit": _fit,
    "base_choose": _choose,
    "base_quota": _quota,
    "base_comment": _comment,
    "base_return": _return,
    "base_propose": _step(decisions.propose),
    "base_adopt": _step(decisions.adopt),
}
