"""The pages of baselines: from the months before a fit to the adopted version, and its papers."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from custody.accounts.rules import Role
from custody.baselines import runner
from custody.baselines.actions.papers import KIND as PAPER
from custody.baselines.models import Baseline, Comment, Line
from custody.baselines.rules.states import State
from custody.baselines.views import begin as begin_views
from custody.baselines.views import decisions as decision_views
from custody.baselines.views import papers, version
from custody.energy.models.bills import Bill
from custody.energy.rules.energies import Energy
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.infra.journal import Event
from custody.jobs.models import Job
from custody.jobs.queries import results
from custody.jobs.runner import run_all
from custody.mv.custody_rule import Change
from tests.conftest import Clock, SignIn
from tests.critic import Critic, page
from tests.factories import baselines as made
from tests.factories.programme import account_at

YIXING = "320282"
Statements = Callable[[], Any]


def text(client: Critic, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return page(answer).text()


def events(database: Database) -> list[str]:
    with database.reader() as session:
        return list(
            session.scalars(
                select(Event.action).where(Event.kind.in_(("baseline", "table"))).order_by(Event.id)
            )
        )


@pytest.fixture
def metered(database: Database, clock: Clock) -> int:
    """宜兴市 has a school with electricity and water, bills of three years and weather."""
    with database.transaction() as session:
        power, _ = made.metered(session, YIXING, Energy.ELECTRICITY, Energy.WATER)
        made.weather(session, YIXING)
        return int(power.institution_id)


def draft(database: Database, **how: object) -> int:
    with database.transaction() as session:
        return int(made.begun(session, YIXING, at_once=True, **how).id)


def row(database: Database, number: int) -> Baseline:
    with database.reader() as session:
        return session.get_one(Baseline, number)


def lines(database: Database, number: int) -> list[Line]:
    with database.reader() as session:
        return list(
            session.scalars(select(Line).where(Line.baseline_id == number).order_by(Line.id))
        )


ANSWERS = {f"answer_{test.value}": "no" for test in Change}


# --- begun -------------------------------------------------------------------------------------


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


# --- lines -------------------------------------------------------------------------------------


def test_both_methods_stand_side_by_side(metered: int, sign_in: SignIn, database: Database) -> None:
    number = draft(database)
    words = text(sign_in("leader"), f"/baselines/{number}")
    power, water = lines(database, number)
    for line in (power, water):
        assert f"{line.rule_use:,.0f}" in words
        assert f"{line.model_use:,.0f}" in words
    card = text(sign_in("leader"), f"/baselines/{number}/institutions/{metered}")
    for told in ("惯例法", "回归法", "CV(RMSE)", "NMBE", "FSU", "波动在允许范围内", "2025年12月止"):
        assert told in card, told
    assert "保存选用" not in card


def test_a_meter_s_method_is_chosen_with_a_word(
    metered: int, sign_in: SignIn, database: Database
) -> None:
    number, officer = draft(database), sign_in("yixing")
    power, _ = lines(database, number)
    path = f"/baselines/{number}/institutions/{metered}"
    prefix = f"m{power.id}-"
    choosing = {f"{prefix}chosen": "regression"}
    url = f"/baselines/{number}/lines/{power.id}/choose"
    version_ = {f"{prefix}version": str(row(database, number).version), f"{prefix}seen": "rule"}
    refused = officer.send(url, {**version_, **choosing})
    assert refused.status_code == 422
    assert "请写明选用理由" in refused.text
    assert "保存选用" in refused.text
    told = {**version_, **choosing, f"{prefix}words": "气温影响明显"}
    assert officer.send(url, told).status_code == 303
    assert officer.send(url, told).status_code == 303  # a double click
    chosen = lines(database, number)[0]
    assert (chosen.chosen, chosen.words) == ("regression", "气温影响明显")
    assert events(database).count("baseline.chosen") == 1
    assert "气温影响明显" in text(officer, path)

    # Somebody decided the other meter meanwhile: nobody's way is barred …
    other = lines(database, number)[1]
    about = f"m{other.id}-"
    stale = {**version_, f"{about}version": version_[f"{prefix}version"], f"{about}seen": "rule"}
    answer = officer.send(
        f"/baselines/{number}/lines/{other.id}/choose",
        {**stale, f"{about}chosen": "regression", f"{about}words": "同上"},
    )
    assert answer.status_code == 303
    # … but of the same meter both opinions are shown.
    clash = officer.send(url, {**version_, f"{prefix}chosen": "", f"{prefix}words": "停用"})
    assert clash.status_code == 409
    words = page(clash).text()
    assert "不采用" in words
    assert "气温影响明显" in words
    assert lines(database, number)[0].chosen == "regression"


def test_a_method_is_chosen_for_an_energy_at_once(
    metered: int, sign_in: SignIn, database: Database
) -> None:
    number, officer = draft(database), sign_in("yixing")
    seen = officer.get(f"/baselines/{number}")
    without = officer.press(seen, "统一选用", {"energy": "electricity"})
    assert (without.status_code, "请写明选用理由" in without.text) == (422, True)
    answer = officer.press(
        seen, "统一选用", {"energy": "electricity", "chosen": "regression", "words": "按气温"}
    )
    assert answer.status_code == 303
    assert [one.chosen for one in lines(database, number)] == ["regression", "rule"]
    stale = officer.press(seen, "统一选用", {"chosen": "rule", "words": "改回"})
    assert stale.status_code == 409
    assert "您的选择仍在下面" in stale.text
    assert "改回" in stale.text


@pytest.fixture
def poor(database: Database, metered: int) -> tuple[int, int]:
    """A draft with a meter that has three bills; its version and the line."""
    with database.transaction() as session:
        (meter,) = made.metered(session, YIXING, months=3, name="新建学校")
        number = made.begun(session, YIXING, at_once=True).id
        line = session.scalars(
            select(Line).where(Line.baseline_id == number, Line.meter_id == meter.id)
        ).one()
        return int(number), int(line.id)


def test_a_quota_is_entered_where_bills_do_not_suffice(
    poor: tuple[int, int], sign_in: SignIn, database: Database
) -> None:
    number, line = poor
    officer = sign_in("yixing")
    with database.reader() as session:
        owner = session.get_one(Line, line).institution_id
    path = f"/baselines/{number}/institutions/{owner}"
    seen = officer.get(path)
    words = page(seen).text()
    assert "不足以建立基准" in words
    assert "没有一个完整的基准年" in words
    prefix = f"q{line}-"
    button = "录入定额"
    refused = officer.press(seen, button, {f"{prefix}quota": "约一万"})
    assert refused.status_code == 422
    assert "约一万" in refused.text
    answer = officer.press(
        refused, button, {f"{prefix}quota": "12,000", f"{prefix}source": "DB32/T 4001 表3"}
    )
    assert answer.status_code == 303
    assert "录入定额" in text(officer, f"/baselines/{number}")  # in its history
    with database.reader() as session:
        found = session.get_one(Line, line)
        assert (found.chosen, found.quota) == ("quota", Decimal(12000))
    assert "DB32/T 4001 表3" in text(officer, path)
    stale = officer.press(seen, button, {f"{prefix}quota": "9000", f"{prefix}source": "会议纪要"})
    assert stale.status_code == 409
    assert "12000" in page(stale).text().replace(",", "")


def test_the_list_is_filtered_by_what_to_look_at(poor: tuple[int, int], sign_in: SignIn) -> None:
    number, _ = poor
    client = sign_in("yixing")
    whole = text(client, f"/baselines/{number}")
    assert "未定基准 1 户" in whole
    assert "共 2 家" in whole
    for query in ("mark=undecided", "mark=stopped", "q=新建"):
        some = text(client, f"/baselines/{number}?{query}")
        assert "共 1 家" in some, query
    assert "没有符合条件的机构" in text(client, f"/baselines/{number}?energy=coal")
    assert "共 2 家" in text(client, f"/baselines/{number}?mark=odd&energy=odd")


# --- refused -----------------------------------------------------------------------------------


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


# --- lists, papers -----------------------------------------------------------------------------


def test_the_province_sees_whose_turn_it_is(
    metered: int, sign_in: SignIn, database: Database
) -> None:
    with database.transaction() as session:
        number = made.proposed(session, YIXING).id
    client = sign_in("coordinator")
    words = text(client, "/baselines")
    assert "待省级采用" in words
    assert "待区县导入名录和账单" in words
    assert "2 / 2" in words
    assert "32 个地区" in words
    some = text(client, "/baselines?state=proposed&batch=1")
    assert "1 个地区" in some
    assert f"/baselines/{number}" in client.get("/baselines?state=proposed").text
    assert "没有符合条件的地区" in text(client, "/baselines?state=adopted")
    assert sign_in("yixing").get("/baselines").headers["Location"].endswith(YIXING)
    assert sign_in("wuxi").get("/baselines").status_code == 200


def test_two_versions_side_by_side(metered: int, sign_in: SignIn, database: Database) -> None:
    with database.transaction() as session:
        first = made.adopted(session, YIXING).id
    only = text(sign_in("yixing"), f"/baselines/{first}/differences")
    assert "只有这一个版本" in only
    with database.transaction() as session:
        made.metered(session, YIXING, name="新校区")
        second = made.adopted(session, YIXING, key="second", first=202501, last=202512).id
    client = sign_in("yixing")
    words = text(client, f"/baselines/{second}/differences")
    assert "第2版与第1版的差异" in words
    assert "新增户号 1 户" in words
    assert "用量改变" in words
    old = text(client, f"/baselines/{first}")
    assert "由第2版替代" in old
    sheet = client.get(f"/baselines/{second}/differences.xlsx?with={first}")
    [rows] = [
        CalamineWorkbook.from_filelike(io.BytesIO(sheet.data)).get_sheet_by_index(0).to_python()
    ]
    assert any("新增户号" in row for row in rows)
    assert client.get(f"/baselines/{second}/differences?with=999").status_code == 404
    versions = text(client, f"/baselines/regions/{YIXING}")
    assert "已被替代" in versions
    assert "现行基准：第2版" in versions


def test_the_table_has_every_meter_by_both_methods(
    poor: tuple[int, int], sign_in: SignIn, database: Database
) -> None:
    number, _ = poor
    client = sign_in("yixing")
    sheet = client.get(f"/baselines/{number}/table.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data))
    assert book.sheet_names == ["基准核定表", "地区合计", "可比性", "折算系数"]
    table = book.get_sheet_by_name("基准核定表").to_python()
    head = next(at for at, cells in enumerate(table) if cells[0] == "序号")
    body = [dict(zip(table[head], cells, strict=True)) for cells in table[head + 1 : head + 4]]
    power, water, new = body
    stored = lines(database, number)
    assert power["惯例法年用量"] == float(stored[0].rule_use or 0)
    assert power["回归法年用量"] == float(stored[0].model_use or 0)
    assert (power["选用方法"], new["选用方法"]) == ("惯例法", "未定")
    assert "不足以建立基准" in new["数据不足之处"]
    assert power["第3基准年用量"] == float(stored[0].rule_record["years"][2]["use"])
    assert water["能源"] == "水"
    some = client.get(f"/baselines/{number}/table.xlsx?mark=undecided")
    short = CalamineWorkbook.from_filelike(io.BytesIO(some.data)).get_sheet_by_index(0)
    assert len(short.to_python()) == len(table) - 2
    for path in (
        f"/baselines/regions/{YIXING}/export.xlsx",
        f"/baselines/{number}/table.xlsx?institution={stored[0].institution_id}",
    ):
        assert client.get(path).status_code == 200
    assert sign_in("coordinator").get("/baselines/export.xlsx").status_code == 200
    assert events(database).count("table.exported") == 5


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_table_on_paper(
    poor: tuple[int, int],
    sign_in: SignIn,
    database: Database,
    store: FileStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    number, _ = poor
    client = sign_in("yixing")
    answer = client.get(f"/baselines/{number}/table.pdf")
    assert answer.data.startswith(b"%PDF")
    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(answer.data)).pages
    told = "".join(one.extract_text() for one in pages).replace("\n", "").replace(" ", "")
    for words in ("公共机构能源基准核定表", "惯例法", "实验学校", "财政部门（盖章）", "草稿"):
        assert words in told, words
    for module in (version, papers):
        monkeypatch.setattr(module, "PRINT_AT_ONCE", 1)
    seen = client.get(f"/baselines/{number}")
    assert client.get(f"/baselines/{number}/table.pdf").status_code == 303
    first = client.press(seen, "核定表（PDF）")
    second = client.press(seen, "核定表（PDF）")
    assert first.headers["Location"] == second.headers["Location"]
    assert run_all(database, store, {PAPER: runner.print_table}) == 1
    with database.reader() as session:
        job = session.scalars(select(Job)).one()
    with results(store).open(job.result["digest"]) as stream:
        assert stream.read(4) == b"%PDF"
    assert events(database).count("baseline.printed") == 3


# --- statements --------------------------------------------------------------------------------


def _more(session: Session, count: int) -> None:
    for number in range(count):
        made.metered(session, YIXING, Energy.ELECTRICITY, Energy.WATER, name=f"第{number}小学")


def test_statements_do_not_grow_with_the_rows(
    metered: int, sign_in: SignIn, database: Database, statements: Statements
) -> None:
    clients = {name: sign_in(name) for name in ("coordinator", "yixing")}

    def counted(first: int, second: int) -> dict[str, int]:
        found = {}
        for name, path in (
            ("coordinator", "/baselines"),
            ("yixing", f"/baselines/regions/{YIXING}"),
            ("yixing", f"/baselines/regions/{YIXING}/new?until=202512&years=3"),
            ("yixing", f"/baselines/{second}"),
            ("yixing", f"/baselines/{second}/differences?with={first}"),
            ("yixing", f"/baselines/{second}/institutions/{metered}"),
        ):
            kind = path.replace(str(second), "N").replace(str(first), "M")
            clients[name].get(path)
            with statements() as seen:
                assert clients[name].get(path).status_code == 200
            found[kind.partition("?")[0]] = len(seen)
        return found

    small = counted(draft(database, key="one"), draft(database, key="two"))
    with database.transaction() as session:
        _more(session, 12)
        session.execute(
            insert(Comment),
            [
                {
                    "baseline_id": 2, "key": f"意见{n}", "party": "", "words": "同意",
                    "at": made.ENTERED, "by": account_at(session, Role.OFFICER, YIXING).id,
                }
                for n in range(5)
            ],
        )  # fmt: skip
    large = counted(draft(database, key="three"), draft(database, key="four"))
    assert [*small.values()] == [*large.values()], (small, large)
    assert max(small.values()) <= 16, small
