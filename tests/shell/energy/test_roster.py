"""Institutions, meters and years by hand: rows, events, refusals, conflicts, double clicks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import Client

from custody.energy.models.roster import Institution, Meter, YearFigures
from custody.energy.rules.energies import Energy, Payment
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.conftest import SignIn
from tests.critic import page
from tests.factories import energy, people

ROSTER = f"/energy/regions/{people.YIXING}/institutions"
CODE = energy.code(7)


@pytest.fixture
def meter(database: Database, clock: Any) -> int:
    """市实验小学 of 宜兴市 with a meter of electricity and its bills of a year."""
    with database.transaction() as session:
        found = energy.school(session)
        energy.billed(session, found, 202501, 202609)
        return int(found.id)


@pytest.fixture
def one(database: Database, meter: int) -> int:
    with database.reader() as session:
        return int(session.get_one(Meter, meter).institution_id)


def text(client: Client, path: str) -> str:
    return page(client.get(path)).text()


def last_event(database: Database) -> Event:
    with database.reader() as session:
        found = session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert found is not None
        return found


def count(database: Database, model: Any) -> int:
    with database.reader() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def institution(database: Database, number: int) -> Institution:
    with database.reader() as session:
        return session.get_one(Institution, number)


FACTS = {
    "name": "市第二小学",
    "credit_code": f"{CODE[:8]} {CODE[8:].lower()}",
    "type_code": "021",
    "floor_area": "5,600",
    "people": "４２０",
    "in_custody": "y",
}


def test_an_institution_is_added_once_though_clicked_twice(
    meter: int, sign_in: SignIn, database: Database
) -> None:
    client = sign_in("yixing")
    form = client.get(f"{ROSTER}/new")
    first = client.press(form, "登记单位", FACTS)
    assert first.status_code == 303
    assert client.press(form, "登记单位", FACTS).headers["Location"] == first.headers["Location"]
    assert count(database, Institution) == 2
    shown = text(client, str(first.headers["Location"]))
    assert CODE in shown
    assert "420 人" in shown
    event = last_event(database)
    assert (event.action, event.label) == ("institution.added", "市第二小学")
    again = client.press(form, "登记单位", FACTS | {"name": "市第三小学"})
    assert again.status_code == 422
    assert "本地区“市第二小学”已登记这个代码" in page(again).text()


def test_slips_are_named_and_what_was_typed_stays(meter: int, sign_in: SignIn) -> None:
    client = sign_in("yixing")
    slips = FACTS | {"credit_code": CODE[:17] + ("1" if CODE[17] != "1" else "2"), "people": "许多"}
    answer = client.press(client.get(f"{ROSTER}/new"), "登记单位", slips)
    assert answer.status_code == 422
    shown = page(answer).text()
    assert "用能人数现填“许多”" in shown
    assert "校验位" in shown
    without = FACTS | {"in_custody": "", "excluded_because": ""}
    answer = client.press(client.get(f"{ROSTER}/new"), "登记单位", without)
    assert "请写明不纳入托管的原因" in page(answer).text()
    assert 'value="市第二小学"' in answer.get_data(as_text=True)


def test_an_institution_is_excluded_with_a_reason(
    one: int, sign_in: SignIn, database: Database
) -> None:
    client = sign_in("yixing")
    fields = {"in_custody": "", "excluded_because": "涉密单位，自行管理"}
    answer = client.press(client.get(f"/energy/institutions/{one}/edit"), "保存", fields)
    assert answer.status_code == 303
    row = institution(database, one)
    assert (row.in_custody, row.excluded_because) == (False, "涉密单位，自行管理")
    event = last_event(database)
    assert event.action == "institution.edited"
    assert set(event.changes) == {"in_custody", "excluded_because"}
    assert "未纳入托管：涉密单位，自行管理" in text(client, f"/energy/institutions/{one}")


def test_two_people_edit_an_institution(one: int, sign_in: SignIn, database: Database) -> None:
    client = sign_in("yixing")
    path = f"/energy/institutions/{one}/edit"
    mine, theirs = client.get(path), client.get(path)
    assert client.press(theirs, "保存", {"people": "950"}).status_code == 303
    answer = client.press(mine, "保存", {"people": "870"})
    assert answer.status_code == 409
    shown = page(answer).text()
    assert "内容已被他人更新" in shown
    assert "870" in shown
    assert "950" in shown
    assert client.press(answer, "保存").status_code == 303
    assert institution(database, one).people == 870


def test_closing_stops_the_meters_and_reopening_leaves_them(
    one: int, meter: int, sign_in: SignIn, database: Database
) -> None:
    client = sign_in("yixing")
    path = f"/energy/institutions/{one}"
    closing = {"closed_on": "2026-08-20", "reason": ""}
    button = "登记“市实验小学”撤并"
    answer = client.press(client.get(path), button, closing)
    assert answer.status_code == 422
    assert "请写明撤并" in page(answer).text()
    late = client.press(client.get(path), button, {"closed_on": "2027-01-01", "reason": "并入"})
    assert "撤并日期应不晚于今天" in page(late).text()
    form = client.get(path)
    whole = closing | {"reason": "并入市第一小学"}
    assert client.press(form, button, whole).status_code == 303
    assert client.press(form, button, whole).status_code == 303
    with database.reader() as session:
        row, own = session.get_one(Institution, one), session.get_one(Meter, meter)
        assert (row.closed_on, own.until) == (date(2026, 8, 20), 202608)
        closed = session.scalars(select(Event).filter_by(action="institution.closed")).all()
        assert [event.note for event in closed] == ["并入市第一小学"]
    shown = text(client, path)
    assert "已于2026年8月20日撤并" in shown
    assert "2026年8月停用" in shown
    assert client.press(client.get(path), "恢复“市实验小学”").status_code == 303
    assert institution(database, one).closed_on is None
    assert last_event(database).action == "institution.reopened"


def test_a_late_click_on_closing_is_a_conflict(
    one: int, sign_in: SignIn, database: Database
) -> None:
    client = sign_in("yixing")
    form = client.get(f"/energy/institutions/{one}")
    edit = client.get(f"/energy/institutions/{one}/edit")
    assert client.press(edit, "保存", {"people": "1"}).status_code == 303
    fields = {"closed_on": "2026-08-20", "reason": "并入市第一小学"}
    answer = client.press(form, "登记“市实验小学”撤并", fields)
    assert answer.status_code == 409
    assert "单位信息被他人更新" in page(answer).text()
    assert institution(database, one).closed_on is None


def test_a_code_in_two_regions_is_named_on_both_pages(
    one: int, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        other = energy.school(session, people.ZHANGJIAGANG, "港城小学")
        for number in (one, other.institution_id):
            session.get_one(Institution, number).credit_code = CODE
    client = sign_in("yixing")
    assert "还登记在张家港市（港城小学）的名录中" in text(client, f"/energy/institutions/{one}")
    assert "同时登记在省内其他名录中" in text(client, ROSTER)


METER = {"energy": "gas", "number": "００７ 88", "since": "2026年1月", "until": "", "note": ""}


def test_a_meter_is_added_once_changed_and_closed(
    one: int, sign_in: SignIn, database: Database
) -> None:
    client = sign_in("yixing")
    form = client.get(f"/energy/institutions/{one}/meters/new")
    assert client.press(form, "登记户号", METER).status_code == 303
    assert client.press(form, "登记户号", METER).status_code == 303
    with database.reader() as session:
        row = session.scalars(select(Meter).filter_by(energy=Energy.GAS)).one()
        assert (row.number, row.since, row.payment) == ("00788", 202601, Payment.METERED_PAID)
        number = row.id
    assert last_event(database).action == "meter.added"
    edit = client.get(f"/energy/meters/{number}/edit")
    answer = client.press(edit, "保存", {"until": "2025-12"})
    assert answer.status_code == 422
    assert "停用月份应不早于启用月份" in page(answer).text()
    odd = client.press(edit, "保存", {"until": "明年"})
    assert "停用月份“明年”无法识别" in page(odd).text()
    assert client.press(edit, "保存", {"until": "202610"}).status_code == 303
    assert last_event(database).changes == {"until": [None, 202610]}
    conflict = client.press(edit, "保存", {"until": "2026-09"})
    assert conflict.status_code == 409
    assert "2026-10" in page(conflict).text()


def test_a_meter_of_somebody_else_and_one_with_bills(
    one: int, meter: int, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        other = energy.school(session, name="市第四小学")
        taken = other.number
    client = sign_in("yixing")
    twin = METER | {"energy": "electricity", "number": taken}
    answer = client.press(client.get(f"/energy/institutions/{one}/meters/new"), "登记户号", twin)
    assert f"电户号{taken}已登记在“市第四小学”名下" in page(answer).text()
    edit = client.get(f"/energy/meters/{meter}/edit")
    answer = client.press(edit, "保存", {"energy": "water"})
    assert "这个户号已有账单，能源种类不能再改" in page(answer).text()
    assert last_event(database).action != "meter.edited"


def test_a_year_that_does_not_fit_is_told_on_the_page(
    one: int, sign_in: SignIn, database: Database
) -> None:
    client = sign_in("yixing")
    path = f"/energy/institutions/{one}/years/2025"
    fields = {"floor_area": "6000", "people": "900", "electricity": "12240", "source": "2025年年报"}
    form = client.get(path)
    assert client.press(form, "保存年报数", fields).status_code == 303
    assert client.press(form, "保存年报数", fields).status_code == 303
    event = last_event(database)
    assert (event.action, event.changes["use_electricity"]) == (
        "institution_year.entered",
        [None, "12240"],
    )
    shown = text(client, f"/energy/institutions/{one}")
    assert "现登记8,000平方米，比2025年年报6,000平方米增加33.3%，超过10%" in shown
    assert "2025年年报12,240kWh，逐月账单合计12,000kWh，相差2.0%" in shown
    assert "用能人数：" not in shown
    right = fields | {"floor_area": "8000", "electricity": "12000"}
    assert client.press(client.get(path), "保存年报数", right).status_code == 303
    assert "请核实" not in text(client, f"/energy/institutions/{one}")
    conflict = client.press(form, "保存年报数", fields | {"people": "5"})
    assert conflict.status_code == 409
    assert "12000" in page(conflict).text()
    with database.reader() as session:
        row = session.get_one(YearFigures, (one, 2025))
        assert (row.floor_area, row.uses) == (Decimal(8000), {"electricity": "12000"})


def test_an_area_that_grew_this_year_is_told_without_a_figure_of_last_year(
    one: int, sign_in: SignIn
) -> None:
    client = sign_in("yixing")
    edit = f"/energy/institutions/{one}/edit"
    for area, told in (("80000", True), ("8100", False), ("9500", True)):
        assert client.press(client.get(edit), "保存", {"floor_area": area}).status_code == 303
        shown = text(client, f"/energy/institutions/{one}")
        assert ("比年初登记8,000平方米增加" in shown) is told, area
    assert "8,100" in shown or "8100" in shown


def test_an_empty_year_and_a_year_to_come(one: int, sign_in: SignIn, database: Database) -> None:
    client = sign_in("yixing")
    form = client.get(f"/energy/institutions/{one}/years/2025")
    assert "请填写数据来源" in page(client.press(form, "保存年报数")).text()
    answer = client.press(form, "保存年报数", {"source": "年报"})
    assert "请至少填写一项年报数" in page(answer).text()
    assert client.get(f"/energy/institutions/{one}/years/2026").status_code == 404
    assert count(database, YearFigures) == 0


def test_another_regions_things_do_not_exist(
    one: int, meter: int, sign_in: SignIn, database: Database
) -> None:
    client = sign_in("zhangjiagang")
    for path in (
        ROSTER,
        f"{ROSTER}/new",
        f"/energy/institutions/{one}",
        f"/energy/institutions/{one}/edit",
        f"/energy/institutions/{one}/meters/new",
        f"/energy/institutions/{one}/years/2025",
        f"/energy/meters/{meter}/edit",
        f"/energy/meters/{meter}/202610",
    ):
        assert client.get(path).status_code == 404, path


def test_the_roster_is_searched_sorted_and_exported(
    one: int, meter: int, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        water = energy.school(session, name="市第五小学")
        water.energy = Energy.WATER
        big = session.get_one(Institution, water.institution_id)
        big.floor_area, big.type_code = Decimal(90_000), "024"
        number = session.get_one(Meter, meter).number
    client = sign_in("yixing")
    assert "共 2 家" in text(client, ROSTER)
    for filtered, there, gone in (
        ("?q=第五", "市第五小学", "市实验小学"),
        (f"?q={number}", "市实验小学", "市第五小学"),
        ("?type=024", "市第五小学", "市实验小学"),
        ("?energy=water", "市第五小学", "市实验小学"),
    ):
        shown = text(client, ROSTER + filtered)
        assert there in shown, filtered
        assert gone not in shown, filtered
    assert "没有符合条件的单位" in text(client, f"{ROSTER}?custody=closed")
    by_area = text(client, f"{ROSTER}?sort=area")
    assert by_area.index("市第五小学") < by_area.index("市实验小学")
    book = client.get(f"{ROSTER}/export.xlsx?type=024")
    assert book.status_code == 200
    assert last_event(database).note == "1家单位"


def test_the_pages_cost_a_fixed_number_of_statements(
    one: int, sign_in: SignIn, database: Database, statements: Callable[[], Any]
) -> None:
    client = sign_in("yixing")
    paths = (ROSTER, f"/energy/institutions/{one}")
    seen = []
    for more in (0, 3):
        with database.transaction() as session:
            for number in range(more):
                energy.school(session, name=f"市第{number + 10}小学")
                session.add(
                    Meter(
                        region_code=people.YIXING, institution_id=one, energy=Energy.WATER,
                        number=f"9{number}", payment=Payment.METERED_PAID, note="",
                    )
                )  # fmt: skip
        counts = []
        for path in paths:
            client.get(path)
            with statements() as found:
                assert client.get(path).status_code == 200
            counts.append(len(found))
        seen.append(counts)
    assert seen[0] == seen[1]
