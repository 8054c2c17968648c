"""Coefficients, thresholds and temperatures: who may change them, what stays behind, what is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Role
from custody.energy.actions import tables
from custody.energy.models.tables import Coefficient, EnergyPolicy, Temperature
from custody.energy.queries.tables import factors_of, limits_of
from custody.energy.rules.energies import Energy
from custody.energy.rules.factors import Caliber
from custody.energy.rules.limits import LIMITS
from custody.infra.db import Database
from custody.infra.journal import Event
from custody.kernel.problems import Conflict, NotFound, Refused
from tests.conftest import NOW, SignIn
from tests.critic import Critic, page
from tests.factories import energy, people, province
from tests.factories.programme import account_at

Statements = Callable[[], Any]
COEFFICIENTS, LIMIT_PAGE, WEATHER = "/energy/coefficients", "/energy/limits", "/energy/weather"
FACTOR = tables.Factor(
    Energy.ELECTRICITY, Caliber.CARBON, Decimal("0.55"), "公告2026年第1号", date(2026, 1, 1), True
)


def newest(session: Session) -> Event:
    found = session.scalars(select(Event).where(Event.modifies).order_by(Event.id.desc())).first()
    assert found is not None
    return found


def text(client: Critic, path: str) -> str:
    return page(client.get(path)).text()


# --- coefficients -------------------------------------------------------------------------------


def test_a_new_year_is_a_new_row_and_counts_from_its_day(session: Session) -> None:
    who = account_at(session, Role.COORDINATOR, people.JIANGSU)
    row = tables.add_coefficient(session, actor=who, now=NOW, factor=FACTOR)
    assert row.unit == "kgCO2/kWh"
    carbon = (Energy.ELECTRICITY, Caliber.CARBON)
    before, after = (
        factors_of(session, people.JIANGSU, day)[carbon]
        for day in (date(2025, 12, 31), date(2026, 1, 1))
    )
    assert (before.value, after.value) == (Decimal("0.5827"), Decimal("0.55"))
    every = factors_of(session, people.JIANGSU, date(2026, 6, 1))
    assert every[Energy.ELECTRICITY, Caliber.CARBON] is row
    event = newest(session)
    assert event.action == "coefficient.added"
    assert event.changes["value"] == [None, "0.55"]
    with pytest.raises(Refused, match="同一天起用"):
        tables.add_coefficient(session, actor=who, now=NOW, factor=FACTOR)


def test_editing_keeps_the_old_value_in_the_journal(session: Session) -> None:
    who = account_at(session, Role.COORDINATOR, people.JIANGSU)
    row = session.scalars(
        select(Coefficient).filter_by(
            province_code=people.JIANGSU, energy=Energy.HEAT, caliber=Caliber.EQUIVALENT_HEAT
        )
    ).one()
    factor = tables.Factor(
        row.energy, row.caliber, Decimal("34.1"), row.source, row.valid_from, True
    )
    common = {"actor": who, "now": NOW, "number": row.id, "factor": factor}
    with pytest.raises(Conflict):
        tables.edit_coefficient(session, version=row.version + 1, **common)  # type: ignore[arg-type]
    tables.edit_coefficient(session, version=row.version, **common)  # type: ignore[arg-type]
    session.flush()
    assert newest(session).changes == {"value": ["34.12", "34.1"], "verified": [False, True]}
    count = session.scalar(select(func.count()).select_from(Event))
    tables.edit_coefficient(session, version=row.version, **common)  # type: ignore[arg-type]
    assert session.scalar(select(func.count()).select_from(Event)) == count
    foreign = account_at(session, Role.COORDINATOR, people.JIANGSU)
    with pytest.raises(NotFound):
        tables.edit_coefficient(
            session, actor=foreign, now=NOW, number=999_999, version=1, factor=factor
        )


def test_the_page_marks_what_nobody_has_verified(sign_in: SignIn) -> None:
    words = text(sign_in("auditor"), COEFFICIENTS)
    for told in (
        "待核实",
        "建议值",
        "已被替代",
        "现行",
        "0.1229",
        "kgce/kWh",
        "没有系数、不折标煤",
    ):
        assert told in words, told
    assert "新增系数" not in words


def test_the_coordinator_adds_and_edits_a_coefficient(sign_in: SignIn, database: Database) -> None:
    client = sign_in("coordinator")
    empty = client.press(client.get(f"{COEFFICIENTS}/new"), "保存")
    assert empty.status_code == 422
    assert len(page(empty).problems) == 3
    typed = {
        "energy": "electricity",
        "caliber": "carbon",
        "value": "0.55",
        "valid_from": "2026-01-01",
        "source": "公告2026年第1号",
        "verified": "y",
    }
    shown = client.get(f"{COEFFICIENTS}/new")
    answer = client.press(shown, "保存", typed)
    assert answer.status_code == 303
    where = answer.headers["Location"]
    twice = client.press(shown, "保存", typed)
    assert twice.status_code == 422
    assert "同一天起用" in page(twice).problems[0]
    other = sign_in("coordinator2")
    stale = other.get(f"{where}/edit")
    client.press(client.get(f"{where}/edit"), "保存", {"value": "0.56"})
    late = other.press(stale, "保存", {"value": "0.57"})
    assert late.status_code == 409
    [table] = page(late).all("table")
    assert "0.57" in page(late).text(table)
    assert "0.56" in page(late).text(table)
    assert other.press(late, "保存").status_code == 303
    history = text(sign_in("leader"), where)
    for told in ("新增折算系数", "修改折算系数", "0.56 改为 0.57", "冯协"):
        assert told in history.replace("→", "").replace("  ", " "), told


@pytest.mark.parametrize("template", ["lived"])
def test_coefficients_of_another_province_do_not_exist(database: Database, sign_in: SignIn) -> None:
    with database.reader() as session:
        number = session.scalars(
            select(Coefficient.id).filter_by(province_code=province.CODE)
        ).first()
    client = sign_in("coordinator")
    assert number is not None
    assert client.get(f"{COEFFICIENTS}/{number}").status_code == 404
    assert client.get(f"{COEFFICIENTS}/{number}/edit").status_code == 404


# --- thresholds ---------------------------------------------------------------------------------


def test_thresholds_are_set_with_a_reason_and_judge_at_once(
    sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        energy.doubled(session)
    officer, client = sign_in("yixing"), sign_in("coordinator")
    doubts = f"/energy/regions/{people.YIXING}/doubts"
    assert "日均用量比上年同月增加" in text(officer, doubts)
    shown = client.get(LIMIT_PAGE)
    refused = client.press(shown, "保存校验规则", {"year_change": "150"})
    assert refused.status_code == 422
    assert "请写明修改依据" in page(refused).problems[0]
    wrong = client.press(shown, "保存校验规则", {"price_low_gas": "9", "note": "核定"})
    assert wrong.status_code == 422
    assert "应低于天然气单价上限" in page(wrong).problems[0]
    unread = client.press(shown, "保存校验规则", {"price_low_gas": "两元"})
    assert unread.status_code == 422
    typed = {"year_change": "150", "note": "按本省2026年会审口径"}
    assert client.press(shown, "保存校验规则", typed).status_code == 303
    with database.reader() as session:
        event = newest(session)
        assert event.action == "energy_policy.edited"
        assert event.changes == {"与上年同月相比": ["30", "150"]}
        assert event.note == "按本省2026年会审口径"
        assert limits_of(session, people.JIANGSU).share("year_change") == 1.5
    words = text(officer, doubts)
    assert "日均用量比上年同月增加" not in words
    assert "单价1.8元/kWh" in words
    seen = text(officer, LIMIT_PAGE)
    assert "本省核定" in seen
    assert "按本省2026年会审口径" in seen
    assert officer.send(LIMIT_PAGE, typed).status_code == 403


def test_two_people_set_thresholds(sign_in: SignIn, database: Database) -> None:
    one, two = sign_in("coordinator"), sign_in("coordinator2")
    shown = two.get(LIMIT_PAGE)
    first = {"year_change": "20", "note": "第一个人的依据"}
    one.press(one.get(LIMIT_PAGE), "保存校验规则", first)
    late = two.press(shown, "保存校验规则", {"year_change": "25", "note": "第二个人的依据"})
    assert late.status_code == 409
    table = page(late).all("table")[0]
    words = page(late).text(table)
    assert "25" in words
    assert "20" in words
    assert two.press(late, "保存校验规则").status_code == 303
    with database.reader() as session:
        row = session.get_one(EnergyPolicy, people.JIANGSU)
        assert row.values["year_change"] == "25"
        assert set(row.values) == set(LIMITS)


def test_nothing_changed_is_no_event(session: Session) -> None:
    who = account_at(session, Role.COORDINATOR, people.JIANGSU)
    values = {name: one.value for name, one in LIMITS.items()}
    assert tables.set_limits(session, actor=who, now=NOW, version=0, values=values) == 0
    assert session.get(EnergyPolicy, people.JIANGSU) is None


# --- temperatures -------------------------------------------------------------------------------


def sheet(*rows: tuple[object, ...]) -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page_ = book.add_worksheet("月平均气温")
    for at, row in enumerate((("设区市", "月份", "平均气温（℃）", "来源"), *rows)):
        page_.write_row(at, 0, row)
    book.close()
    return io.BytesIO(out.getvalue()), "气温.xlsx"


def upload(client: Critic, file: tuple[io.BytesIO, str], **fields: str) -> Any:
    shown = client.get(WEATHER)
    return client.press(shown, "上传", {"file": file, **fields})


def means(database: Database) -> dict[tuple[str, int], tuple[Decimal, str]]:
    with database.reader() as session:
        rows = session.scalars(select(Temperature))
        return {(row.city_code, row.month): (row.mean, row.source) for row in rows}


def test_a_table_is_taken_corrected_and_its_old_value_kept(
    sign_in: SignIn, database: Database
) -> None:
    client = sign_in("coordinator")
    rows = (("无锡市", "2026-01", 3.2, "月报"), ("苏州市", "2026年1月", 4.1, ""))
    assert upload(client, sheet(*rows), source="年鉴").status_code == 303
    assert means(database) == {
        (people.WUXI, 202601): (Decimal("3.20"), "月报"),
        (people.SUZHOU, 202601): (Decimal("4.10"), "年鉴"),
    }
    again = upload(client, sheet(*rows), source="年鉴")
    assert "没有改动" in text(client, again.headers["Location"])
    upload(client, sheet(("无锡市", "2026-01", 3.4, "月报订正")))
    with database.reader() as session:
        event = newest(session)
        assert event.action == "weather.entered"
        assert event.changes == {"无锡市2026年1月": ["3.2℃（月报）", "3.4℃（月报订正）"]}
        assert event.note == "气温.xlsx：2026年1月，更正1条"
    shown = text(sign_in("leader"), WEATHER)
    for told in ("3.4", "2—10月", "月报订正", "3.2℃（月报）"):
        assert told in shown, told


def test_a_table_with_slips_is_refused_as_a_whole(sign_in: SignIn, database: Database) -> None:
    client = sign_in("coordinator")
    answer = upload(
        client,
        sheet(("无锡市", "2026-01", 3.2, "月报"), ("无锡市", "2026-12", 60, "月报")),
    )
    assert answer.status_code == 422
    told = " ".join(page(answer).problems)
    assert "B3" in told
    assert "C3" in told
    assert means(database) == {}
    assert upload(client, (io.BytesIO(b"x,y\n1,2\n"), "a.csv")).status_code == 422
    assert upload(client, (io.BytesIO(b""), "a.xlsx")).status_code == 422
    assert upload(client, sheet(("无锡市", "2026-01", None, "月报"))).status_code == 422
    assert client.press(client.get(WEATHER), "上传").status_code == 422


def test_a_city_reviewer_has_the_own_city_alone(sign_in: SignIn, database: Database) -> None:
    city = sign_in("wuxi")
    refused = upload(city, sheet(("苏州市", "2026-01", 4.1, "月报")))
    assert refused.status_code == 422
    assert "应为无锡市之一" in " ".join(page(refused).problems)
    assert upload(city, sheet(("无锡市", "2026-01", 3.2, "月报"))).status_code == 303
    words = text(city, WEATHER)
    assert "苏州市" not in words
    assert "移用到其他设区市" not in words
    data = {"origin": people.SUZHOU, "cities": people.WUXI}
    assert city.send(f"{WEATHER}/copy", data).status_code == 404
    data = {"origin": people.WUXI, "cities": people.SUZHOU}
    assert city.send(f"{WEATHER}/copy", data).status_code == 422
    assert sign_in("yixing").send(WEATHER).status_code == 403


def test_a_series_is_copied_without_touching_what_others_have(
    sign_in: SignIn, database: Database
) -> None:
    client = sign_in("coordinator")
    rows = [("无锡市", f"2026-{month:02d}", month, "月报") for month in range(1, 11)]
    upload(client, sheet(*rows, ("苏州市", "2026-01", 9.9, "年鉴")))
    copy = {"origin": people.WUXI, "cities": [people.SUZHOU, "320100"]}
    assert client.press(client.get(WEATHER), "移用", copy).status_code == 303
    found = means(database)
    assert found[people.SUZHOU, 202601] == (Decimal("9.90"), "年鉴")
    assert found[people.SUZHOU, 202602] == (Decimal("2.00"), "移用无锡市：月报")
    assert found["320100", 202610] == (Decimal("10.00"), "移用无锡市：月报")
    client.press(client.get(WEATHER), "移用", copy | {"overwrite": "1"})
    assert means(database)[people.SUZHOU, 202601] == (Decimal("1.00"), "移用无锡市：月报")
    with database.reader() as session:
        assert newest(session).changes == {
            "苏州市2026年1月": ["9.9℃（年鉴）", "1℃（移用无锡市：月报）"]
        }
    nothing = client.press(client.get(WEATHER), "移用", {"origin": "320300", "cities": []})
    assert nothing.status_code == 422
    assert len(page(nothing).problems) == 2


def test_the_template_goes_out_filled_and_comes_back_as_it_is(
    sign_in: SignIn, database: Database
) -> None:
    client = sign_in("coordinator")
    upload(client, sheet(("无锡市", "2026-01", 3.2, "月报")))
    answer = client.get(f"{WEATHER}/template.xlsx?year=2026")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert len([row for row in rows if row[1:2] and str(row[1]).startswith("2026-")]) == 13 * 10
    back = upload(client, (io.BytesIO(answer.data), "模板.xlsx"))
    assert back.status_code == 303
    assert len(means(database)) == 1


@pytest.mark.parametrize(
    "path", [f"{COEFFICIENTS}.xlsx", f"{LIMIT_PAGE}.xlsx", f"{WEATHER}/export.xlsx"]
)
def test_tables_are_taken_away_and_that_is_recorded(
    sign_in: SignIn, database: Database, path: str
) -> None:
    answer = sign_in("leader").get(path)
    assert answer.data.startswith(b"PK")
    with database.reader() as session:
        event = session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert event is not None
        assert (event.action, event.modifies) == ("table.exported", False)


@pytest.mark.parametrize("path", [COEFFICIENTS, LIMIT_PAGE, WEATHER])
def test_the_number_of_statements_does_not_grow(
    path: str, database: Database, clock: Any, sign_in: SignIn, statements: Statements
) -> None:
    client, counts = sign_in("coordinator"), []
    for year in (2024, 2025):
        with database.transaction() as session:
            who = account_at(session, Role.COORDINATOR, people.JIANGSU)
            for one in (Energy.GAS, Energy.HEAT, Energy.COAL)[: year - 2022]:
                factor = tables.Factor(
                    one, Caliber.CARBON, Decimal(1), "测试", date(year, 1, 1), False
                )
                tables.add_coefficient(session, actor=who, now=NOW, factor=factor)
            rows = [
                tables.Warmth(city, 202600 + month, Decimal(month), "测试")
                for city in (people.WUXI, people.SUZHOU)[: year - 2023]
                for month in range(1, 11)
            ]
            tables.store_temperatures(session, actor=who, now=NOW, rows=rows)
        client.get(path)
        with statements() as seen:
            client.get(path)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 10, counts
