"""批量填报 over HTTP: a sheet down, filled in, up, looked at, accepted or put away."""

import io
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from custody.accounts.rules import Identity
from custody.infra import journal
from custody.infra import sheets as reading
from custody.infra.db import Database
from custody.infra.files import FileStore
from custody.milestones.bulk import State
from custody.milestones.models import BulkSheet, MonthReport
from tests.critic import Critic
from tests.factories import bulk, programme
from tests.factories.bulk_sent import URL, accept, counts, events, newest, row, send, sheet_of
from tests.factories.people import WUXI, XISHAN, YIXING


def test_fill_in_send_and_accept(
    database: Database, sign_in: Callable[..., Critic], statements: Any
) -> None:
    officer = sign_in("yixing")
    data = sheet_of(officer, YIXING)
    edits = {
        (YIXING, "M18"): {"percent": 60, "started": date(2026, 5, 6), "notes": "空调改造已过半。"},
        (YIXING, "M19"): {"percent": "２５%", "forecast": "2026年12月20日", "unit": "宜兴市机关局"},
    }
    sent = send(officer, bulk.as_xlsx(bulk.filled(data, edits)))
    assert sent.status_code == 303
    assert counts(database)["changed"] == 2
    assert row(database, YIXING, "M18").percent == 0
    page = officer.get(sent.headers["Location"])
    assert "空调改造已过半。" in page.text
    assert "12月20日" in page.text
    assert "全部接受" in page.text

    done = accept(officer, database)
    assert done.status_code == 303
    m18, m19 = row(database, YIXING, "M18"), row(database, YIXING, "M19")
    assert (m18.percent, m18.started, m18.notes) == (60, date(2026, 5, 6), "空调改造已过半。")
    assert (m19.percent, m19.forecast, m19.unit) == (25, date(2026, 12, 20), "宜兴市机关局")
    assert events(database, "milestone.updated") == 2
    assert events(database, "sheet.accepted") == 1
    assert newest(database).state is State.ACCEPTED
    # A second click, and the same file once more, change nothing.
    assert accept(officer, database).status_code == 303
    assert events(database, "milestone.updated") == 2
    assert send(officer, bulk.as_xlsx(bulk.filled(data, edits))).status_code == 303
    assert set(counts(database)) == {"same"}
    assert accept(officer, database).status_code == 422
    assert events(database, "milestone.updated") == 2
    assert events(database, "sheet.downloaded") == 1
    with database.reader() as s:
        assert list(journal.broken_links(s)) == []


def test_sent_back_as_it_was_it_changes_nothing(
    database: Database, sign_in: Callable[..., Critic]
) -> None:
    with database.transaction() as session:
        programme.updated(session, YIXING, "M18", notes="第一行\n第二行，含“引号”、=1+1 和 _x000D_")
        programme.updated(session, XISHAN, "M05", percent=45, forecast=date(2026, 12, 1))
    reviewer = sign_in("wuxi")
    data = sheet_of(reviewer, WUXI)
    for sent, name in (
        (data, "a.xlsx"),
        (bulk.as_csv(bulk.table(data)), "b.csv"),
        (bulk.as_csv(bulk.table(data), "utf-8-sig"), "c.csv"),
    ):
        assert send(reviewer, sent, name).status_code == 303
        assert set(counts(database)) == {"same"}, name
    before = events(database, "milestone.updated")
    assert accept(reviewer, database).status_code == 422
    assert events(database, "milestone.updated") == before


def test_every_error_by_its_cell_and_nothing_is_taken(
    database: Database, sign_in: Callable[..., Critic]
) -> None:
    officer = sign_in("yixing")
    data = sheet_of(officer, YIXING)
    edits = {
        (YIXING, "M18"): {"forecast": "2026-13-01", "percent": 120},
        (YIXING, "M19"): {"actual": date(2027, 1, 5)},
        (YIXING, "M20"): {"forecast": "下月"},
        (YIXING, "M22"): {"forecast": "下月", "notes": "字" * 4001},
        (YIXING, "M24"): {"percent": 70},
    }
    sent = send(officer, bulk.as_xlsx(bulk.filled(data, edits)))
    text = officer.get(sent.headers["Location"]).text
    cell = bulk.where(data, YIXING, "M18", "forecast")
    assert f"<b>{cell}</b>" in text
    assert "预计完成“2026-13-01”无法识别" in text
    both = [bulk.where(data, YIXING, code, "forecast") for code in ("M20", "M22")]
    assert f"<b>{'、'.join(both)}</b>" in text
    assert "实际完成日期不能晚于今天" in text
    assert "进展说明有4001个字" in text
    assert counts(database)["wrong"] == 4
    assert counts(database)["changed"] == 1
    assert "全部接受" not in text
    assert accept(officer, database).status_code == 422
    assert row(database, YIXING, "M24").percent == 0

    # The copy with the wrong cells marked is sent back once they are right.
    number = newest(database).id
    copy = officer.get(f"{URL}/sheets/{number}/annotated.xlsx").data
    right = {
        (YIXING, "M18"): {"forecast": None, "percent": 20},
        (YIXING, "M19"): {"actual": None},
        (YIXING, "M20"): {"forecast": date(2026, 12, 25)},
        (YIXING, "M22"): {"forecast": None, "notes": "短"},
    }
    assert send(officer, bulk.as_xlsx(bulk.filled(copy, right))).status_code == 303
    assert counts(database)["changed"] == 4
    assert "wrong" not in counts(database)
    assert accept(officer, database).status_code == 303
    assert row(database, YIXING, "M24").percent == 70
    assert row(database, YIXING, "M20").forecast == date(2026, 12, 25)


def test_two_people(database: Database, sign_in: Callable[..., Critic]) -> None:
    officer, reviewer = sign_in("yixing"), sign_in("wuxi")
    data = sheet_of(reviewer, WUXI)
    edits = {(YIXING, "M18"): {"percent": 30}, (YIXING, "M19"): {"percent": 10}}
    mine = bulk.as_xlsx(bulk.filled(data, edits))
    with database.transaction() as session:
        programme.updated(session, YIXING, "M18", percent=55)
        programme.updated(session, YIXING, "M20", percent=5)
    text = reviewer.get(send(reviewer, mine).headers["Location"]).text
    assert counts(database) == {"stale": 1, "changed": 1, "same": counts(database)["same"]}
    assert "该行下载后已被宜报于11月22日 09:30更新" in text
    assert "55%" in text
    assert "30%" in text
    assert accept(reviewer, database).status_code == 422
    assert row(database, YIXING, "M19").percent == 0
    # The marked copy has what the officer saved, and what the reviewer changed in red: sent again it
    # is the reviewer's last word, and takes nothing else back.
    copy = reviewer.get(f"{URL}/sheets/{newest(database).id}/annotated.xlsx").data
    again = reviewer.get(send(reviewer, copy).headers["Location"]).text
    assert counts(database)["changed"] == 2
    assert "stale" not in counts(database)
    assert "55%" in again
    reviewer.send(f"{URL}/sheets/{newest(database).id}/discard")
    # What they typed is what is saved already: no conflict, and M20 is not taken back.
    edits = {(YIXING, "M18"): {"percent": 55, "started": date(2026, 3, 10)}}
    send(reviewer, bulk.as_xlsx(bulk.filled(data, edits)))
    assert set(counts(database)) == {"same"}
    assert row(database, YIXING, "M20").percent == 5
    assert officer.get("/todo").status_code == 200


def test_changed_between_looking_and_accepting(
    database: Database, sign_in: Callable[..., Critic]
) -> None:
    officer = sign_in("yixing")
    data = sheet_of(officer, YIXING)
    send(officer, bulk.as_xlsx(bulk.filled(data, {(YIXING, "M18"): {"percent": 30}})))
    assert counts(database)["changed"] == 1
    with database.transaction() as session:
        programme.updated(session, YIXING, "M18", percent=80)
    refused = accept(officer, database)
    assert refused.status_code == 422
    assert "1行已过期" in refused.text
    assert row(database, YIXING, "M18").percent == 80
    assert counts(database)["stale"] == 1


def test_a_row_of_another_region_is_an_error(
    database: Database, sign_in: Callable[..., Critic]
) -> None:
    with database.reader() as s:
        everything = bulk.downloaded(s, sign_in("wuxi").who)
    edits = {(XISHAN, "M05"): {"percent": 30}, (YIXING, "M18"): {"percent": 30}}
    officer = sign_in("yixing")
    sent = send(officer, bulk.as_xlsx(bulk.filled(everything, edits)))
    text = officer.get(sent.headers["Location"]).text
    assert "不存在或不在您的管辖范围内" in text
    assert accept(officer, database).status_code == 422
    assert row(database, XISHAN, "M05").percent == 0
    assert row(database, YIXING, "M18").percent == 0


def test_what_is_with_the_reviewers_stays_there(
    database: Database, sign_in: Callable[..., Critic]
) -> None:
    officer = sign_in("yixing")
    data = sheet_of(officer, YIXING)
    mine = bulk.as_xlsx(bulk.filled(data, {(YIXING, "M18"): {"percent": 30}}))
    with database.transaction() as session:
        programme.submitted(session, YIXING, "M18")
    send(officer, mine)
    assert counts(database)["stale"] == 1
    assert accept(officer, database).status_code == 422
    assert row(database, YIXING, "M18").status.awaiting
    # It is not in a sheet downloaded now.
    with pytest.raises(LookupError):
        bulk.where(sheet_of(officer, YIXING), YIXING, "M18", "percent")


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (programme.PDF, "表.pdf", "不是表格"),
        (programme.PDF, "表.xlsx", "其实是PDF"),
        (b"<html><table><tr><td>1</td></tr></table>", "表.xls", "其实是网页"),
        (b"a,b\n1,2\n", "表.xlsx", "其实是文本（CSV）"),
        (programme.zipped("word/document.xml"), "表.xlsx", "其实是Word文档"),
        (bulk.as_xlsx([["单位", "电量"], ["甲", 1]], name="账单"), "表.xlsx", "应有工作表“里程碑”"),
        (bulk.as_xlsx([["什么"]]), "表.xlsx", "没有找到表头"),
        (b"", "表.xlsx", "空文件"),
        (b"\xff\xfe\x81\x20\xff,\xff", "表.csv", "编码无法识别"),
    ],
)
def test_a_file_that_is_none_of_ours(
    data: bytes, name: str, said: str, database: Database, sign_in: Callable[..., Critic]
) -> None:
    answer = send(sign_in("yixing"), data, name)
    assert answer.status_code == 422
    assert said in answer.text
    with database.reader() as s:
        assert s.scalar(select(func.count()).select_from(BulkSheet)) == 0


def test_a_missing_column_is_named(database: Database, sign_in: Callable[..., Critic]) -> None:
    officer = sign_in("yixing")
    cells = bulk.table(sheet_of(officer, YIXING))
    head = next(row for row in cells if "责任单位" in row)
    gone = {head.index("责任单位"), head.index("行标识")}
    left = [[cell for at, cell in enumerate(row) if at not in gone] for row in cells]
    answer = send(officer, bulk.as_xlsx(left))
    assert answer.status_code == 422
    assert "缺少“责任单位”、“行标识”列" in answer.text
    assert "隐藏" in answer.text


def test_other_order_other_columns_and_blank_rows(
    database: Database, sign_in: Callable[..., Critic]
) -> None:
    officer = sign_in("yixing")
    cells = bulk.filled(sheet_of(officer, YIXING), {(YIXING, "M18"): {"percent": 30}})
    turned = [["", *reversed(row), "备注" if "编码" in row else "随手写"] for row in cells]
    turned.insert(6, [])
    sent = send(officer, bulk.as_xlsx(turned))
    assert sent.status_code == 303
    assert counts(database)["changed"] == 1
    assert "wrong" not in counts(database)
    assert "多出的“备注”列不导入" in officer.get(sent.headers["Location"]).text
    assert accept(officer, database).status_code == 303
    assert row(database, YIXING, "M18").percent == 30


def test_discard_and_come_back(database: Database, sign_in: Callable[..., Critic]) -> None:
    officer = sign_in("yixing")
    data = sheet_of(officer, YIXING)
    mine = bulk.as_xlsx(bulk.filled(data, {(YIXING, "M18"): {"percent": 30}}))
    assert send(officer, mine).headers["Location"] == send(officer, mine).headers["Location"]
    assert events(database, "sheet.uploaded") == 1
    assert "填报表.xlsx" in officer.get(URL).text
    number = newest(database).id
    assert sign_in("wuxi").get(f"{URL}/sheets/{number}").status_code == 404
    for _ in range(2):
        assert officer.send(f"{URL}/sheets/{number}/discard").status_code == 303
    assert events(database, "sheet.discarded") == 1
    assert officer.send(f"{URL}/sheets/{number}/accept").status_code == 422
    assert row(database, YIXING, "M18").percent == 0


def test_the_session_ends_while_filling_in(
    database: Database, sign_in: Callable[..., Critic], client: Critic
) -> None:
    data = sheet_of(sign_in("yixing"), YIXING)
    answer = client.send(URL, {"file": (io.BytesIO(data), "表.xlsx")})
    assert answer.status_code == 401
    assert "登录" in answer.text
    with database.reader() as s:
        assert s.scalar(select(func.count()).select_from(BulkSheet)) == 0


def test_the_coordinator_reads_and_cannot_send(
    database: Database, sign_in: Callable[..., Critic]
) -> None:
    coordinator = sign_in("coordinator")
    cells = bulk.table(sheet_of(coordinator, "320000"))
    assert "行标识" not in cells[2]
    assert len(cells) > 100
    assert coordinator.get(URL).status_code == 403
    assert sign_in("yixing").get(f"{URL}/places/{XISHAN}.xlsx").status_code == 404
    assert sign_in("yixing").get(f"{URL}/places/{WUXI}.xlsx").status_code == 404


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_as_many_statements_for_few_rows_as_for_many(
    database: Database, sign_in: Callable[..., Critic], statements: Any
) -> None:
    reviewer = sign_in("wuxi")
    reviewer.get("/bulk")
    seen = []
    for place in (YIXING, WUXI):
        with statements() as down:
            data = sheet_of(reviewer, place)
        layout_rows = [r for r in bulk.table(data) if r and str(r[11] or "").count("/") == 1]
        edits = {tuple(str(r[11]).split("/")): {"notes": "有进展"} for r in layout_rows}
        with statements() as up:
            sent = send(reviewer, bulk.as_xlsx(bulk.filled(data, edits)))
        assert counts(database) == {"changed": len(edits)}
        with statements() as look:
            reviewer.get(sent.headers["Location"])
        seen.append((len(down), len(up), len(look)))
    # A city's name is asked for where a region's is.
    assert max(down for down, _, _ in seen) <= 7
    assert seen[0][1:] == seen[1][1:]


def test_a_region_that_fills_in_a_sheet_has_reported_this_month(
    database: Database, sign_in: Callable[..., Critic]
) -> None:
    officer: Any = sign_in("yixing")
    data = sheet_of(officer, YIXING)
    send(officer, bulk.as_xlsx(bulk.filled(data, {(YIXING, "M18"): {"percent": 30}})))
    assert accept(officer, database).status_code == 303
    who: Identity = officer.who
    with database.reader() as s:
        [report] = s.scalars(select(MonthReport)).all()
        assert (report.region_code, report.reported_by) == (YIXING, who.id)


def test_the_bytes_are_kept(
    database: Database, sign_in: Callable[..., Critic], store: FileStore
) -> None:
    officer = sign_in("yixing")
    send(officer, sheet_of(officer, YIXING))
    assert store.intact(newest(database).digest)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_files_that_are_too_big(
    app: Flask,
    database: Database,
    sign_in: Callable[..., Critic],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    officer = sign_in("yixing")
    answer = send(officer, b"a,\n" * 100_000, "表.csv")
    assert answer.status_code == 422
    assert "超过20,000行" in answer.text
    monkeypatch.setattr(reading, "Limits", partial(reading.Limits, size=1024))
    answer = send(officer, b"PK\x03\x04" + bytes(2000), "表.xlsx")
    assert answer.status_code == 422
    assert "“表.xlsx”有0 MB，表格不能超过0 MB" in answer.text
    app.config["MAX_CONTENT_LENGTH"] = 100_000  # the same path, without 60 MB in memory
    assert send(officer, bytes(200_000), "表.xlsx").status_code == 413


def test_a_reviewer_who_filled_in_a_sheet_did_not_submit_it(
    database: Database, sign_in: Callable[..., Critic]
) -> None:
    """Filling in for a region hands nothing over: the officer submits, and rules of review are as ever."""
    reviewer = sign_in("wuxi")
    data = sheet_of(reviewer, WUXI)
    send(reviewer, bulk.as_xlsx(bulk.filled(data, {(YIXING, "M18"): {"percent": 100}})))
    assert accept(reviewer, database).status_code == 303
    milestone = row(database, YIXING, "M18")
    assert (milestone.status.awaiting, milestone.submitted_by) == (False, None)
    assert reviewer.send(f"/regions/{YIXING}/milestones/M18", {"act": "submit"}).status_code == 403
