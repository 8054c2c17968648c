"""Any days of work, played through the real actions: the journal tells every past day as it was.

After each day the board's facts and the forecast are kept; at the end each of those days is asked for
again. The city has regions of all three batches, and people who do whatever the system lets them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Place, Role
from custody.dashboard.queries import outlook_of, programme_facts
from custody.forecast.rules.montecarlo import odds
from custody.infra import clock as machine
from custody.infra.db import Database
from custody.kernel.problems import Conflict, NotFound, Refused
from custody.milestones.actions import evidence, moves, reporting, review, templates
from custody.milestones.models import Evidence, Milestone, Policy
from custody.milestones.move import digest, plan
from custody.milestones.queries.lifecycles import published
from custody.milestones.queries.moves import positions
from custody.milestones.rules import Claim, LightPolicy, Status
from custody.regions import actions as regions
from custody.regions.models import Batch, Notice, Region
from tests.factories import people
from tests.factories import programme as arrange

BEGIN = date(2026, 11, 2)
CITY = Place(people.JIANGSU, people.WUXI)
PLACES = (CITY, Place(people.JIANGSU, people.WUXI, people.XISHAN))
REGIONS = (people.XISHAN, people.YIXING, "320211", "320206")
FEW = partial(odds, draws=40)
"""As many draws as tell one forecast from another."""


def _row(session: Session, region: str, number: int) -> Milestone:
    rows = session.scalars(
        select(Milestone).where(Milestone.region_code == region).order_by(Milestone.id)
    ).all()
    return rows[number % len(rows)]


def _by(session: Session, role: Role, region: str) -> dict[str, Any]:
    place = region if role is Role.OFFICER else people.JIANGSU
    return {"actor": arrange.account_at(session, role, place), "now": machine.now()}


def _update(s: Session, region: str, number: int) -> None:
    today = machine.today()
    arrange.updated(
        s,
        region,
        _row(s, region, number).code,
        percent=number % 101,
        started=today - timedelta(days=number % 90) if number % 3 else None,
        forecast=today + timedelta(days=number % 120 - 20) if number % 4 else None,
        unit=f"责任单位{number % 3}",
    )


def _of_milestone(verb: Callable[..., Any]) -> Callable[[Session, str, int], None]:
    return lambda s, region, number: verb(s, region, _row(s, region, number).code)


def _claim(s: Session, region: str, number: int) -> None:
    code = _row(s, region, number).code
    arrange.submitted(s, region, code, claim=Claim.NOT_APPLICABLE, reason="本地区没有此项业务。")


def _withdraw(s: Session, region: str, number: int) -> None:
    row = _row(s, region, number)
    by = _by(s, Role.OFFICER, region)
    reporting.withdraw(s, **by, region=region, code=row.code, version=row.version)


def _decide(s: Session, region: str, number: int) -> None:
    """City or province decides what waits for it, this way or that."""
    row = _row(s, region, number)
    verdict = review.Verdict.ACCEPT if number % 2 else review.Verdict.RETURN
    by = _by(s, Role.COORDINATOR, region)
    if row.status is Status.AWAITING_CITY:
        by["actor"] = arrange.account_at(s, Role.CITY_REVIEWER, people.WUXI)
    review.decide(
        s, **by, chosen=[(row.id, row.version)], verdict=verdict, reason="材料不全，请补充。"
    )


def _reopen(s: Session, region: str, number: int) -> None:
    row = _row(s, region, number)
    by = _by(s, Role.COORDINATOR, region)
    review.reopen(
        s, **by, region=region, code=row.code, version=row.version, reason="材料有误，请重报。"
    )


def _replan(s: Session, region: str, number: int) -> None:
    row = _row(s, region, number)
    planned = machine.today() + timedelta(days=number % 60 - 15) if number % 5 else None
    review.replan(
        s, **_by(s, Role.COORDINATOR, region), region=region, code=row.code,
        version=row.version, planned=planned, reason="按会议要求调整。",
    )  # fmt: skip


def _files(s: Session, region: str, number: int) -> None:
    row = _row(s, region, number)
    file = s.scalar(
        select(Evidence).where(Evidence.milestone_id == row.id, Evidence.removed_at.is_(None))
    )
    if file is None:
        arrange.attached(s, region, row.code)
    else:
        evidence.remove_evidence(s, **_by(s, Role.OFFICER, region), evidence_id=file.id)


def _no_change(s: Session, region: str, _number: int) -> None:
    reporting.report_no_change(s, **_by(s, Role.OFFICER, region))


def _gate(s: Session, region: str, _number: int) -> None:
    gates = {people.YIXING: "G-A", "320211": "G-B"}
    arrange.gate_passed(s, region, gates.get(region, "G-C"))


def _notice(s: Session, region: str, number: int) -> None:
    """The administrator changes a region, a batch or the notice."""
    row: Region | Batch | Notice
    match number % 3:
        case 0:
            row, kind, subject = s.get_one(Region, region), "region", region
            values: dict[str, Any] = {
                "name": f"改名{number % 4}县",
                "lead_unit": f"牵头单位{number % 2}",
                "batch_number": number % 4 or 3,
            }
        case 1:
            row, kind, subject = s.get_one(Batch, (people.JIANGSU, 3)), "batch", "320000-3"
            values = {
                "deadline": date(2026, 12, 1 + number % 31),
                "goal": f"目标{number % 3}",
                "gate": "G-B" if number % 7 == 0 else "G-C",
            }
        case _:
            row, kind = s.get_one(Notice, (people.JIANGSU, 2026)), "notice"
            subject, values = "320000-2026", {"title": f"通知{number % 5}"}
    regions.edit(
        s, row, values, kind=kind, subject=subject, version=row.version,
        actor=people.identity(s, Role.SYSADMIN), now=machine.now(),
    )  # fmt: skip


def _policy(s: Session, _region: str, number: int) -> None:
    row = s.get(Policy, people.JIANGSU)
    policy = LightPolicy(near_days=number % 40, late_days=number % 30, stale_days=1 + number % 60)
    templates.set_policy(
        s, actor=people.identity(s, Role.SYSADMIN), now=machine.now(),
        version=row.version if row else 0, policy=policy,
    )  # fmt: skip


def _version(s: Session, _region: str, number: int) -> None:
    """Another version: M25 comes or goes, M05 is called and takes otherwise, M06 waits."""
    by = {"actor": people.identity(s, Role.SYSADMIN), "now": machine.now()}
    draft = templates.draft(s, **by)
    s.flush()
    items = {row.code: row.as_rule() for row in draft.items}

    def save(item: Any, *, new: bool = False) -> None:
        templates.save_item(
            s, **by, template_id=draft.id, version=draft.version, item=item,
            behind="M03", new=new,
        )  # fmt: skip
        s.flush()

    gate = items["G-C"]
    if "M25" in items:
        save(replace(gate, after=tuple(code for code in gate.after if code != "M25")))
        templates.remove_item(s, **by, template_id=draft.id, version=draft.version, code="M25")
        s.flush()
    else:
        save(replace(items["M03"], code="M25", name="用能公示", after=("M02",)), new=True)
        save(replace(gate, after=(*gate.after, "M25")))
    days = 1 + number % 50
    save(
        replace(
            items["M05"], name=f"基准{number}", days_low=days, days_likely=days + 5,
            days_high=days + 9, due={3: date(2026, 8, 1 + number % 31)},
        )
    )  # fmt: skip
    save(replace(items["M06"], lags={"M05": number % 40} if number % 40 else {}))
    templates.publish(
        s, **by, template_id=draft.id, version=draft.version, note="调整里程碑和工期。"
    )


def _move(s: Session, region: str, _number: int) -> None:
    """One region moves to the newest version."""
    admin = people.identity(s, Role.SYSADMIN)
    target = published(s, people.JIANGSU)
    items = [row.as_rule() for row in target.items]
    stands = positions(s, admin.place, [region])
    seen = digest({one.region.code: plan(one.position, items) for one in stands})
    moves.move(
        s, actor=admin, now=machine.now(), template_id=target.id, regions=[region], seen=seen
    )


ACTS: dict[str, Callable[[Session, str, int], None]] = {
    "update": _update,
    "submit": _of_milestone(arrange.submitted),
    "confirm": _of_milestone(arrange.confirmed),
    "return": _of_milestone(arrange.returned),
    "claim": _claim,
    "withdraw": _withdraw,
    "decide": _decide,
    "reopen": _reopen,
    "replan": _replan,
    "files": _files,
    "no change": _no_change,
    "gate": _gate,
    "notice": _notice,
    "policy": _policy,
    "version": _version,
    "move": _move,
}
ACT = st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from(REGIONS), st.integers(0, 1_000))
DAYS = st.lists(st.lists(ACT, max_size=6), min_size=2, max_size=5)
Days = list[list[tuple[str, str, int]]]


def _lived(database: Database, acts: list[tuple[str, str, int]]) -> set[str]:
    """A day's acts one after another; a refusal is part of life. Returns what was done."""
    done = set()
    for minutes, (verb, region, number) in enumerate(acts):
        try:
            with (
                machine.stopped_at(machine.now() + timedelta(minutes=minutes)),
                database.transaction() as session,
            ):
                ACTS[verb](session, region, number)
                done.add(verb)
        except (Refused, Conflict, NotFound):
            continue
    return done


def _told(database: Database, day: date) -> list[object]:
    with database.reader() as reading:
        return [
            *(programme_facts(reading, place, day) for place in PLACES),
            outlook_of(reading, CITY, day, odds=FEW),
        ]


def _play(cluster: Any, days: Days) -> set[str]:
    done: set[str] = set()
    with (
        tempfile.TemporaryDirectory() as folder,
        cluster.copy("sqlite", Path(folder), "people") as database,
    ):
        shown = {}
        for offset, acts in enumerate(days):
            day = BEGIN + timedelta(days=offset * 3)
            with machine.stopped_at(machine.at(day, 9)):
                done |= _lived(database, acts)
                shown[day] = _told(database, day)
        with machine.stopped_at(machine.at(BEGIN + timedelta(days=len(days) * 3), 9)):
            for day, then in shown.items():
                again = _told(database, day)
                for new, old in zip(again, then, strict=True):
                    assert new == old, day
    return done


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(days=DAYS)
def test_every_past_day_is_told_as_it_was_then(cluster: Any, days: Days) -> None:
    _play(cluster, days)


def test_a_life_with_everything_in_it_is_told_as_it_was(cluster: Any) -> None:
    """Every act at least once, in an order in which it is allowed: none is only ever refused."""
    xishan, yixing, binhu, huishan = REGIONS
    done = _play(
        cluster,
        [
            [("update", xishan, 45), ("no change", yixing, 0), ("policy", xishan, 17)],
            [("submit", xishan, 1), ("claim", yixing, 9), ("files", xishan, 3)],
            [("withdraw", xishan, 1), ("decide", yixing, 9), ("notice", huishan, 3)],
            [("confirm", xishan, 0), ("return", xishan, 2), ("version", xishan, 12)],
            [("move", xishan, 0), ("gate", huishan, 0), ("replan", xishan, 5)],
            [("reopen", xishan, 0), ("notice", xishan, 7), ("move", huishan, 0)],
            [("gate", xishan, 0), ("reopen", huishan, 11), ("version", xishan, 3)],
            [("move", xishan, 0), ("files", xishan, 3), ("notice", xishan, 2)],
            [("gate", binhu, 0), ("notice", binhu, 6), ("update", yixing, 99)],
        ],
    )
    assert done == set(ACTS)
