"""Adjustments of a whole institution are spread by the bases; prices move the yuan."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from custody.accounts.rules import Role
from custody.baselines import recomputed
from custody.baselines.actions import adjustments as actions
from custody.baselines.adjusted import adjustments_of
from custody.baselines.models import NonRoutine
from custody.baselines.rules.spreading import from_plain
from custody.contracts.queries.saved import repriced_of, saving_of
from custody.contracts.rules.contract import Energy as Contracted
from custody.energy.rules.energies import Energy
from custody.infra import clock as clocks
from custody.infra.db import Database
from custody.infra.journal import Event
from custody.kernel.periods import Month
from custody.kernel.problems import Refused
from custody.mv.adjust import Driver
from custody.regions.models import Region
from tests.conftest import SignIn
from tests.critic import Critic, page
from tests.factories import adjustments as arrange
from tests.factories import baselines, people
from tests.factories import savings as saving
from tests.factories.programme import account_at
from tests.shell.adjustments.test_adjustments import FORM, drafted, sent
from tests.shell.savings.test_saved import of_yixing

PRICE = {"before": "0.7", "after": "0.75", "rate": "100000", "reason": "电价调整文件〔2026〕9号"}


@pytest.fixture
def meters(database: Database, clock: Any) -> tuple[int, int]:
    """Two electricity meters of a school; the second one's base is three times the first's."""
    with database.transaction() as session:
        _, (one, other) = saving.saved(
            session, people.YIXING, Energy.ELECTRICITY, Energy.ELECTRICITY
        )
        return one.id, other.id


@pytest.fixture
def officer(sign_in: SignIn) -> Critic:
    return sign_in("yixing")


def whole(officer: Critic, meter: int, driver: str = "area", **fields: str) -> str:
    address = f"/baselines/meters/{meter}/adjustments/new?driver={driver}&whole=1"
    answer = officer.press(officer.get(address), "保存草稿", {**FORM, **fields})
    assert answer.status_code == 303, page(answer).text()
    return str(answer.headers["Location"])


def both_signed(officer: Critic, address: str) -> None:
    for slot in ("owner", "company"):
        sent(officer, address, slot, f"{slot}.pdf")
    assert officer.press(officer.get(address), "登记双方已签认").status_code == 303


def test_a_whole_institution_is_spread_over_its_meters(
    officer: Critic, meters: tuple[int, int], database: Database
) -> None:
    one, other = meters
    listed = f"/baselines/regions/{people.YIXING}/adjustments"
    assert "全机构" in officer.get(f"{listed}/meters").text
    form = officer.get(f"/baselines/meters/{one}/adjustments/new?whole=1")
    assert "分摊到 2 个户号" in page(form).text()
    assert "设备" not in [tab for tab in ("设备",) if f">{tab}</a>" in form.text]
    address = whole(officer, one)
    told = page(officer.get(address)).text()
    assert "全机构 2 个户号" in told
    assert "分摊到户号" in told
    both_signed(officer, address)
    with database.transaction() as session:
        row = session.scalars(select(NonRoutine)).one()
        parts = {part.meter: part for part in from_plain(row.spread or {})}
        assert parts.keys() == {one, other}
        assert sum(part.share for part in parts.values()) == 1
        assert float(parts[other].share) == pytest.approx(0.75, abs=0.001)
        assert sum(part.quantity for part in parts.values()) == 500
        found = of_yixing(session)
        for meter, part in parts.items():
            place = found.place_of(meter)
            moved = found.meters.reckoned.adjustment[place, 4:]
            assert moved == pytest.approx([float(part.quantity)] * 6)
        assert adjustments_of(session, [one, other]) == {one: [row], other: [row]}
        assert list(recomputed.adjustment_differences(session)) == []
        event = session.scalars(select(Event).where(Event.action == "adjustment.drafted")).one()
        assert "按能源基准第1版分摊" in str(event.changes["spread"])
    for meter in meters:
        trace = page(officer.get(f"/savings/meters/{meter}/202605")).text()
        assert "全机构2个电户号，按能源基准第1版的基准用量分摊" in trace
    assert "全机构 2 个户号" in page(officer.get(listed)).text()
    exported = officer.get(f"{listed}.xlsx")
    assert exported.status_code == 200


def test_shares_follow_the_baseline_until_they_are_signed(
    officer: Critic, meters: tuple[int, int], database: Database
) -> None:
    address = whole(officer, meters[0])
    for slot in ("owner", "company"):
        sent(officer, address, slot, f"{slot}.pdf")
    with database.transaction() as session:
        row = session.scalars(select(NonRoutine)).one()
        row.spread = {**(row.spread or {}), "baseline": 999}
    refused = officer.press(officer.get(address), "登记双方已签认")
    assert refused.status_code == 422
    assert "已被替代" in page(refused).text()
    assert officer.press(officer.get(address), "保存修改").status_code == 303
    assert officer.press(officer.get(address), "登记双方已签认").status_code == 303


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_cannot_be_spread_is_refused(
    officer: Critic, meters: tuple[int, int], database: Database
) -> None:
    with database.transaction() as session:
        (alone,) = baselines.metered(session, people.YIXING, name="新建学校")
        number = alone.id
    address = f"/baselines/meters/{number}/adjustments/new?whole=1"
    assert "还没有已采用的基准" in page(officer.get(address)).text()
    answer = officer.press(officer.get(address), "保存草稿", FORM)
    assert answer.status_code == 422
    assert "不能按基准用量分摊" in page(answer).text()
    with database.transaction() as session, pytest.raises(Refused, match="按所接的户号登记"):
        actions.add(
            session,
            actor=account_at(session, Role.OFFICER, people.YIXING),
            now=clocks.now(),
            meter=meters[0],
            key="equipment",
            wanted=arrange.wanted(driver=Driver.EQUIPMENT),
            whole=True,
        )


def test_a_price_moves_the_yuan_from_its_month_on(
    officer: Critic, meters: tuple[int, int], database: Database
) -> None:
    one, other = meters
    with database.reader() as session:
        before = of_yixing(session).whole()
    address = whole(officer, one, "price", from_month="202605", **PRICE)
    with database.reader() as session:
        assert of_yixing(session).whole() == before
    both_signed(officer, address)
    with database.reader() as session:
        after = of_yixing(session)
        total = after.whole()
        reckoned = after.meters.reckoned
        step = 0.05 * float(reckoned.saved[:, 4:].sum())
        assert total.cost == pytest.approx(before.cost + step)
        assert total.money.repriced == pytest.approx(0.05 * float(reckoned.adjusted[:, 4:].sum()))
        assert total.coal == before.coal
        assert list(recomputed.adjustment_differences(session)) == []
        region = session.get_one(Region, people.YIXING)
        quarter = (Month(2026, 4).first, Month(2026, 6).last)
        told = repriced_of(session, region, *quarter)[Contracted.ELECTRICITY]
        assert told.step == pytest.approx(Decimal("0.05") * 2 / 3)
        assert "第1号" in told.source
        assert repriced_of(session, region, Month(2026, 1).first, Month(2026, 3).last) == {}
        offered = saving_of(session, region, *quarter)
        assert offered is not None
        assert "含签认的价格调整" in offered.words
    for meter in (one, other):
        trace = page(officer.get(f"/savings/meters/{meter}/202605")).text()
        assert "+ 0.05（双方签认的第1号价格调整）" in trace
        assert "单价增加 0.05 元/kWh" in trace
        assert "双方签认的第1号" not in page(officer.get(f"/savings/meters/{meter}/202604")).text()
    shown = officer.get(f"/savings/regions/{people.YIXING}").text
    assert "价格调整：+" in shown
    assert "从基准费用到实际用量的费用" in shown


def test_a_share_changed_behind_our_back(
    officer: Critic, meters: tuple[int, int], database: Database
) -> None:
    both_signed(officer, whole(officer, meters[0]))
    with database.transaction() as session:
        row = session.scalars(select(NonRoutine)).one()
        kept = row.spread or {}
        first, *rest = kept["parts"]
        row.spread = {**kept, "parts": [{**first, "year": "1.0000"}, *rest]}
        session.flush()
        told = list(recomputed.adjustment_differences(session))
        assert any("与能源基准第1版不符" in words for words in told)
        row.spread = {**kept, "parts": [{**first, "quantity": "900.0000"}, *rest]}
        session.flush()
        (words,) = recomputed.adjustment_differences(session)
        assert "每月900.0000" in words


def test_of_one_meter_nothing_else_moves(
    officer: Critic, meters: tuple[int, int], database: Database
) -> None:
    both_signed(officer, drafted(officer, meters[0]))
    with database.reader() as session:
        row = session.scalars(select(NonRoutine)).one()
        assert row.spread is None
        assert adjustments_of(session, meters) == {meters[0]: [row]}
