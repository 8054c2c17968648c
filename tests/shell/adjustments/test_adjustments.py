"""Non-routine adjustments: two signed papers make one count; a withdrawn one counts no more."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from custody.baselines.models import NonRoutine
from custody.baselines.rules.states import AdjustmentState
from custody.energy.models.roster import Meter
from custody.energy.rules.energies import Energy
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.conftest import SignIn
from tests.critic import Critic, page
from tests.factories import adjustments as arrange
from tests.factories import people
from tests.factories import savings as saving
from tests.factories.programme import upload

Statements = Callable[[], Any]
FORM = {
    "before": "20,000",
    "after": "21000",
    "rate": "0.5",
    "from_month": "202605",
    "until_month": "",
    "reason": "食堂扩建，验收单〔2026〕3号",
}
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def meter(database: Database, clock: Any) -> int:
    """宜兴市 has an adopted baseline and ten months of bills since then."""
    with database.transaction() as session:
        _, (power,) = saving.saved(session, people.YIXING)
        return int(power.id)


@pytest.fixture
def officer(sign_in: SignIn) -> Critic:
    return sign_in("yixing")


def drafted(officer: Critic, meter: int, **fields: str) -> str:
    """The address of a new draft."""
    form = officer.get(f"/baselines/meters/{meter}/adjustments/new")
    answer = officer.press(form, "保存草稿", {**FORM, **fields})
    assert answer.status_code == 303, page(answer).text()
    return str(answer.headers["Location"])


def sent(officer: Critic, address: str, slot: str, name: str) -> None:
    fields = {"slot": slot, "files": upload(PDF + name.encode(), name)}
    assert officer.press(officer.get(address), "上传", fields).status_code == 303


def saved(officer: Critic) -> str:
    return body(officer, f"/savings/regions/{people.YIXING}")


def body(officer: Critic, address: str) -> str:
    """Below menu, heading and the word on what was just done."""
    return re.sub(r"^.*?(算式|节约标煤)", "", page(officer.get(address)).text(), count=1)


def test_from_the_meter_to_the_savings_and_back(
    officer: Critic, meter: int, sign_in: SignIn, database: Database
) -> None:
    listed = f"/baselines/regions/{people.YIXING}/adjustments"
    assert "还没有非常规调整" in page(officer.get(listed)).text()
    found = officer.get(f"{listed}/meters?q=实验")
    assert f"/baselines/meters/{meter}/adjustments/new" in found.text
    empty = page(officer.get(f"{listed}/meters?q=没有的")).text()
    assert "没有名称或户号含“没有的”的户号" in empty
    form = officer.get(f"/baselines/meters/{meter}/adjustments/new")
    assert 'value="20000"' in form.text
    first = officer.press(form, "保存草稿", FORM)
    assert officer.press(form, "保存草稿", FORM).headers["Location"] == first.headers["Location"]
    address = first.headers["Location"]
    told = page(officer.get(address)).text()
    assert "(21,000 − 20,000) m² × 0.5 = 500" in told
    assert "每月增加500.00 kWh" in told
    figure = f"/savings/meters/{meter}/202605"
    before = body(officer, figure)
    assert "没有双方签认的非常规调整" in before
    refused = officer.press(officer.get(address), "登记双方已签认")
    assert refused.status_code == 422
    assert "请先上传用能单位签认件" in page(refused).text()
    assert "请先上传服务公司签认件" in page(refused).text()
    sent(officer, address, "owner", "业主签认.pdf")
    assert officer.press(officer.get(address), "登记双方已签认").status_code == 422
    sent(officer, address, "company", "公司签认.pdf")
    unsigned = saved(officer)
    assert "没有双方签认的非常规调整" in unsigned
    assert body(officer, figure) == before
    shown = officer.get(address)
    for _click in range(2):
        assert officer.press(shown, "登记双方已签认").status_code == 303
    after = body(officer, figure)
    for words in ("第1号", "500 kWh/月", "食堂扩建", "业主签认.pdf", "公司签认.pdf"):
        assert words in after
    assert saved(officer) != unsigned
    assert "第1号：建筑面积变化" in saved(officer)
    leader = sign_in("leader")
    seen = leader.get(address)
    assert "登记双方已签认" not in seen.text
    assert officer.send(address, FORM).status_code == 422
    files = officer.send(f"{address}/files/1/remove")
    assert files.status_code in (404, 422)
    again = officer.get(address)
    assert officer.press(again, "撤回", {"withdrawn_because": " "}).status_code == 422
    for _click in range(2):
        done = officer.press(again, "撤回", {"withdrawn_because": "食堂未启用"})
        assert done.status_code == 303
    assert body(officer, figure) == before
    assert saved(officer) == unsigned
    assert "食堂未启用" in page(officer.get(address)).text()
    with database.reader() as reading:
        rows = reading.execute(
            select(Event.action, func.count())
            .where(Event.kind == "adjustment")
            .group_by(Event.action)
            .order_by(Event.action)
        ).all()
        assert [tuple(row) for row in rows] == [
            ("adjustment.both_signed", 1),
            ("adjustment.drafted", 1),
            ("adjustment.one_signed", 1),
            ("adjustment.signed", 1),
            ("adjustment.withdrawn", 1),
        ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"before": "0"}, "变化前的数值应大于0"),
        ({"after": "20000"}, "变化前后的数值相同"),
        ({"rate": "0"}, "计算系数应大于0"),
        ({"rate": "许多"}, "无法识别"),
        ({"reason": " "}, "请写明变化的原因和依据"),
        ({"from_month": ""}, "请选择生效月份"),
        ({"from_month": "202607", "until_month": "202606"}, "终止月份早于生效月份"),
        ({"from_month": "202512"}, "生效月份不在可选范围内"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_makes_no_sense_is_refused(
    officer: Critic, meter: int, fields: dict[str, str], words: str
) -> None:
    answer = officer.send(
        f"/baselines/meters/{meter}/adjustments/new?driver=area", {**FORM, **fields}
    )
    assert answer.status_code == 422
    assert words in page(answer).text()
    assert "食堂扩建" in answer.text or "reason" in fields


@pytest.mark.parametrize(
    ("driver", "fields", "formula"),
    [
        ("people", {"before": "1200", "after": "900", "rate": "2"}, "(900 − 1,200) 人 × 2 = -600"),
        ("hours", {"before": "200", "after": "250", "rate": "800"}, "× (250 ÷ 200 − 1) = 200"),
        ("equipment", {"before": "0", "after": "12", "rate": "100"}, "(12 − 0) × 100 小时 = 1,200"),
        ("price", {"before": "0.6", "after": "0.7", "rate": "900"}, "900 × (0.7 − 0.6) 元 = 90"),
        ("price", {"before": "0.6", "after": "0.7", "rate": "900"}, "单价每kWh增加0.1元"),
        ("area", {"after": "20100", "trigger": "5"}, "未超过约定的5.0%，不作调整"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_every_driver_has_its_formula(
    officer: Critic, meter: int, driver: str, fields: dict[str, str], formula: str,
    database: Database,
) -> None:  # fmt: skip
    address = f"/baselines/meters/{meter}/adjustments/new?driver={driver}"
    answer = officer.send(address, {**FORM, **fields})
    assert answer.status_code == 303, page(answer).text()
    assert formula in page(officer.get(answer.headers["Location"])).text()
    with database.reader() as reading:
        row = reading.scalars(select(NonRoutine)).one()
    wanted = {"people": -600, "hours": 200, "equipment": 1200, "price": 0, "area": 0}
    assert row.quantity == Decimal(wanted[driver])


def test_two_people_correct_one_draft(
    officer: Critic, meter: int, sign_in: SignIn, database: Database
) -> None:
    address = drafted(officer, meter)
    mine, other = officer.get(address), sign_in("yixing2")
    assert other.press(other.get(address), "保存修改", {"after": "22000"}).status_code == 303
    answer = officer.press(mine, "保存修改", {"after": "23000"})
    assert answer.status_code == 409
    told = page(answer).text()
    assert "22000" in told
    assert "23000" in told
    assert officer.press(mine, "登记双方已签认").status_code == 409
    assert officer.press(answer, "保存修改", {"after": "23000"}).status_code == 303
    with database.reader() as reading:
        assert reading.scalars(select(NonRoutine.quantity)).one() == 1500


def test_papers_are_taken_away_and_downloads_recorded(
    officer: Critic, meter: int, sign_in: SignIn, database: Database
) -> None:
    address = drafted(officer, meter)
    sent(officer, address, "evidence", "验收单.pdf")
    shown = officer.get(address)
    assert "验收单.pdf" in shown.text
    link = re.search(rf"{address}/files/\d+", shown.text)
    assert link is not None
    read = sign_in("auditor").get(link.group())
    assert read.status_code == 200
    assert read.data.startswith(PDF)
    assert officer.press(shown, "移除").status_code == 303
    assert officer.get(link.group()).status_code == 404
    nothing = officer.press(officer.get(address), "上传", {"slot": "owner"})
    assert nothing.status_code == 422
    assert "请先选择要上传的文件" in nothing.text
    with database.reader() as reading:
        actions = reading.scalars(
            select(Event.action).where(Event.kind == "adjustment").order_by(Event.id)
        ).all()
    assert actions == [
        "adjustment.drafted",
        "adjustment.file_added",
        "adjustment.file_downloaded",
        "adjustment.file_removed",
    ]


def test_of_another_region_there_is_nothing(
    meter: int, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        number = arrange.drafted(session, session.get_one(Meter, meter)).id
    other = sign_in("xishan")
    for path in (
        f"/baselines/regions/{people.YIXING}/adjustments",
        f"/baselines/meters/{meter}/adjustments/new",
        f"/baselines/adjustments/{number}",
    ):
        assert other.get(path).status_code == 404
    for verb in ("", "/sign", "/withdraw", "/files"):
        assert other.send(f"/baselines/adjustments/{number}{verb}").status_code == 404


def test_as_many_statements_for_one_as_for_twenty(
    officer: Critic, meter: int, database: Database, statements: Statements
) -> None:
    address = f"/baselines/regions/{people.YIXING}/adjustments"
    counts = []
    for size in (1, 20):
        with database.transaction() as session:
            _some(session, meter, size)
        with statements() as seen:
            officer.get(address)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    book = CalamineWorkbook.from_filelike(io.BytesIO(officer.get(f"{address}.xlsx").data))
    rows = book.get_sheet_by_index(0).to_python()
    told = [row for row in rows if str(row[0]).startswith("第")]
    assert len(told) == 20
    assert "待双方签认" in told[0]
    only = page(officer.get(f"{address}?state=signed")).text()
    assert "没有“已生效”的非常规调整" in only


def _some(session: Session, meter: int, size: int) -> None:
    row = session.get_one(Meter, meter)
    have = session.scalar(select(func.count()).select_from(NonRoutine)) or 0
    for number in range(have, size):
        arrange.drafted(session, row, key=f"some-{number}")


def test_a_signed_one_of_the_verbs_moves_its_months(meter: int, database: Database) -> None:
    from tests.shell.savings.test_saved import of_yixing

    with database.transaction() as session:
        row = session.get_one(Meter, meter)
        before = of_yixing(session).whole().of(Energy.ELECTRICITY)
        draft = arrange.drafted(session, row)
        same = of_yixing(session).whole().of(Energy.ELECTRICITY)
        arrange.signed(session, row, key="second", from_month=202605, until_month=202607)
        after = of_yixing(session).whole().of(Energy.ELECTRICITY)
        assert draft.state is AdjustmentState.DRAFT
    assert before is not None
    assert same is not None
    assert after is not None
    assert same.saved == before.saved
    assert after.saved == pytest.approx(before.saved + 3 * 500)
