"""What the pages of imports show to whom, how many questions they ask, doubts dismissed with a word."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from sqlalchemy import select

from custody.energy.models.bills import Explanation, Import
from custody.energy.models.tables import EnergyPolicy
from custody.energy.rules.states import ImportState
from custody.infra.db import Database
from custody.infra.journal import Event
from custody.infra.sheets import read_workbook
from tests.factories import people
from tests.factories.energy_files import BILLS, HOME, ROSTER, bill, school, send, with_meter


def _events(database: Database, action: str) -> list[Event]:
    with database.reader() as reading:
        return list(reading.scalars(select(Event).where(Event.action == action)))


def test_doubts_are_dismissed_with_a_word(sign_in: Any, database: Database) -> None:
    client = sign_in("yixing")
    with_meter(client)
    at = send(client, "bills", "k1", BILLS, bill("00123", "2026-09", "1000", "90000"))
    page = client.get(at).text
    assert "单价超出0.2—3元/kWh" in page
    key = re.search(r'name="chosen" value="(\w+)"', page)[1]  # type: ignore[index]
    assert client.send(f"{at}/words", {"chosen": key}).status_code == 422
    assert client.send(f"{at}/words", {"words": "无误"}).status_code == 422
    assert "请勾选" in client.send(f"{at}/words", {"words": "无误", "chosen": "zzz"}).text
    said = {"words": "已与缴费凭证核对无误", "chosen": key}
    assert client.send(f"{at}/words", said).status_code == 303
    page = client.get(at).text
    assert "已说明的提示" in page
    assert "已与缴费凭证核对无误" in page
    assert 'name="chosen"' not in page
    # The word stays when the file is looked at again, and when it is accepted.
    client.send(f"{at}/again")
    assert "已与缴费凭证核对无误" in client.get(at).text
    client.send(f"{at}/accept")
    assert "已与缴费凭证核对无误" in client.get(at).text
    [event] = _events(database, "import.explained")
    assert event.note == "1条：已与缴费凭证核对无误"


@pytest.mark.parametrize("before", [True, False])
def test_a_word_on_the_file_is_the_word_on_the_bill(
    sign_in: Any, database: Database, before: bool
) -> None:
    """Said before the file is accepted or afterwards: nobody is asked twice."""
    client = sign_in("yixing")
    with_meter(client)
    rows = [bill("00123", "2026-09", "1000", "90000"), bill("00123", "2026-10", "1000", "670")]
    at = send(client, "bills", "k1", BILLS, *rows)
    key = re.search(r'name="chosen" value="(\w+)"', client.get(at).text)[1]  # type: ignore[index]
    said = {"words": "含补缴上年费用", "chosen": key}
    for act in ("words", "accept") if before else ("accept", "words"):
        assert client.send(f"{at}/{act}", said if act == "words" else {}).status_code == 303
    with database.reader() as reading:
        (word,) = reading.scalars(select(Explanation)).all()
        assert (word.month, word.words, word.number) == (202609, "含补缴上年费用", 1)
        assert word.doubt in ("price", "unit_trap")
    doubts = f"/energy/regions/{people.YIXING}/doubts"
    assert "含补缴上年费用" in client.get(f"{doubts}?state=given").text
    assert 'name="chosen"' not in client.get(f"{doubts}?rule={word.doubt}").text
    (event,) = _events(database, "bill.explained")
    assert "沿用导入" in event.note


def test_thresholds_are_the_provinces(sign_in: Any, database: Database) -> None:
    client = sign_in("yixing")
    with_meter(client)
    with database.transaction() as writing:
        row = writing.get(EnergyPolicy, people.JIANGSU)
        row = row or EnergyPolicy(province_code=people.JIANGSU)
        row.values = {"slip_high_electricity": "100"}
        writing.add(row)
    at = send(client, "bills", "k1", BILLS, bill("00123", "2026-09", "1000", "90000"))
    assert "单价超出" not in client.get(at).text
    dear = send(client, "bills", "k2", BILLS, bill("00123", "2026-09", "1000", "900000"))
    assert "单价超出0.2—100元/kWh" in client.get(dear).text


def test_a_file_is_looked_at_again_once_the_roster_has_grown(
    sign_in: Any, database: Database
) -> None:
    client = sign_in("yixing")
    with_meter(client)
    rows = [bill("00123", "2026-09", "1000"), bill("00777", "2026-09", "10", "6.5")]
    at = send(client, "bills", "k1", BILLS, *rows)
    assert "没有登记电户号“00777”" in client.get(at).text
    roster = send(client, "roster", "k2", ROSTER, school(2, "00777"))
    client.send(f"{roster}/accept")
    client.send(f"{at}/again")
    with database.reader() as reading:
        state = reading.scalar(select(Import.state).where(Import.key == "k1"))
    assert state is ImportState.REHEARSED
    assert len(_events(database, "import.checked")) == 1


def test_others_read_what_lies_in_their_place(sign_in: Any) -> None:
    officer = sign_in("yixing")
    with_meter(officer)
    wrong = send(officer, "bills", "k1", BILLS, bill("00123", "2026-09", "很多"))
    for role, place in (("city_reviewer", people.WUXI), ("coordinator", None), ("auditor", None)):
        reader = sign_in(role, place)
        listed = reader.get(HOME)
        assert "bills.csv" in listed.text
        assert "宜兴市" in listed.text
        assert "上传并核对" not in listed.text
        seen = reader.get(wrong)
        assert seen.status_code == 200
        assert "无法识别" in seen.text
        assert "重新核对" not in seen.text
        assert reader.get(f"{wrong}/annotated.xlsx").status_code == 200
    elsewhere = sign_in("city_reviewer", people.SUZHOU)
    assert "bills.csv" not in elsewhere.get(HOME).text
    assert elsewhere.get(wrong).status_code == 404
    assert elsewhere.get(f"{HOME}?code={people.YIXING}").status_code == 404
    neighbour = sign_in("officer", people.ZHANGJIAGANG)
    assert neighbour.get(wrong).status_code == 404
    assert neighbour.send(f"{wrong}/again").status_code == 404


def test_the_list_is_filtered_and_taken_along(sign_in: Any, database: Database) -> None:
    officer = sign_in("yixing")
    with_meter(officer)
    send(officer, "bills", "k1", BILLS, bill("00123", "2026-09", "很多"))
    coordinator = sign_in("coordinator")
    assert "roster.csv" not in coordinator.get(f"{HOME}?state=refused").text
    none = coordinator.get(f"{HOME}?code={people.ZHANGJIAGANG}").text
    assert "没有符合条件的文件" in none
    answer = coordinator.get(f"{HOME}/table.xlsx?code={people.YIXING}&kind=bills")
    [sheet] = read_workbook(answer.data, "表.xlsx")
    lines = [row for row in sheet.rows if "bills.csv" in row]
    assert [line[1:5] for line in lines] == [["宜兴市", "bills.csv", "能源账单", "有错误"]]
    [event] = _events(database, "table.exported")
    assert event.label == "能源数据导入"


@pytest.mark.parametrize("path", [HOME, "{at}"])
def test_questions_do_not_grow_with_the_rows(
    sign_in: Any, statements: Any, database: Database, path: str
) -> None:
    client = sign_in("yixing")
    with_meter(client)
    counts = []
    for size in (2, 30):
        rows = [bill("00123", f"20{year}-{month:02d}", "很多") for year, month in _months(size)]
        for number in range(size):
            at = send(client, "bills", f"k{size}-{number}", BILLS, *rows)
        with statements() as seen:
            assert client.get(path.format(at=at)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8, counts


def _months(size: int) -> list[tuple[int, int]]:
    return [(20 + number // 12, number % 12 + 1) for number in range(size)]


def test_a_template_comes_back_as_it_went(sign_in: Any, database: Database) -> None:
    """Downloaded, filled in, sent: everything is known again; sent twice, nothing changes."""
    client = sign_in("yixing")
    with_meter(client)
    blank = client.get(f"{HOME}/templates/roster.xlsx").data
    sent = client.send(
        HOME,
        {"kind": "roster", "key": "back", "file": (io.BytesIO(blank), "名录.xlsx")},
        content_type="multipart/form-data",
    )
    with database.reader() as reading:
        [result] = reading.scalars(select(Import.result).where(Import.key == "back"))
    assert result["counts"] == {"new": 0, "changed": 0, "same": 1, "wrong": 0}
    assert client.send(f"{sent.location}/accept").status_code == 303
