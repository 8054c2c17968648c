"""Doubts over HTTP: told, filtered, explained one by one and at once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from custody.energy.models.bills import Bill
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.conftest import SignIn
from tests.critic import page
from tests.factories import energy, people
from tests.factories.report_pages import REGION, explain_all, explained, texts


def test_doubts_name_rule_threshold_and_source_and_keep_who_explained(
    meter: int, sign_in: SignIn
) -> None:
    officer = sign_in("yixing")
    words = texts(officer, f"{REGION}/doubts")
    for told in (
        "与上年同月相比变化大",
        "日均用量比上年同月增加",
        "±30%",
        "山东公共机构能源审计工作要求",
        "市实验小学",
        "2026年10月",
        "未说明",
    ):
        assert told in words, told
    explain_all(officer)
    assert "没有未说明的存疑账单" in texts(officer, f"{REGION}/doubts")
    given = texts(sign_in("auditor"), f"{REGION}/doubts?state=given")
    assert "新装空调" in given
    assert "宜报，11月22日" in given


def test_doubts_are_filtered(meter: int, sign_in: SignIn) -> None:
    client = sign_in("wuxi")
    assert "存疑2 处" in texts(client, f"{REGION}/doubts?month=202610&q=实验").replace(" 2", "2")
    assert "没有符合条件" in texts(client, f"{REGION}/doubts?q=三中")
    assert "没有符合条件" in texts(client, f"{REGION}/doubts?month=202609")
    only = texts(client, f"{REGION}/doubts?rule=price")
    assert "单价1.8元/kWh" in only
    assert "日均用量比上年同月" not in only
    assert texts(client, f"{REGION}/doubts?rule=x&month=1&state=y&page=z")


def test_all_that_pass_the_filter_are_explained_at_once(
    database: Database, clock: Any, sign_in: SignIn
) -> None:
    with database.transaction() as session:
        for number in range(30):
            energy.doubled(session, name=f"第{number}小学")
    officer = sign_in("yixing")
    shown = officer.get(f"{REGION}/doubts?rule=year_change")
    assert "说明筛选出的全部" not in page(shown).text()  # they all stand on one page
    shown = officer.get(f"{REGION}/doubts")
    answer = officer.press(shown, "说明筛选出的全部 60 处", {"words": "新装空调"})
    assert answer.status_code == 303
    assert len(explained(database)) == 60
    again = officer.press(shown, "说明筛选出的全部 60 处", {"words": "别的话"})
    assert again.status_code == 409
    assert {words for _, words in explained(database)} == {"新装空调"}


def test_a_word_is_needed_and_what_was_ticked_stays_ticked(meter: int, sign_in: SignIn) -> None:
    officer = sign_in("yixing")
    shown = officer.get(f"{REGION}/doubts")
    boxes = [
        box.get("value") or "" for box in page(shown).all("input") if box.get("name") == "chosen"
    ]
    refused = officer.press(shown, "说明所选", {"chosen": boxes[:1]})
    assert refused.status_code == 422
    assert "请写明原因" in page(refused).problems[0]
    ticked = [box for box in page(refused).all("input") if box.get("checked") is not None]
    assert [box.get("value") for box in ticked] == boxes[:1]
    none = officer.press(shown, "说明所选", {"words": "新装空调"})
    assert none.status_code == 422


def test_a_bill_corrected_meanwhile_is_not_explained(
    meter: int, sign_in: SignIn, database: Database
) -> None:
    officer = sign_in("yixing")
    shown = officer.get(f"{REGION}/doubts")
    boxes = [
        box.get("value") or "" for box in page(shown).all("input") if box.get("name") == "chosen"
    ]
    with database.transaction() as session:
        session.get_one(Bill, (meter, 202610)).number = 2
    answer = officer.press(shown, "说明所选", {"words": "新装空调", "chosen": boxes})
    assert answer.status_code == 409
    assert "已被更正" in page(answer).problems[0]
    assert explained(database) == []


@pytest.mark.parametrize("key", ["1-202610-1", "x", "999999-202610-1-price", "1-209913-1-price"])
def test_keys_of_elsewhere_do_not_exist(
    meter: int, sign_in: SignIn, database: Database, key: str
) -> None:
    officer = sign_in("yixing")
    data = {"chosen": key, "words": "新装空调", "act": "chosen"}
    assert officer.send(f"{REGION}/doubts", data).status_code == 404
    with database.transaction() as session:
        foreign = energy.doubled(session, people.ZHANGJIAGANG)
        data["chosen"] = f"{foreign.id}-202610-1-year_change"
    assert officer.send(f"{REGION}/doubts", data).status_code == 404


def test_explaining_twice_changes_nothing(meter: int, sign_in: SignIn, database: Database) -> None:
    officer = sign_in("yixing")
    shown = officer.get(f"{REGION}/doubts")
    boxes = [
        box.get("value") or "" for box in page(shown).all("input") if box.get("name") == "chosen"
    ]
    for _ in range(2):
        data = {"words": "新装空调", "chosen": boxes}
        assert officer.press(shown, "说明所选", data).status_code == 303
    assert len(explained(database)) == 2
    with database.reader() as session:
        assert len(session.scalars(select(Event).filter_by(action="bill.explained")).all()) == 1
