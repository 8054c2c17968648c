"""The registry of projects: entered by a city, confirmed by the province, counted in the year."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from custody.accounts.rules import Place
from custody.infra.db import Database
from custody.infra.journal import Event
from custody.targets.models import Project
from custody.targets.queries import projects as queries
from custody.targets.queries.quantities import of_year
from custody.targets.rules.projects import Institution, Progress, ProjectKind
from custody.targets.rules.review import Review, Step
from tests.conftest import TODAY, SignIn
from tests.critic import page
from tests.factories import people, programme, targets
from tests.factories.targets import unseen

FIELDS = {
    "name": "校区综合节能改造",
    "unit": "示例大学",
    "kind": "guaranteed_savings",
    "institution": "university",
    "progress": "signed",
    "signed_on": "2026-05-12",
    "amount": "12,600,000",
    "saving": "860",
    "saving_unit": "吨标准煤",
}


def fields(**changes: Any) -> dict[str, Any]:
    paper = programme.upload(programme.PDF, "合同.pdf")
    return {**FIELDS, "files": paper, **changes}


def done(database: Database) -> Decimal:
    with database.reader() as reading:
        found = of_year(reading, Place(people.JIANGSU), 2026, TODAY)
    return next(one.done for one in found if one.key == "projects")


def last(database: Database) -> Event:
    with database.reader() as reading:
        return reading.scalars(
            select(Event).where(Event.kind == "project").order_by(Event.id.desc())
        ).first() or pytest.fail("nothing was recorded")


def only(database: Database) -> Project:
    with database.reader() as reading:
        return reading.scalars(select(Project)).one()


def test_a_project_is_registered_confirmed_and_counted(sign_in: SignIn, database: Database) -> None:
    city, coordinator = sign_in("wuxi"), sign_in("coordinator")
    form = city.get("/projects/new")
    for _ in range(2):  # a double click
        answer = city.press(form, "提交登记", fields(), content_type="multipart/form-data")
        assert answer.status_code == 303, page(answer).problems
    row = only(database)
    assert (row.status, row.city_code, row.amount) == (
        Review.WAITING,
        people.WUXI,
        Decimal("12600000.00"),
    )
    assert last(database).action == "project.added"
    assert last(database).changes["amount"] == [None, "12600000"]
    assert done(database) == 0
    coordinator.press(coordinator.get(answer.headers["Location"]), "确认")
    assert done(database) == 1
    assert "4 个" not in coordinator.get("/projects").text
    assert "计入" in page(coordinator.get("/projects")).text()


def test_of_two_clicks_at_the_same_moment_the_second_finds_the_first_one_s(
    sign_in: SignIn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = sign_in("wuxi")
    form = city.get("/projects/new")
    first = city.press(form, "提交登记", fields(), content_type="multipart/form-data")
    unseen(monkeypatch, queries)
    second = city.press(form, "提交登记", fields(), content_type="multipart/form-data")
    assert second.status_code == 303
    assert second.headers["Location"] == first.headers["Location"]
    assert only(database).name == FIELDS["name"]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_kind_that_is_none_is_said_and_no_crash(sign_in: SignIn, database: Database) -> None:
    city = sign_in("wuxi")
    for changes in ({"kind": "alchemy"}, {"kind": "alchemy", "amount": "一千万"}):
        answer = city.press(
            city.get("/projects/new"),
            "提交登记",
            fields(**changes),
            content_type="multipart/form-data",
        )
        assert answer.status_code == 422
        assert page(answer).problems


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_an_edit_without_its_version_shows_both(sign_in: SignIn, database: Database) -> None:
    with database.transaction() as session:
        project = targets.registered(session, people.identity(session, "wuxi"))
        session.flush()
        address = f"/projects/{project.id}/edit"
    city = sign_in("wuxi")
    answer = city.send(address, {**FIELDS, "place": people.WUXI, "unit": "后写的大学"})
    assert answer.status_code == 409
    assert "后写的大学" in answer.text
    assert only(database).unit != "后写的大学"
    assert city.send("/projects/new", {"signed_on": "2026-05-12", "unit": "甲"}).status_code == 422


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"unit": ""}, "请填写用能单位。"),
        ({"signed_on": ""}, "请填写合同签订日期。"),
        ({"progress": "talks"}, "洽谈中的项目没有签订日期"),
        ({"saving_unit": ""}, "请选择预计节约量的单位。"),
        ({"amount": "一千万"}, "无法识别"),
        ({"files": (io.BytesIO(b""), "")}, "请上传合同等佐证材料"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_is_wrong_is_said(
    sign_in: SignIn, database: Database, changes: dict[str, str], words: str
) -> None:
    city = sign_in("wuxi")
    answer = city.press(
        city.get("/projects/new"), "提交登记", fields(**changes), content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert any(words in one for one in page(answer).problems), page(answer).problems
    assert "校区综合节能改造" in answer.text
    with database.reader() as reading:
        assert reading.scalars(select(Project)).all() == []


def test_what_moves_on_stays_confirmed_and_what_counts_does_not(
    sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        project = targets.registered(session, people.identity(session, "wuxi"))
        session.flush()
        number = project.id
    city, coordinator = sign_in("wuxi"), sign_in("coordinator")
    address = f"/projects/{number}"
    coordinator.press(coordinator.get(address), "确认")
    city.press(city.get(f"{address}/edit"), "保存", {"progress": "under_way", "note": "进场。"})
    assert only(database).status is Review.CONFIRMED
    assert last(database).changes == {"progress": ["signed", "under_way"], "note": ["", "进场。"]}
    assert done(database) == 1
    city.press(city.get(f"{address}/edit"), "保存", {"signed_on": "2026-05-13"})
    assert only(database).status is Review.WAITING
    assert done(database) == 0
    before = last(database).id
    city.press(city.get(f"{address}/edit"), "保存")
    assert last(database).id == before


def test_of_two_editors_the_second_sees_both(sign_in: SignIn, database: Database) -> None:
    with database.transaction() as session:
        project = targets.registered(session, people.identity(session, "wuxi"))
        session.flush()
        address = f"/projects/{project.id}/edit"
    city = sign_in("wuxi")
    first, second = city.get(address), city.get(address)
    city.press(first, "保存", {"unit": "先写的大学"})
    answer = city.press(second, "保存", {"unit": "后写的大学"})
    assert answer.status_code == 409
    assert "先写的大学" in answer.text
    assert "后写的大学" in answer.text
    city.press(answer, "保存")
    assert only(database).unit == "后写的大学"


def test_returned_with_a_reason_and_sent_again(sign_in: SignIn, database: Database) -> None:
    with database.transaction() as session:
        project = targets.registered(session, people.identity(session, "yixing"))
        session.flush()
        address = f"/projects/{project.id}"
    officer, coordinator = sign_in("yixing"), sign_in("coordinator")
    assert coordinator.press(coordinator.get(address), "退回").status_code == 422
    coordinator.press(coordinator.get(address), "退回", {"reason": "合同缺页。"})
    assert "合同缺页。" in officer.get(address).text
    officer.press(officer.get(f"{address}/edit"), "保存", {"note": "已补齐。"})
    assert only(database).status is Review.WAITING
    officer.press(officer.get(address), "撤回登记")
    assert only(database).status is Review.WITHDRAWN
    assert "已撤回" in officer.get(address).text
    assert "还没有登记项目" in page(officer.get("/projects")).text()


def test_twins_are_warned_of(sign_in: SignIn, database: Database) -> None:
    with database.transaction() as session:
        for name in ("suzhou", "wuxi"):
            targets.registered(session, people.identity(session, name))
    coordinator = sign_in("coordinator")
    assert page(coordinator.get("/projects")).text().count("疑似重复") == 2
    shown = sign_in("wuxi").get("/projects/2").text
    assert "省内已有同一单位、同一年度、同一类型的项目登记" in shown
    assert "/projects/1" not in shown
    assert sign_in("wuxi").get("/projects/1").status_code == 404


def test_the_list_is_filtered_and_exported(sign_in: SignIn, database: Database) -> None:
    with database.transaction() as session:
        coordinator = people.identity(session, "coordinator")
        wuxi = people.identity(session, "wuxi")
        one = targets.registered(session, wuxi, unit="无锡学校", kind=ProjectKind.WATER)
        targets.registered(
            session,
            people.identity(session, "suzhou"),
            unit="苏州医院",
            institution=Institution.HOSPITAL,
            signed_on=date(2025, 6, 1),
        )
        targets.registered(session, wuxi, unit="无锡场馆", progress=Progress.TALKS, signed_on=None)
        session.flush()
        from custody.targets.actions import projects as acts

        acts.decide(
            session,
            actor=coordinator,
            now=one.entered_at,
            number=one.id,
            version=one.version,
            step=Step.CONFIRM,
        )
    visitor = sign_in("coordinator")
    units = {"无锡学校", "苏州医院", "无锡场馆"}
    for query, wanted in (
        ("", units),
        ("city=320200", {"无锡学校", "无锡场馆"}),
        ("kind=water", {"无锡学校"}),
        ("institution=hospital", {"苏州医院"}),
        ("progress=talks", {"无锡场馆"}),
        ("status=confirmed", {"无锡学校"}),
        ("year=2025", {"苏州医院"}),
        ("q=医院", {"苏州医院"}),
        ("year=二〇二五&kind=x", units),
    ):
        text = visitor.get(f"/projects?{query}").text
        assert {unit for unit in units if unit in text} == wanted, query
        book = CalamineWorkbook.from_filelike(
            io.BytesIO(visitor.get(f"/projects/export?{query}").data)
        )
        lines = book.get_sheet_by_index(0).to_python()[3:]
        assert {line[1] for line in lines} == wanted, query
    assert "没有符合条件的项目" in visitor.get("/projects?q=查无此项").text
