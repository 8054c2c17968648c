"""What contracts, settlements and milestones are told by baseline and savings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from custody.contracts import snapshot
from custody.contracts.models.settlement import Settlement
from custody.energy.rules.energies import Energy
from custody.infra.db import Database
from tests.conftest import SignIn
from tests.critic import page
from tests.factories import people, settlements
from tests.factories import savings as arrange

REGION = f"/regions/{people.YIXING}"


@pytest.fixture
def contract(database: Database, clock: Any) -> int:
    """With a promise for its first year, and a region that saved since it began."""
    with database.transaction() as session:
        arrange.saved(session, people.YIXING, Energy.ELECTRICITY, Energy.WATER)
        return int(settlements.signed_contract(session, people.YIXING).id)


def begun(client: Any) -> str:
    answer = client.press(client.get("/settlements"), "起草2026年第一季度结算单")
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def draft(database: Database) -> Any:
    with database.reader() as session:
        return snapshot.kept(session.scalars(select(Settlement)).one().draft)


def test_a_settlement_begins_with_the_adopted_quantities(
    contract: int, sign_in: SignIn, database: Database
) -> None:
    client = sign_in("yixing")
    here = begun(client)
    (base,) = draft(database).bases
    assert base.energy.value == "electricity"
    assert abs(base.quantity - 1_415_000) < 30_000
    assert "宜兴市能源基准第1版" in base.source
    words = page(client.get(here)).text()
    assert "年基准用量" in words
    assert "合同：3,650,000" in words

    fields = {"bases-0-quantity": "3650000", "bases-0-source": ""}
    answer = client.press(client.get(here), "定稿", fields)
    assert answer.status_code == 422
    assert "请写明电年基准用量的依据" in page(answer).text()
    fields["bases-0-source"] = "合同附件二"
    assert client.press(client.get(here), "保存草稿", fields).status_code == 303
    assert draft(database).bases[0].source == "合同附件二"
    assert "900,000 kWh × 0.68 元/kWh" in page(client.get(here)).text()
    assert client.press(client.get(here), "保存草稿", {"bases-0-quantity": ""}).status_code == 303
    assert "900,000 kWh × 0.68 元/kWh" in page(client.get(here)).text()


def test_the_saving_of_the_period_is_offered_with_its_source(
    contract: int, sign_in: SignIn, database: Database
) -> None:
    client = sign_in("yixing")
    here = begun(client)
    shown = client.get(here)
    assert "系统核算：宜兴市能源基准第1版，2026年1月—2026年3月，当量值" in page(shown).text()
    taken = client.press(shown, "填入系统核算的节能量")
    assert taken.status_code == 200
    assert draft(database).verified is None
    assert client.press(taken, "保存草稿").status_code == 303
    kept = draft(database)
    assert kept.verified is not None
    assert kept.verified > Decimal(1)
    assert kept.verified_source.startswith("系统核算：宜兴市能源基准第1版")


def test_promises_stand_beside_savings(contract: int, sign_in: SignIn) -> None:
    client = sign_in("leader")
    words = page(client.get(f"/savings{REGION}/guarantee")).text()
    assert "第1年" in words
    assert "2026年1月—2026年10月" in words
    assert "本年度未满" in words
    assert client.get(f"/savings{REGION}").status_code == 200
    none = page(client.get("/savings/regions/320582/guarantee")).text()
    assert "没有约定承诺节能量的已签订合同" in none


def test_milestones_tell_of_baseline_and_savings(
    contract: int, sign_in: SignIn, database: Database
) -> None:
    client = sign_in("yixing")
    verified = page(client.get(f"{REGION}/milestones/M22")).text()
    assert "2026年1—10月 节约" in verified
    assert "托管第1年" in verified
    assert "能源基准第" not in page(client.get(f"{REGION}/milestones/M19")).text()


def test_the_baselines_milestone_tells_who_adopted_it(
    database: Database, clock: Any, sign_in: SignIn
) -> None:
    with database.transaction() as session:
        arrange.saved(session, "320205")
    client = sign_in("coordinator")
    words = page(client.get("/regions/320205/milestones/M05")).text()
    assert "第1版（已采用）" in words
    assert "2023年1月—2025年12月" in words
    today = date(2026, 11, 22)
    assert f"采用日期 {today.year}年{today.month}月{today.day}日" in words
