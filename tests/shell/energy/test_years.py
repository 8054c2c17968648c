"""Doubts about the figures of years: listed, explained by a word, in the way of a month's report."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from custody.accounts.rules import Role
from custody.energy.actions import months
from custody.energy.models.roster import Institution, YearExplanation, YearFigures
from custody.energy.queries.years import year_doubts_of
from custody.energy.rules.month import Step
from custody.infra import clock as machine
from custody.infra.db import Database
from custody.infra.journal import Event
from custody.kernel.problems import Conflict, NotFound, Refused
from custody.regions.models import Region
from tests.conftest import SignIn
from tests.critic import Critic, page
from tests.factories import baselines, people
from tests.factories import energy as arrange
from tests.factories.programme import account_at

DOUBTS = f"/energy/regions/{people.YIXING}/doubts"


@pytest.fixture
def school(database: Database, clock: Any) -> int:
    """36 months of bills until December 2025; the report of 2025 tells half the area, and twice the use."""
    with database.transaction() as session:
        (meter,) = baselines.metered(session, people.YIXING)
        one = session.get_one(Institution, meter.institution_id)
        who = account_at(session, Role.OFFICER, people.YIXING).id
        session.add(
            arrange.reported(one, who, floor_area=Decimal(10000), uses={"electricity": "2830000"})
        )
        return one.id


@pytest.fixture
def officer(sign_in: SignIn) -> Critic:
    return sign_in("yixing")


def of_region(session: Session) -> list[Any]:
    region = session.get_one(Region, people.YIXING)
    return year_doubts_of(session, region, machine.today())


def report(session: Session, month: int) -> None:
    months.step(
        session,
        actor=account_at(session, Role.OFFICER, people.YIXING),
        now=machine.now(),
        region=people.YIXING,
        month=month,
        version=0,
        step=Step.COMPLETE,
    )


def test_they_are_listed_explained_and_told_no_more(
    officer: Critic, school: int, database: Database, sign_in: SignIn
) -> None:
    shown = officer.get(DOUBTS)
    told = page(shown).text()
    assert "实验学校现登记" in told
    assert "年报数与逐月账单不符" in told
    assert "建筑面积变化大" in told
    assert "±10%" in told
    assert officer.get(f"{DOUBTS}?rule=area_change").text.count('name="chosen"') == 1
    assert "没有符合条件" in page(officer.get(f"{DOUBTS}?rule=area_change&month=202610")).text()
    with database.reader() as session:
        keys = [one.key for one in of_region(session)]
    assert len(keys) == 2
    refused = officer.press(shown, "说明所选", {"chosen": keys, "words": "."})
    assert refused.status_code == 422
    done = officer.press(shown, "说明所选", {"chosen": keys[:1], "words": "年报含食堂分表"})
    assert done.status_code == 303
    with database.reader() as session:
        given = session.scalars(select(YearExplanation)).one()
        assert (given.doubt, given.year, given.words) == (
            "year_sum:electricity", 2025, "年报含食堂分表",
        )  # fmt: skip
        event = session.scalars(
            select(Event).where(Event.action == "institution_year.explained")
        ).one()
        assert event.note == "1处：年报含食堂分表"
    assert "年报含食堂分表" in page(officer.get(f"{DOUBTS}?state=given")).text()
    mine = page(officer.get(f"/energy/institutions/{school}")).text()
    assert "已说明：年报含食堂分表" in mine
    assert "在存疑账单中说明" in mine
    assert officer.get(f"{DOUBTS}/export.xlsx").status_code == 200
    assert sign_in("wuxi").get(DOUBTS).status_code == 200
    assert "说明所选" not in sign_in("wuxi").get(DOUBTS).text


def test_other_figures_are_another_doubt(school: int, database: Database) -> None:
    with database.transaction() as session:
        who = account_at(session, Role.OFFICER, people.YIXING)
        about: dict[str, Any] = {"actor": who, "now": machine.now(), "region": people.YIXING}
        keys = [one.key for one in of_region(session)]
        assert months.explain(session, keys=keys, words="新建综合楼", **about) == 2
        assert months.explain(session, keys=keys, words="再说一次", **about) == 0
        assert all(one.explained == "新建综合楼" for one in of_region(session))
        row = session.get_one(YearFigures, (school, 2025))
        row.floor_area = Decimal(12000)
        session.flush()
        left = [one for one in of_region(session) if not one.explained]
        assert [one.code for one in left] == ["area_change"]
        with pytest.raises(Conflict):
            months.explain(session, keys=keys, words="旧的数", **about)
        with pytest.raises((NotFound, Conflict)):
            months.explain(session, keys=["year-999-2025-area_change-0"], words="没有的", **about)


@pytest.mark.parametrize(("month", "waits"), [(202511, False), (202512, True)])
def test_the_report_of_december_waits_and_those_before_do_not(
    school: int, database: Database, month: int, waits: bool
) -> None:
    with database.transaction() as session:
        if not waits:
            report(session, month)
            return
        with pytest.raises(Refused, match="年报数有1处存疑"):
            report(session, month)
        who = account_at(session, Role.OFFICER, people.YIXING)
        months.explain(
            session, actor=who, now=machine.now(), region=people.YIXING,
            keys=[one.key for one in of_region(session)], words="已核实",
        )  # fmt: skip
        report(session, month)


def test_the_page_of_the_month_tells_what_is_in_the_way(
    officer: Critic, school: int, database: Database
) -> None:
    told = page(officer.get(f"/energy/regions/{people.YIXING}/months/202512")).text()
    assert "年报数有1处存疑" in told
    assert "年报数与逐月账单不符" in told
    before = page(officer.get(f"/energy/regions/{people.YIXING}/months/202511")).text()
    assert "年报数" not in before


def test_who_is_out_of_custody_holds_nothing_up(school: int, database: Database) -> None:
    with database.transaction() as session:
        session.execute(
            update(Institution).where(Institution.id == school).values(in_custody=False)
        )
        session.expire_all()
        assert of_region(session) == []


def test_as_many_statements_for_one_as_for_six(
    officer: Critic, school: int, database: Database, statements: Callable[[], Any]
) -> None:
    counts = []
    for size in (0, 5):
        with database.transaction() as session:
            who = account_at(session, Role.OFFICER, people.YIXING).id
            for number in range(size):
                (meter,) = baselines.metered(session, people.YIXING, name=f"第{number}小学")
                one = session.get_one(Institution, meter.institution_id)
                session.add(arrange.reported(one, who, floor_area=Decimal(10)))
        with statements() as seen:
            officer.get(DOUBTS)
        counts.append(len(seen))
    assert counts[0] == counts[1]
