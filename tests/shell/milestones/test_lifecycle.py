"""Where a region stands follows from its gates: forward when they are confirmed, back when reopened."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Role
from custody.infra.journal import Event
from custody.kernel.problems import Refused
from custody.milestones.actions import review
from custody.milestones.models import Milestone, Passage
from custody.milestones.queries.lifecycles import passages
from custody.milestones.rules import Stage, Status, stage_reached
from tests.conftest import NOW, TODAY
from tests.factories import people, programme

QINHUAI = people.QINHUAI


def codes(session: Session, region: str) -> set[str]:
    session.flush()
    return set(session.scalars(select(Milestone.code).where(Milestone.region_code == region)))


def stage(session: Session, region: str) -> Stage:
    session.flush()
    return stage_reached(passages(session, region))


def stage_events(session: Session, region: str) -> list[tuple[str, str]]:
    rows = session.scalars(
        select(Event)
        .where(Event.region_code == region, Event.action.startswith("stage."))
        .order_by(Event.id)
    )
    return [(event.action, event.note) for event in rows]


def reopen(session: Session, region: str, code: str) -> None:
    session.flush()
    review.reopen(
        session,
        actor=programme.account_at(session, Role.COORDINATOR, people.JIANGSU),
        now=NOW,
        region=region,
        code=code,
        version=programme.milestone(session, region, code).version,
        reason="验收材料有误，请更正后重新提交。",
    )


@pytest.mark.parametrize(
    ("region", "wanted", "first", "last"),
    [
        ("320282", Stage.PILOT, "M18", "G-A"),
        ("320211", Stage.PLATFORM, "M15", "G-B"),
        (QINHUAI, Stage.PRE_TENDER, "M01", "G-C"),
    ],
)
def test_every_batch_starts_where_the_notice_puts_it(
    session: Session, region: str, wanted: Stage, first: str, last: str
) -> None:
    assert stage(session, region) is wanted
    assert {first, last} <= codes(session, region)
    early = session.scalars(select(Passage).where(Passage.region_code == region)).all()
    assert {row.stage for row in early} == set(list(Stage)[: wanted.order])
    assert all(row.passed_on is None for row in early)


def test_a_gate_opens_the_next_stretch_and_keeps_the_day(session: Session) -> None:
    before = codes(session, QINHUAI)
    assert "M12" not in before
    programme.gate_passed(session, QINHUAI, "G-C")
    assert stage(session, QINHUAI) is Stage.TENDER
    assert codes(session, QINHUAI) - before == {"M12", "M13", "M14"}
    assert passages(session, QINHUAI)[Stage.PRE_TENDER].passed_on == TODAY
    assert stage_events(session, QINHUAI) == [("stage.passed", "招标前准备")]


def test_a_stage_without_a_gate_closes_with_its_last_milestone(session: Session) -> None:
    programme.gate_passed(session, QINHUAI, "G-C")
    for code in ("M12", "M13"):
        programme.confirmed(session, QINHUAI, code)
        assert stage(session, QINHUAI) is Stage.TENDER
    programme.confirmed(session, QINHUAI, "M14", now=NOW + timedelta(days=30))
    assert stage(session, QINHUAI) is Stage.PLATFORM
    assert passages(session, QINHUAI)[Stage.TENDER].passed_on == TODAY + timedelta(days=30)
    assert {"M15", "M16", "M17", "G-B"} <= codes(session, QINHUAI)


def test_a_gate_waits_for_what_it_rests_on(session: Session) -> None:
    programme.confirmed(session, QINHUAI, "M01")
    with pytest.raises(Refused) as caught:
        programme.submitted(session, QINHUAI, "G-C")
    [problem] = caught.value.problems
    assert problem.code == "predecessors_open"
    assert "M10 " in problem.message
    assert "M01 " not in problem.message
    assert programme.milestone(session, QINHUAI, "G-C").status is Status.NOT_STARTED


def test_a_reopened_gate_brings_the_region_back_and_loses_nothing(session: Session) -> None:
    programme.gate_passed(session, QINHUAI, "G-C")
    programme.updated(session, QINHUAI, "M12", percent=20)
    reopen(session, QINHUAI, "G-C")
    assert stage(session, QINHUAI) is Stage.PRE_TENDER
    assert programme.milestone(session, QINHUAI, "G-C").status is Status.RETURNED
    # What was begun meanwhile stays, and the journal knows of both.
    assert programme.milestone(session, QINHUAI, "M12").percent == 20
    assert stage_events(session, QINHUAI) == [
        ("stage.passed", "招标前准备"),
        ("stage.reopened", "招标前准备"),
    ]
    programme.confirmed(session, QINHUAI, "G-C")
    assert stage(session, QINHUAI) is Stage.TENDER
    assert len(stage_events(session, QINHUAI)) == 3
    assert len(codes(session, QINHUAI)) == len(set(codes(session, QINHUAI)))


def test_the_last_gate_ends_the_lifecycle(session: Session) -> None:
    assert stage(session, "320282") is Stage.PILOT
    programme.gate_passed(session, "320282", "G-A")
    assert stage(session, "320282") is Stage.DONE


def test_an_early_stage_of_the_notice_is_never_reopened(session: Session) -> None:
    """It was left before the programme was kept here, so nothing of today takes it back."""
    programme.confirmed(session, "320282", "M18")
    reopen(session, "320282", "M18")
    assert stage(session, "320282") is Stage.PILOT
    assert stage_events(session, "320282") == []
