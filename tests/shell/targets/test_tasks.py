"""The tasks of the year over HTTP: entered, confirmed, returned, corrected, withdrawn; the numbers follow."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from custody.accounts.rules import Place, Role
from custody.infra.db import Database
from custody.infra.journal import Event
from custody.targets.models import Entry
from custody.targets.queries.ahead import chances
from custody.targets.queries.parts import parts_of
from custody.targets.queries.quantities import behind, of_year
from custody.targets.queries.tallies import tallies
from custody.targets.rules.review import Review, Step
from tests.conftest import TODAY, SignIn
from tests.critic import Critic, page
from tests.factories import contracts, people, programme, targets

AREA = "/tasks/8/entries/new?target=area"
JIANGSU = Place(people.JIANGSU)


def events(database: Database, kind: str = "target") -> list[Event]:
    with database.reader() as reading:
        return list(
            reading.scalars(select(Event).where(Event.kind == kind).order_by(Event.id.desc()))
        )


def rows(database: Database) -> list[Entry]:
    with database.reader() as reading:
        return list(reading.scalars(select(Entry).order_by(Entry.id)))


def total(database: Database, place: Place = JIANGSU) -> Decimal:
    with database.reader() as reading:
        return next(one.done for one in of_year(reading, place, 2026, TODAY) if one.key == "area")


def tallied(database: Database) -> Decimal:
    with database.reader() as reading:
        return next(one.done for one in tallies(reading, JIANGSU, 2026) if one.key == "area")


def area(**fields: Any) -> dict[str, Any]:
    return {
        "building": "市民中心1号楼",
        "quantity": "12,500.5",
        "category": "cooling",
        "happened_on": "2026-11-12",
        "files": programme.upload(programme.PDF, "竣工验收单.pdf"),
        **fields,
    }


def send(visitor: Critic, fields: dict[str, Any], address: str = AREA) -> TestResponse:
    return visitor.press(visitor.get(address), "提交", fields, content_type="multipart/form-data")


def test_everybody_reads_the_nine_tasks(sign_in: SignIn, statements: Callable[[], Any]) -> None:
    for role in Role:
        shown = page(sign_in(role).get("/tasks"))
        assert shown.heading == "年度任务"
    text = shown.text()
    assert "共 9 项任务" in text
    assert "还有 39 天" in text
    assert "已过 145 天" in text
    assert "尚未填报" in text


def test_an_area_is_entered_confirmed_and_counted(
    sign_in: SignIn, database: Database, clock: object
) -> None:
    city = sign_in("wuxi")
    answer = send(city, area())
    assert answer.status_code == 303
    [row] = rows(database)
    assert (row.city_code, row.region_code, row.status) == (people.WUXI, None, Review.WAITING)
    assert row.quantity == Decimal("12500.5")
    entered = events(database)[0]
    assert entered.action == "target.entered"
    assert entered.changes["quantity"] == [None, "12500.5"]
    assert entered.changes["files"] == [None, ["竣工验收单.pdf"]]
    assert total(database) == 0

    address = answer.headers["Location"]
    coordinator = sign_in("coordinator")
    shown = coordinator.get(address)
    assert "公共机构既有建筑节能改造面积已计入 0 / 2,000,000 平方米" in page(shown).text()
    assert coordinator.press(shown, "确认").status_code == 303
    assert total(database) == Decimal("12500.5")
    assert events(database)[0].action == "target.confirmed"
    # The second click of two finds it confirmed.
    again = coordinator.press(shown, "确认")
    assert again.status_code == 409
    assert len([one for one in events(database) if one.action == "target.confirmed"]) == 1

    listed = page(coordinator.get("/tasks/8/targets/area")).text()
    assert "市民中心1号楼" in listed
    assert "12,500.5" in listed
    assert "吴审" in listed


def test_a_double_click_makes_one_entry(sign_in: SignIn, database: Database) -> None:
    city = sign_in("wuxi")
    form = city.get(AREA)
    for _ in range(2):
        fields = area(files=programme.upload(programme.PDF, "竣工验收单.pdf"))
        answer = city.press(form, "提交", fields, content_type="multipart/form-data")
        assert answer.status_code == 303
    assert len(rows(database)) == 1
    assert len(events(database)) == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"quantity": ""}, "请填写改造面积。"),
        ({"quantity": "很大"}, "无法识别"),
        ({"building": " "}, "请填写单位和建筑名称。"),
        ({"happened_on": "2026-12-01"}, "日期不能晚于今天"),
        ({"happened_on": "2025-12-01"}, "日期应在2026年内"),
        ({"files": programme.upload(programme.EXE, "验收单.pdf")}, "可执行程序"),
        ({"files": (io.BytesIO(b""), "")}, "填报数量须附佐证材料"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    sign_in: SignIn, database: Database, fields: dict[str, Any], words: str
) -> None:
    answer = send(sign_in("wuxi"), area(words="夏季完工", **fields))
    assert answer.status_code == 422
    assert any(words in one for one in page(answer).problems), page(answer).problems
    assert "夏季完工" in answer.text
    assert rows(database) == []
    assert events(database) == []


def test_what_looks_alike_is_linked_and_counted_once(sign_in: SignIn, database: Database) -> None:
    with database.transaction() as session:
        city = people.identity(session, "wuxi")
        first = targets.area(session, city, 46_000, building="宜兴市行政中心主楼")
        targets.decided(session, people.identity(session, "coordinator"), first)
        number = first.id
    officer = sign_in("yixing")
    same = area(building="宜兴市行政中心 主楼", quantity="45000")
    refused = send(officer, same)
    assert refused.status_code == 422
    assert any("“宜兴市行政中心主楼”（46,000平方米）" in one for one in page(refused).problems)
    linked = {"link": f"entry-{number}", "files": programme.upload(programme.PDF, "单.pdf")}
    answer = officer.press(refused, "提交", linked, content_type="multipart/form-data")
    assert answer.status_code == 303
    coordinator = sign_in("coordinator")
    coordinator.press(coordinator.get(answer.headers["Location"]), "确认")
    assert total(database) == 46_000
    listed = page(coordinator.get("/tasks/8/targets/area")).text()
    assert "不重复计入：与另一条填报为同一项目，已计入" in listed
    assert "2 行，计入 1 行" in listed
    # 张家港市 cannot link to what it may not see.
    stranger = sign_in("zhangjiagang")
    assert "宜兴市行政中心" not in stranger.get(AREA).text


def test_a_measure_entered_anew_is_not_counted_beside_what_named_it(
    sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        contract = contracts.signed(session, people.YIXING)
        (old,) = contract.measures
        line = {
            "name": "照明改造",
            "category": "lighting",
            "area": Decimal(20_000),
            "investment": Decimal(300_000),
            "saving": None,
            "saving_unit": "",
            "life_years": None,
            "warranty_years": None,
            "completed_on": date(2026, 6, 30),
        }
        officer = people.identity(session, "yixing")
        entry = targets.area(session, officer, 19_000, link=f"measure-{old.id}")
        targets.decided(session, people.identity(session, "coordinator"), entry)
    assert total(database) == tallied(database) == 20_000
    with database.transaction() as session:
        found = session.get_one(type(contract), contract.id)
        # Two, so that none of them gets the number of the one that is gone.
        contracts.filled(session, found, "measures", lines=[{**line, "line": 1}, line])
        session.flush()
        assert old.id in {one.id for one in found.measures}
        contracts.filled(session, found, "measures", lines=[{**line, "line": 2}])
    assert total(database) == tallied(database) == 20_000
    listed = page(sign_in("coordinator").get("/tasks/8/targets/area")).text()
    assert "暂不计入：关联的合同改造措施已从合同中删除，请核对后更正填报" in listed
    shown = page(sign_in("yixing").get(f"/tasks/8/entries/{entry.id}")).text()
    assert "关联的合同措施或填报已不在清单中" in shown


def test_withdrawn_is_kept_and_counts_no_more(sign_in: SignIn, database: Database) -> None:
    city, coordinator = sign_in("wuxi"), sign_in("coordinator")
    address = send(city, area()).headers["Location"]
    coordinator.press(coordinator.get(address), "确认")
    assert city.press(city.get(address), "撤回填报").status_code == 303
    assert total(database) == 0
    assert "已撤回" in page(city.get(address)).text()
    assert "没有符合条件" not in page(city.get("/tasks/8?status=withdrawn")).text()
    assert "还没有进展填报" in page(city.get("/tasks/8")).text()


def test_words_of_the_province_count_at_once(sign_in: SignIn, database: Database) -> None:
    coordinator = sign_in("coordinator")
    fields = {"happened_on": "2026-06-24", "percent": "100", "words": "规划已印发。"}
    answer = send(coordinator, fields, "/tasks/1/entries/new")
    assert answer.status_code == 303
    assert rows(database)[0].status is Review.CONFIRMED
    # The number of the notice is still missing.
    assert "已完成" not in page(coordinator.get("/tasks/1")).text()
    fields |= {
        "quantity": "1",
        "files": programme.upload(programme.PDF, "规划.pdf"),
    }
    send(coordinator, fields, "/tasks/1/entries/new?target=plan")
    assert "已完成" in page(coordinator.get("/tasks/1")).text()


def test_only_those_whom_a_task_concerns_report_on_it(sign_in: SignIn) -> None:
    for name, number, status in (
        ("wuxi", 8, 200),
        ("yixing", 8, 200),
        ("wuxi", 1, 404),
        ("yixing", 7, 404),
        ("coordinator", 1, 200),
        ("leader", 8, 403),
    ):
        assert sign_in(name).get(f"/tasks/{number}/entries/new").status_code == status, name
    coordinator = sign_in("coordinator")
    assert coordinator.get("/tasks/5/entries/new?target=pre_tender").status_code == 404


def test_offices_see_their_own_and_what_the_province_says(
    sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        named = {
            name: targets.entered(session, people.identity(session, name), words=f"来自{name}")
            for name in ("coordinator", "wuxi", "yixing", "zhangjiagang")
        }
        session.flush()
        numbers = {name: entry.id for name, entry in named.items()}
    seen = {
        "coordinator": {"coordinator", "wuxi", "yixing", "zhangjiagang"},
        "wuxi": {"coordinator", "wuxi", "yixing"},
        "yixing": {"coordinator", "yixing"},
        "suzhou": {"coordinator", "zhangjiagang"},
    }
    for name, wanted in seen.items():
        visitor = sign_in(name)
        text = visitor.get("/tasks/8").text
        assert {other for other in numbers if f"来自{other}" in text} == wanted, name
        for other, number in numbers.items():
            status = visitor.get(f"/tasks/8/entries/{number}").status_code
            assert status == (200 if other in wanted else 404)


def test_a_task_has_one_light_for_everybody(sign_in: SignIn, database: Database) -> None:
    with database.transaction() as session:
        entry = targets.area(session, people.identity(session, "suzhou"), 1_900_000)
        targets.decided(session, people.identity(session, "coordinator"), entry)
    for name in ("coordinator", "wuxi", "yixing"):
        text = page(sign_in(name).get("/tasks/8")).text()
        assert "完成比例 95%" in text, name
        assert "按计划推进" in text, name
    # A number that does not concern a city has no part there.
    shown = page(sign_in("wuxi").get("/tasks")).text()
    assert "已下达碳排放控制指标的设区市" not in shown
    assert "1,900,000" not in shown


def test_gates_count_themselves(database: Database, clock: object) -> None:
    with database.transaction() as session:
        programme.gate_passed(session, people.QINHUAI, "G-C")
    with database.reader() as reading:
        found = {one.key: one for one in of_year(reading, JIANGSU, 2026, TODAY)}
        assert (found["pre_tender"].done, found["pre_tender"].target) == (1, 24)
        assert (found["platforms"].done, found["platforms"].target) == (0, 5)
        assert found["pilots"].target == 3
        # 无锡市 has regions of all three batches; 宜兴市 only itself.
        own = {
            one.key: one.target
            for one in of_year(reading, Place(people.JIANGSU, people.WUXI), 2026, TODAY)
        }
        assert (own["pilots"], own["platforms"], own["pre_tender"]) == (1, 1, 3)
        yixing = Place(people.JIANGSU, people.WUXI, people.YIXING)
        keys = {one.key for one in of_year(reading, yixing, 2026, TODAY)}
        assert "pilots" in keys
        assert not keys & {"platforms", "pre_tender"}


def test_the_forecast_of_gates_is_that_of_the_board(
    database: Database, clock: object, statements: Callable[[], Any]
) -> None:
    from custody.dashboard.queries import outlook_of

    with database.transaction() as session:
        programme.gate_passed(session, people.QINHUAI, "G-C")
        programme.confirmed(session, people.XISHAN, "M01")
        programme.updated(session, people.YIXING, "M19", percent=60)
    with database.reader() as reading:
        with statements() as seen:
            found = chances(reading, people.JIANGSU, TODAY)
        assert len(seen) == 5, str(seen)
        told = outlook_of(reading, JIANGSU, TODAY)
        assert found == {
            code: one.probability
            for code, one in told.regions.items()
            if one.probability is not None
        }
        own = {one.key: one for one in of_year(reading, JIANGSU, 2026, TODAY, found)}
    third = next(batch for batch in told.batches if batch.number == 3)
    assert float(own["pre_tender"].forecast.value) == pytest.approx(third.expected, abs=0.05)


@pytest.mark.parametrize(
    "place",
    [
        JIANGSU,
        Place(people.JIANGSU, people.WUXI),
        Place(people.JIANGSU, people.WUXI, people.YIXING),
    ],
)
def test_the_listed_rows_add_up_to_the_number(
    database: Database, clock: object, place: Place
) -> None:
    with database.transaction() as session:
        coordinator = people.identity(session, "coordinator")
        for name, size, step in (
            ("wuxi", 12_000, Step.CONFIRM),
            ("yixing", 8_000, Step.CONFIRM),
            ("xishan", 5_000, None),
            ("suzhou", 4_000, Step.RETURN),
        ):
            entry = targets.area(session, people.identity(session, name), size, building=name * 3)
            if step:
                targets.decided(session, coordinator, entry, step, "请补正。")
        targets.registered(session, coordinator)
        programme.gate_passed(session, people.QINHUAI, "G-C")
    with database.reader() as reading:
        found = behind(reading, place, 2026)
        for one in of_year(reading, place, 2026, TODAY):
            row = targets.target(reading, one.task, one.key)
            parts = parts_of(reading, row, found, place, TODAY)
            assert sum(part.quantity for part in parts if part.counted) == one.done, one.key
        assert total(database) == 20_000


def test_evidence_is_handed_out_and_written_down(sign_in: SignIn, database: Database) -> None:
    address = send(sign_in("wuxi"), area()).headers["Location"]
    reader = sign_in("auditor")
    link = next(
        a.get("href") or ""
        for a in page(reader.get(address)).all("a")
        if "/files/" in (a.get("href") or "")
    )
    answer = reader.get(link)
    assert answer.data == programme.PDF
    event = events(database)[0]
    assert (event.action, event.modifies, event.note) == (
        "target.downloaded",
        False,
        "竣工验收单.pdf",
    )
    assert sign_in("leader").get(link).status_code == 403
    assert sign_in("suzhou").get(link).status_code == 404


def test_tables_go_out_as_workbooks(sign_in: SignIn, database: Database) -> None:
    with database.transaction() as session:
        targets.entered(
            session, people.identity(session, "coordinator"), 4, words="方案已印发。", percent=60
        )
        entry = targets.area(session, people.identity(session, "wuxi"), 9_000)
        targets.decided(session, people.identity(session, "coordinator"), entry)
    leader = sign_in("leader")

    def sheet(address: str) -> list[list[Any]]:
        answer = leader.get(address)
        assert answer.status_code == 200
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
        return book.get_sheet_by_index(0).to_python()

    lines = sheet("/tasks/export")
    assert lines[2][:5] == ["序号", "任务", "责任单位", "完成时限", "目标"]
    assert [line[0] for line in lines[3:]] == [str(number) for number in range(1, 10)]
    assert lines[6][6] == 0.6
    assert "方案已印发。" in lines[6][8]
    assert "不少于2,000,000平方米" in lines[10][4]
    assert "9,000平方米" in lines[10][5]
    assert [line[2] for line in sheet("/tasks/4/export")[3:]] == ["方案已印发。"]
    assert sheet("/tasks/8/targets/area/export")[-1][3] == 9_000
    assert events(database)[0].action == "target.exported"


def test_pages_cost_the_same_whatever_the_number_of_rows(
    sign_in: SignIn, database: Database, statements: Callable[[], Any]
) -> None:
    pages = ("/tasks", "/tasks/8", "/tasks/8/targets/area", "/projects", AREA)
    coordinator = sign_in("coordinator")

    def costs() -> list[int]:
        found = []
        for address in pages:
            with statements() as seen:
                assert coordinator.get(address).status_code == 200
            found.append(len(seen))
        return found

    def more(times: int) -> None:
        with database.transaction() as session:
            actor = people.identity(session, "wuxi")
            for number in range(times):
                targets.entered(session, actor)
                told = {"building": f"{number}号楼", "distinct": "不是同一栋"}
                targets.area(session, actor, 1000, **told)
                targets.registered(session, actor)

    more(1)
    few = costs()
    more(6)
    assert costs() == few
    # The first page after a change works out the chances of the regions anew: five more.
    assert max(few) <= 21
