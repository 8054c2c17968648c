"""A version over HTTP: from the months before a fit to the adopted one, and what is refused on the way."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from custody.baselines import runner
from custody.baselines.models import Baseline, Comment, Line
from custody.baselines.rules.states import State
from custody.baselines.views import begin as begin_views
from custody.baselines.views import decisions as decision_views
from custody.energy.models.bills import Bill
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.jobs.models import Job
from custody.jobs.runner import run_all
from custody.mv.custody_rule import Change
from tests.conftest import SignIn
from tests.critic import page
from tests.factories import baselines as made
from tests.factories.baseline_pages import YIXING, draft, events, row, text

ANSWERS = {f"answer_{test.value}": "no" for test in Change}


def test_the_months_are_shown_before_a_version_is_begun(metered: int, sign_in: SignIn) -> None:
    client = sign_in("yixing")
    words = text(client, f"/baselines/regions/{YIXING}/new")
    assert "2023年1月—2025年12月" in words  # what the bills suggest
    assert "100.0%" in words
    assert "0 户月" in words
    short = text(client, f"/baselines/regions/{YIXING}/new?until=202602&years=1")
    assert "2025年3月—2026年2月" in short
    assert "1 户不足一年" in short
    odd = text(client, f"/baselines/regions/{YIXING}/new?until=9&years=x")
    assert "2023年1月—2025年12月" in odd


def test_from_the_questions_to_the_adopted_version(
    metered: int, sign_in: SignIn, database: Database
) -> None:
    officer, city, province = sign_in("yixing"), sign_in("wuxi"), sign_in("coordinator")
    form = officer.get(f"/baselines/regions/{YIXING}/new")
    refused = officer.press(form, "开始计算", {**ANSWERS, "answer_added": "explained"})
    assert refused.status_code == 422
    assert "请说明“新增建筑或区域投用”的情况" in refused.text
    assert page(refused).form("开始计算") is not None
    answer = officer.press(
        refused, "开始计算", {"words_added": "图书馆九月启用，影响不足1%", "note": "已对账"}
    )
    assert answer.status_code == 303
    number = int(answer.headers["Location"].rpartition("/")[2])
    assert row(database, number).state is State.DRAFT  # few meters: at once
    shown = officer.get(f"/baselines/{number}")
    assert "可比但须说明" in page(shown).text()
    assert "图书馆九月启用" in page(shown).text()

    proposed = officer.press(shown, "提交省级采用")
    assert proposed.status_code == 303
    assert "提交省级采用" not in text(officer, f"/baselines/{number}")

    seen = city.get(f"/baselines/{number}")
    assert "采用或退回" not in page(seen).text()
    empty = city.press(seen, "提出意见", {"party": "某第三方"})
    assert (empty.status_code, "请填写意见内容" in empty.text) == (422, True)
    said = city.press(empty, "提出意见", {"words": "请核对七月账单"})
    assert said.status_code == 303

    decision = province.get(f"/baselines/{number}")
    assert "某第三方（由" in page(decision).text()
    assert province.press(decision, "退回区县修改").status_code == 422
    back = province.press(decision, "退回区县修改", {"reason": "七月偏高，请核对"})
    assert back.status_code == 303
    again = officer.get(f"/baselines/{number}")
    assert "七月偏高，请核对" in page(again).text()
    assert officer.press(again, "提交省级采用").status_code == 303

    assert province.press(province.get(f"/baselines/{number}"), "采用").status_code == 303
    assert row(database, number).state is State.ADOPTED
    assert events(database) == [
        *("baseline.started", "baseline.fitted", "baseline.proposed", "baseline.commented"),
        *("baseline.returned", "baseline.proposed", "baseline.adopted"),
    ]
    frozen = page(officer.get(f"/baselines/{number}")).text()
    for gone in ("提交省级采用", "按能源统一选用方法", "采用或退回", "放弃这一版"):
        assert gone not in frozen
    assert "现行基准：第1版" in text(officer, f"/baselines/regions/{YIXING}")


def test_a_large_region_is_fitted_in_the_background(
    metered: int,
    sign_in: SignIn,
    database: Database,
    store: FileStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(begin_views, "AT_ONCE", 1)
    monkeypatch.setattr(decision_views, "AT_ONCE", 1)
    officer = sign_in("yixing")
    form = officer.get(f"/baselines/regions/{YIXING}/new")
    first = officer.press(form, "开始计算", ANSWERS)
    second = officer.press(form, "开始计算", ANSWERS)
    assert first.headers["Location"] == second.headers["Location"]  # the same form twice
    number = int(first.headers["Location"].rpartition("/")[2])
    waiting = officer.get(f"/baselines/{number}")
    assert "正在计算" in page(waiting).text()
    with database.reader() as session:
        [job] = session.scalars(select(Job)).all()
    assert f'data-job="/jobs/{job.id}"' in waiting.text
    assert "data-job" not in sign_in("coordinator").get(f"/baselines/{number}").text
    assert run_all(database, store, {job.kind: runner.fit}) == 1
    shown = officer.get(f"/baselines/{number}")
    assert "提交前请核对" in page(shown).text() or "地区合计" in page(shown).text()
    assert officer.press(shown, "重新计算").status_code == 303
    assert row(database, number).state is State.FITTING
    assert "正在后台重新计算" in page(officer.get(f"/baselines/{number}")).text()


def test_without_meters_nothing_is_begun(sign_in: SignIn, database: Database) -> None:
    officer = sign_in("yixing")
    assert "还没有单位名录" in text(officer, f"/baselines/regions/{YIXING}")
    form = officer.get(f"/baselines/regions/{YIXING}/new")
    answer = officer.press(form, "开始计算", ANSWERS)
    assert answer.status_code == 422
    assert "没有纳入托管的计量户号" in answer.text
    with database.reader() as session:
        assert session.scalars(select(Baseline)).all() == []


def test_bills_that_changed_since_the_fit_ask_for_another(
    metered: int, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        number = int(made.proposed(session, YIXING).id)
        session.execute(update(Bill).where(Bill.month == 202507).values(use=Bill.use + 1, number=2))
    province = sign_in("coordinator")
    answer = province.press(province.get(f"/baselines/{number}"), "采用")
    assert answer.status_code == 422
    assert "重新拟合" in answer.text
    assert row(database, number).state is State.PROPOSED


def test_a_step_twice_is_done_once_and_a_late_one_is_told(
    metered: int, sign_in: SignIn, database: Database
) -> None:
    number, officer = draft(database), sign_in("yixing")
    seen = officer.get(f"/baselines/{number}")
    for _ in range(2):
        assert officer.press(seen, "提交省级采用").status_code == 303
    late = officer.press(seen, "放弃这一版")
    assert (late.status_code, "待省级采用" in late.text) == (422, True)
    late = officer.press(seen, "统一选用", {"words": "按气温"})
    assert (late.status_code, "不能办理这一步" in late.text) == (422, True)
    province = sign_in("coordinator")
    decision = province.get(f"/baselines/{number}")
    for _ in range(2):
        assert province.press(decision, "采用").status_code == 303
    assert province.press(decision, "退回区县修改", {"reason": "晚了"}).status_code == 422
    assert events(database)[2:] == ["baseline.proposed", "baseline.adopted"]


def test_a_comment_sent_twice_is_one(metered: int, sign_in: SignIn, database: Database) -> None:
    with database.transaction() as session:
        number = int(made.proposed(session, YIXING).id)
    city = sign_in("wuxi")
    seen = city.get(f"/baselines/{number}")
    for _ in range(2):
        assert city.press(seen, "提出意见", {"words": "同意"}).status_code == 303
    with database.reader() as session:
        assert [one.words for one in session.scalars(select(Comment))] == ["同意"]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_another_region_s_line_is_not_found(
    metered: int, sign_in: SignIn, database: Database
) -> None:
    number = draft(database)
    with database.transaction() as session:
        made.metered(session, "320582")
        other = made.begun(session, "320582", key="other", at_once=True)
        foreign = session.scalars(select(Line).where(Line.baseline_id == other.id)).one()
        there, owner, line = other.id, foreign.institution_id, foreign.id
    officer = sign_in("yixing")
    for path in (
        f"/baselines/{there}",
        f"/baselines/{number}/institutions/{owner}",
        f"/baselines/{number}/differences?with={there}",
        f"/baselines/{number}/table.xlsx?institution={owner}",
        "/baselines/regions/320582",
    ):
        assert officer.get(path).status_code == 404, path
    assert officer.send(f"/baselines/{number}/lines/{line}/choose").status_code == 404
    province = sign_in("coordinator")
    assert province.get(f"/baselines/{there}/institutions/{metered}").status_code == 404
