"""A baseline's way by its verbs, on both databases: fitted, decided, adopted, frozen, reckoned again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Role
from custody.baselines import queries
from custody.baselines.actions import decisions, drafts, lines
from custody.baselines.models import Baseline, Line
from custody.baselines.recomputed import differences
from custody.baselines.rules.states import State
from custody.energy.models.bills import Bill, PastBill
from custody.energy.rules.energies import Energy
from custody.infra import clock
from custody.infra.journal import Event
from custody.kernel.problems import Conflict, NotFound, Refused
from custody.mv.custody_rule import Answer
from custody.mv.custody_rule import Change as Asked
from tests.factories import baselines as made
from tests.factories.programme import account_at

YIXING = "320282"


def corrected(session: Session, meter: int, month: int, use: int) -> None:
    """As an import does it: the old version moves to the past."""
    old = session.get_one(Bill, (meter, month))
    now = clock.now() + timedelta(hours=1)
    session.add(
        PastBill(
            **{
                column: getattr(old, column)
                for column in (
                    *("meter_id", "month", "number", "days", "starts_on", "ends_on", "use"),
                    *("cost", "import_id", "row", "entered_at", "entered_by"),
                )
            },
            replaced_at=now,
            replaced_by=old.entered_by,
            reason="更正",
        )
    )
    old.number, old.use, old.entered_at = old.number + 1, Decimal(use), now
    session.flush()


def actions_told(session: Session, baseline: Baseline) -> list[str]:
    return list(
        session.scalars(
            select(Event.action)
            .where(Event.kind == "baseline", Event.subject == str(baseline.id))
            .order_by(Event.id)
        )
    )


def test_from_the_bills_to_the_adopted_baseline(session: Session) -> None:
    power, water = made.metered(session, YIXING, Energy.ELECTRICITY, Energy.WATER)
    made.weather(session, YIXING)
    baseline = made.adopted(session, YIXING)
    assert (baseline.state, baseline.number) == (State.ADOPTED, 1)
    assert actions_told(session, baseline) == [
        *("baseline.started", "baseline.fitted", "baseline.proposed", "baseline.adopted")
    ]
    lines = {line.meter_id: line for line in queries.lines_of(session, [baseline.id])}
    assert set(lines) == {power.id, water.id}
    assert lines[power.id].chosen == "rule"
    assert lines[power.id].method in ("3PC", "4P", "5P")
    # Years of 1,415,066, 1,415,210 and 1,415,354 kWh rise, and rising years are averaged here.
    assert lines[power.id].rule_use == Decimal(1415210)
    assert queries.adopted_of(session, [YIXING, "320582"]) == {YIXING: baseline}
    assert list(differences(session, baseline)) == []


def test_the_same_form_twice_makes_one(session: Session) -> None:
    made.metered(session, YIXING)
    first = made.begun(session, YIXING)
    assert made.begun(session, YIXING) is first
    assert session.scalar(select(func.count()).select_from(Baseline)) == 1


def test_the_job_done_twice_leaves_the_same_lines(session: Session) -> None:
    made.metered(session, YIXING)
    baseline = made.drafted(session, YIXING)
    officer = account_at(session, Role.OFFICER, YIXING)
    before = session.scalars(select(Line.id)).all()
    drafts.fit(session, actor=officer, now=clock.now(), number=baseline.id)
    assert session.scalars(select(Line.id)).all() == before


def test_corrected_bills_must_be_fitted_anew_and_the_frozen_stays(session: Session) -> None:
    (meter,) = made.metered(session, YIXING)
    made.weather(session, YIXING)
    old = made.adopted(session, YIXING)
    new = made.proposed(session, YIXING, key="second")
    kept = {line.id: line.rule_use for line in queries.lines_of(session, [old.id])}
    corrected(session, meter.id, 202507, 99_000)
    later = clock.now() + timedelta(hours=2)
    with pytest.raises(Refused, match="重新计算"):
        decisions.adopt(
            session,
            actor=made.coordinator(session, YIXING),
            now=later,
            number=new.id,
            version=new.version,
        )
    assert list(differences(session, old)) == [], "bills are read in the versions it rests on"
    assert {line.id: line.rule_use for line in queries.lines_of(session, [old.id])} == kept


def test_what_was_changed_behind_its_back_is_told(session: Session) -> None:
    (meter,) = made.metered(session, YIXING)
    baseline = made.adopted(session, YIXING)
    session.get_one(Bill, (meter.id, 202507)).use = Decimal(1)
    session.flush()
    told = list(differences(session, baseline))
    assert "摘要不符" in told[0]
    assert "基准用量" in told[1]


def test_a_new_one_supersedes_the_old(session: Session) -> None:
    made.metered(session, YIXING)
    old = made.adopted(session, YIXING)
    then = clock.now()
    new = made.adopted(session, YIXING, key="second")
    assert (old.state, new.state, new.supersedes_id) == (State.SUPERSEDED, State.ADOPTED, old.id)
    assert queries.adopted_of(session, [YIXING]) == {YIXING: new}
    assert queries.adopted_of(session, [YIXING], then - timedelta(days=1)) == {}


def test_nothing_changes_what_is_adopted(session: Session) -> None:
    made.metered(session, YIXING)
    baseline = made.adopted(session, YIXING)
    officer = account_at(session, Role.OFFICER, YIXING)
    line = queries.lines_of(session, [baseline.id])[0]
    about: dict[str, Any] = {
        "actor": officer,
        "now": clock.now(),
        "number": baseline.id,
        "version": baseline.version,
    }
    for act in (
        lambda: lines.choose(session, line_id=line.id, chosen="", **about),
        lambda: lines.choose_all(session, energy=Energy.ELECTRICITY, chosen="rule", **about),
        lambda: lines.enter_quota(
            session, line_id=line.id, quota=Decimal(3), source="定额", **about
        ),
        lambda: drafts.refit(session, **about),
        lambda: decisions.propose(session, **about),
        lambda: decisions.send_back(session, reason="改", **about),
        lambda: decisions.adopt(session, **about),
        lambda: drafts.discard(session, **about),
    ):
        with pytest.raises(Refused, match="已采用的基准不再修改"):
            act()


def test_a_quota_stands_in_where_bills_do_not_suffice(session: Session) -> None:
    made.metered(session, YIXING)
    (poor,) = made.metered(session, YIXING, months=2, name="新办幼儿园")
    baseline = made.drafted(session, YIXING)
    rich_line, poor_line = queries.lines_of(session, [baseline.id])
    assert (poor_line.meter_id, poor_line.chosen) == (poor.id, "")
    officer = account_at(session, Role.OFFICER, YIXING)
    about: dict[str, Any] = {"actor": officer, "now": clock.now(), "number": baseline.id}
    version = baseline.version
    with pytest.raises(Refused, match="不足"):
        lines.choose(session, line_id=poor_line.id, chosen="rule", version=version, **about)
    entering: dict[str, Any] = {"quota": Decimal(52000), "version": version, **about}
    with pytest.raises(Refused, match="来源"):
        lines.enter_quota(session, line_id=poor_line.id, source=" ", **entering)
    with pytest.raises(Refused, match="已足以"):
        lines.enter_quota(session, line_id=rich_line.id, source="DB32", **entering)
    lines.enter_quota(session, line_id=poor_line.id, source="DB32/T 4001", **entering)
    assert (poor_line.chosen, poor_line.quota) == ("quota", Decimal(52000))
    with pytest.raises(Conflict):
        decisions.propose(session, version=version, **about)
    decisions.propose(session, version=baseline.version, **about)


def test_a_new_fit_keeps_what_was_chosen_by_hand(session: Session) -> None:
    (stays,) = made.metered(session, YIXING)
    (goes,) = made.metered(session, YIXING, name="第二实验学校")
    (poor,) = made.metered(session, YIXING, months=2, name="新办幼儿园")
    made.weather(session, YIXING)
    baseline = made.drafted(session, YIXING)
    officer = account_at(session, Role.OFFICER, YIXING)
    about: dict[str, Any] = {"actor": officer, "now": clock.now(), "number": baseline.id}
    of = {line.meter_id: line.id for line in queries.lines_of(session, [baseline.id])}
    for meter in (stays, goes):
        lines.choose(
            session, line_id=of[meter.id], chosen="regression", words="随气温变化",
            version=baseline.version, **about,
        )  # fmt: skip
        session.flush()
    lines.enter_quota(
        session, line_id=of[poor.id], quota=Decimal(52000), source="DB32/T 4001",
        version=baseline.version, **about,
    )  # fmt: skip
    session.flush()
    late = delete(Bill).where(Bill.meter_id == goes.id, Bill.month > 202305)
    session.execute(late)
    drafts.refit(session, version=baseline.version, at_once=True, **about)
    session.expire_all()
    after = {line.meter_id: line for line in queries.lines_of(session, [baseline.id])}
    assert (after[stays.id].chosen, after[stays.id].words) == ("regression", "随气温变化")
    assert (after[goes.id].chosen, after[goes.id].words) == ("", "")
    assert (after[poor.id].chosen, after[poor.id].quota) == ("quota", Decimal(52000))
    event = session.scalars(
        select(Event).where(Event.action == "baseline.fitted").order_by(Event.id.desc())
    ).first()
    assert event is not None
    assert event.changes["kept"][1] == "2个户号"
    assert event.changes["dropped"][1] == f"电户号{goes.number}（原选回归法）"


def test_what_is_unanswered_is_not_proposed(session: Session) -> None:
    made.metered(session, YIXING)
    unknown = {**made.COMPARABLE, Asked.METERING: (Answer.UNKNOWN, "")}
    with pytest.raises(Refused, match="尚有未作答"):
        made.proposed(session, YIXING, answers=unknown)


def test_returned_with_a_reason_and_commented(session: Session) -> None:
    made.metered(session, YIXING)
    baseline = made.proposed(session, YIXING)
    boss = made.coordinator(session, YIXING)
    about: dict[str, Any] = {"actor": boss, "now": clock.now(), "number": baseline.id}
    say: dict[str, Any] = {"key": "k", "party": "某核证机构", "words": "用电量偏高", **about}
    row = decisions.comment(session, **say)
    assert decisions.comment(session, **say) is row
    with pytest.raises(Refused, match="理由"):
        decisions.send_back(session, version=baseline.version, reason=" ", **about)
    decisions.send_back(session, version=baseline.version, reason="请核对七月账单", **about)
    assert (baseline.state, baseline.reason) == (State.DRAFT, "请核对七月账单")
    with pytest.raises(Refused, match="意见"):
        decisions.comment(session, **{**say, "key": "other"})


def test_another_region_is_not_found(session: Session) -> None:
    made.metered(session, YIXING)
    baseline = made.drafted(session, YIXING)
    other = account_at(session, Role.OFFICER, "320582")
    with pytest.raises(NotFound):
        decisions.propose(
            session,
            actor=other,
            now=clock.now(),
            number=baseline.id,
            version=baseline.version,
        )
