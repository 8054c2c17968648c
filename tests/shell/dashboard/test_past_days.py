"""Random weeks of real work: every day's board, asked for afterwards, is the board of that day."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from custody.accounts.rules import Place
from custody.dashboard.queries import programme_facts
from custody.infra import clock as machine
from custody.infra.journal import record
from custody.kernel.problems import Conflict, Refused
from custody.milestones.actions import reporting, review
from custody.regions import actions as regions
from custody.regions.models import Batch, Region
from tests.factories import people
from tests.factories import programme as arrange

BEGIN = date(2026, 10, 26)
OPEN = ("M01", "M02", "M05", "M08", "M10", "M11")
PLACES = (Place("320000"), Place("320000", "320200"), Place("320000", "320200", "320282"))
CODES = {people.YIXING: ("M15", "M19", "M20", "M23", "M24"), people.XISHAN: OPEN}
CODES[people.QINHUAI] = OPEN


def _act(session, dice, region):
    """One thing somebody might do; a refusal is part of life."""
    code = dice.choice(CODES[region])
    today = machine.today()
    later = today + timedelta(days=dice.randint(-20, 60))
    match dice.randint(0, 9):
        case 0 | 1 | 2:
            arrange.updated(session, region, code, percent=dice.randint(1, 100), forecast=later)
        case 3:
            arrange.submitted(session, region, code)
        case 4:
            arrange.confirmed(session, region, code)
        case 5:
            arrange.returned(session, region, code)
        case 6:
            row = arrange.milestone(session, region, code)
            coordinator = arrange.account_at(session, "coordinator", people.JIANGSU)
            review.replan(
                session,
                actor=coordinator,
                now=machine.now(),
                region=region,
                code=code,
                version=row.version,
                planned=later,
                reason="按会议要求调整",
            )
        case 7:
            officer = arrange.account_at(session, "officer", region)
            reporting.report_no_change(session, actor=officer, now=machine.now())
        case 8:
            row = arrange.milestone(session, region, code)
            coordinator = arrange.account_at(session, "coordinator", people.JIANGSU)
            review.reopen(
                session,
                actor=coordinator,
                now=machine.now(),
                region=region,
                code=code,
                version=row.version,
                reason="材料有误",
            )
        case 9:
            _edit(session, dice, region)


def _edit(session, dice, region):
    """The administrator changes the notice's data."""
    admin = people.identity(session, "admin")
    if dice.random() < 0.5:
        row, kind, subject = session.get_one(Region, region), "region", region
        values = {"name": dice.choice(["新名县", "旧名县"])}
    else:
        row, kind, subject = session.get_one(Batch, ("320000", 3)), "batch", "320000-3"
        values = {"deadline": date(2026, 12, dice.randint(1, 31))}
    regions.edit(
        session,
        row,
        values,
        kind=kind,
        subject=subject,
        version=row.version,
        actor=admin,
        now=machine.now(),
    )


def _day(database, dice):
    for number in range(dice.randint(0, 5)):
        try:
            with (
                machine.stopped_at(machine.now() + timedelta(minutes=number)),
                database.transaction() as session,
            ):
                _act(session, dice, dice.choice(list(CODES)))
        except (Refused, Conflict):
            continue


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_past_day_is_told_as_it_was(database, clock, seed):
    dice = random.Random(seed)
    shown = {}
    for offset in range(16):
        day = BEGIN + timedelta(days=offset)
        with machine.stopped_at(machine.at(day, 9)):
            if offset == 7 and seed == 1:
                with database.transaction() as session:
                    arrange.gate_passed(session, people.QINHUAI)
            _day(database, dice)
            with database.reader() as reading:
                shown[day] = [programme_facts(reading, place, day) for place in PLACES]
    with database.reader() as reading:
        for day, facts in shown.items():
            for place, then in zip(PLACES, facts, strict=True):
                again = programme_facts(reading, place, day)
                assert again.regions == then.regions
                assert again == then


def test_moments_count_in_shanghai(database, clock):
    """Half past midnight in Shanghai is still the day before in UTC, and not on the board of it."""
    clock.to(machine.at(date(2026, 11, 10), 0, 30))
    with database.transaction() as session:
        arrange.updated(session, people.YIXING, "M24", percent=55)
    with database.reader() as reading:
        before = programme_facts(reading, PLACES[2], date(2026, 11, 9)).regions[0]
        after = programme_facts(reading, PLACES[2], date(2026, 11, 10)).regions[0]
    assert not before.reported
    assert after.reported
    assert {cell.percent for cell in before.cells} == {0}


def test_what_only_reads_changes_no_past_day(database, clock):
    with database.transaction() as session:
        actor = people.identity(session, "leader")
        record(session, actor=actor, now=clock.now, action="board.exported", kind="province",
               modifies=False)  # fmt: skip
    with database.reader() as reading:
        yesterday = clock.today - timedelta(days=1)
        assert programme_facts(reading, PLACES[0], yesterday).as_of == yesterday


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_before_a_move_to_another_version_the_old_one_is_shown(database, clock, sign_in):
    with database.transaction() as session:
        arrange.confirmed(session, people.QINHUAI, "M01")
    with database.reader() as reading:
        then = [programme_facts(reading, place, clock.today) for place in PLACES]
        old = programme_facts(reading, Place("320000", "320100", people.QINHUAI), clock.today)
    day = clock.today
    clock.to(clock.now + timedelta(days=1))
    admin = sign_in("admin")
    draft = str(admin.press(admin.get("/admin/templates"), "新建下一版草稿").headers["Location"])
    changed = {"name": "能源审计", "due_3": "2026-09-15"}
    admin.press(admin.get(f"{draft}/items/M04"), "保存到草稿", changed)
    admin.press(admin.get(draft), "移除M09 纳入单位授权委托", within="M09")
    for code, after in (("M10", "M05 M06 M07 M08"), ("G-C", "M01 M02 M03 M04 M10 M11")):
        admin.press(admin.get(f"{draft}/items/{code}"), "保存到草稿", {"after": after})
    assert admin.press(admin.get(draft), "发布第2版", {"note": "第2版"}).status_code == 302
    shown = admin.send(f"{draft}/move/preview", {"region": [people.QINHUAI, people.XISHAN]})
    assert admin.press(shown, "确认移动 2 个地区").status_code == 302
    with database.reader() as reading:
        place = Place("320000", "320100", people.QINHUAI)
        new = programme_facts(reading, place, clock.today).regions[0]
        assert new.total == old.regions[0].total - 1
        assert "能源审计" in [cell.name for cell in new.cells]
        assert programme_facts(reading, place, day) == old
        assert [programme_facts(reading, place, day) for place in PLACES] == then
