"""Beginning and wording a brief: periods, figures that are filled or doubted, remarks, two editors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from custody.briefs.models import Brief, Remark
from custody.briefs.rules import Form, Status
from custody.infra.db import Database
from custody.infra.journal import Event
from tests.critic import page
from tests.factories.briefs import SignIn, draft, frozen

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def only(database: Database) -> Brief:
    with database.reader() as session:
        return session.scalars(select(Brief)).one()


def actions(database: Database) -> list[str]:
    with database.reader() as session:
        query = select(Event.action).where(Event.kind == "brief").order_by(Event.id)
        return list(session.scalars(query))


@pytest.mark.parametrize(
    ("typed", "period", "as_of"),
    [
        ({}, "2026-10", "2026-10-31"),
        ({"period": "2026-11"}, "2026-11", "2026-11-22"),
        ({"period": "2026-Q3"}, "2026-Q3", "2026-09-30"),
        ({"period": "2026-Q4", "as_of": "2026-11-15"}, "2026-Q4", "2026-11-15"),
        ({"period": "", "as_of": "2026-11-20"}, "", "2026-11-20"),
        ({"period": "", "as_of": ""}, "", "2026-11-22"),
    ],
)
def test_month_quarter_or_any_day(
    typed: dict[str, str], period: str, as_of: str, sign_in: SignIn, database: Database
) -> None:
    draft(sign_in("coordinator"), form="page", **typed)
    brief = only(database)
    assert (brief.form, brief.period, brief.as_of.isoformat()) == (Form.PAGE, period, as_of)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"period": "2026-10", "as_of": "2026-11-20"}, "截至日期应在2026年10月之内"),
        ({"period": "2025-12"}, "没有这个统计期"),
        ({"period": "2026-Q9"}, "没有这个统计期"),
        ({"period": "", "as_of": "2026-11-30"}, "截至日期不能晚于今天"),
        ({"form": "book"}, "请选择简报的样式"),
    ],
)
def test_what_cannot_be_begun(
    typed: dict[str, str], words: str, sign_in: SignIn, database: Database
) -> None:
    c = sign_in("coordinator")
    answer = c.press(c.get("/briefs/new"), "起草", {"scope": "320000", **typed})
    assert answer.status_code == 422
    assert words in "".join(page(answer).problems)
    assert actions(database) == []


def test_a_field_is_filled_and_one_that_names_nothing_stops(
    sign_in: SignIn, database: Database
) -> None:
    c = sign_in("coordinator")
    url = draft(c)
    words = {"words.overall.1": "列入⟦列入地区⟧个地区，⟦没有的⟧个。"}
    refused = c.press(c.get(url), "保存并定稿", words)
    assert refused.status_code == 422
    assert page(refused).problems == [
        "总体情况第1段中的“⟦没有的⟧”不是可引用的数据，请从“可引用的数据”中选用，或直接写出数字。"
    ]
    assert only(database).status is Status.DRAFT
    fixed = {"words.overall.1": "列入⟦列入地区⟧个地区。"}
    assert c.press(refused, "保存并定稿", fixed).status_code == 303
    brief = only(database)
    assert brief.snapshot is not None
    assert brief.snapshot["sections"][0]["paragraphs"][0]["text"] == "列入32个地区。"
    assert brief.words["overall.1"] == "列入⟦列入地区⟧个地区。", "the field stays in the draft"


def test_a_figure_typed_otherwise_is_warned_about(sign_in: SignIn, database: Database) -> None:
    c = sign_in("coordinator")
    url = draft(c)
    drafted = page(c.get(url)).values(page(c.get(url)).form("保存草稿"))
    text = dict(drafted)["words.overall.1"]
    typed = {"words.overall.1": text.replace("32个地区推进", "33个地区推进")}
    warned = c.press(c.get(url), "保存并定稿", typed)
    assert warned.status_code == 422
    found = page(warned)
    assert "总体情况第1段中的“33个”与数据“32个”不一致，请核对。" in found.problems
    assert only(database).status is Status.DRAFT
    assert only(database).words["overall.1"] == typed["words.overall.1"], "it was saved"
    assert c.press(warned, "保存并定稿", {"sure": "yes"}).status_code == 303
    assert only(database).status is Status.FROZEN


def test_remarks_are_made_told_and_settled(sign_in: SignIn, database: Database) -> None:
    writer, second = sign_in("coordinator"), sign_in("coordinator2")
    url = draft(writer)
    checking = second.get(f"{url}/check")
    empty = second.press(checking, "提出意见", within="对总体情况第1段的意见")
    assert empty.status_code == 422
    assert "请填写意见" in page(empty).text()
    said = {"text": "请补一句与上月的比较。"}
    for _ in range(2):
        answer = second.press(checking, "提出意见", said, within="对总体情况第1段的意见")
        assert answer.status_code == 303
    second.press(checking, "提出意见", {"text": "全文再顺一遍。"}, within="对全篇的意见")
    with database.reader() as session:
        rows = session.scalars(select(Remark).order_by(Remark.id)).all()
        assert [(row.paragraph, row.text) for row in rows] == [
            ("overall.1", said["text"]),
            ("", "全文再顺一遍。"),
        ], "a second click is the same remark"
    shown = writer.get(url)
    assert "冯协" in page(shown).text()
    # Settling saves what was typed as well.
    button = f"保存并标为已处理：{said['text']}"
    assert writer.press(shown, button, {"editor": "王编"}).status_code == 303
    assert only(database).editor == "王编"
    second.press(second.get(f"{url}/check"), "标为已处理：全文再顺一遍。")
    with database.reader() as session:
        assert all(row.settled_at for row in session.scalars(select(Remark)))
    assert actions(database) == [
        "brief.drafted",
        "brief.remarked",
        "brief.remarked",
        "brief.edited",
        "brief.remark_settled",
        "brief.remark_settled",
    ]


def test_a_conflict_shows_both_versions_field_by_field(sign_in: SignIn, database: Database) -> None:
    one, two = sign_in("coordinator"), sign_in("coordinator2")
    url = draft(one)
    opened = two.get(url)
    one.press(one.get(url), "保存草稿", {"editor": "张三", "words.overall.1": "甲写的。"})
    answer = two.press(opened, "保存草稿", {"editor": "李四", "words.overall.1": "乙写的。"})
    assert answer.status_code == 409
    rows = [
        [page(answer).text(cell) for cell in row if cell.tag in ("th", "td")]
        for row in page(answer).all("tr")
    ]
    assert ["联系人", "李四", "张三"] in rows
    assert ["总体情况第1段", "乙写的。", "甲写的。"] in rows
    # Meanwhile it was frozen: nothing can be saved any more, and the page says so.
    one.press(one.get(url), "保存并定稿")
    late = two.press(answer, "保存草稿", follow_redirects=True)
    assert "已定稿" in page(late).text()
    assert only(database).editor == "张三"


def test_pages_of_a_draft_take_a_fixed_number_of_statements(
    sign_in: SignIn, statements: Callable[[], Any]
) -> None:
    c, second = sign_in("coordinator"), sign_in("coordinator2")
    url = draft(c)
    counts = []
    for number in range(3):
        second.press(
            second.get(f"{url}/check"), "提出意见", {"text": f"意见{number}"}, within="对全篇的意见"
        )
        for path in (url, f"{url}/check"):
            with statements() as seen:
                second.get(path)
            counts.append(len(seen))
    assert counts[2:] == counts[:2] * 2


def test_the_reason_of_a_return_stands_on_top_of_the_draft(
    sign_in: SignIn, database: Database
) -> None:
    c, second = sign_in("coordinator"), sign_in("coordinator2")
    url = frozen(c)
    silent = second.press(second.get(f"{url}/check"), "退回修改")
    assert silent.status_code == 422
    assert page(silent).problems == ["请写明原因。"]
    reason = {"reason": "第二段数字的口径请再核。"}
    checked = second.get(f"{url}/check")
    assert second.press(checked, "退回修改", reason).status_code == 303
    again = second.press(checked, "退回修改", reason, follow_redirects=True)
    assert "目前就是草稿" in page(again).text(), "a second click changes nothing"
    assert "第二段数字的口径请再核。" in page(c.get(url)).text()
    assert only(database).status is Status.DRAFT
    c.press(c.get(url), "保存并定稿")
    assert only(database).returned == ""
