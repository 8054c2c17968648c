"""Lists and papers of baselines, and how many statements their pages cost."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Role
from custody.baselines import runner
from custody.baselines.actions.papers import KIND as PAPER
from custody.baselines.models import Comment
from custody.baselines.views import papers, version
from custody.energy.rules.energies import Energy
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.jobs.models import Job
from custody.jobs.queries import results
from custody.jobs.runner import run_all
from tests.conftest import SignIn
from tests.factories import baselines as made
from tests.factories.baseline_pages import YIXING, draft, events, lines, text
from tests.factories.programme import account_at

Statements = Callable[[], Any]


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
