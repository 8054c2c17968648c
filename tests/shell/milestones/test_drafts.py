"""What is typed saves itself, and comes back; two people on one milestone lose nothing."""

from __future__ import annotations

import json

from sqlalchemy import select

from custody.milestones.models import Draft
from custody.milestones.rules import Status
from tests.critic import page
from tests.factories import programme as arrange
from tests.shell.milestones.test_report import M05, XISHAN, acts, row, value

YIXING = "320282"
M15 = "/regions/320282/milestones/M15"


def drafts(database):
    with database.reader() as session:
        return session.scalars(select(Draft)).all()


def test_a_draft_is_kept_and_put_into_the_form(sign_in, database):
    client = sign_in("xishan")
    client.get(M05)
    kept = client.send(f"{M05}/draft", {"notes": "写到一半", "percent": "50", "version": "1"})
    assert json.loads(kept.text) == {"saved": "09:30"}
    assert acts(database) == []
    again = client.get(M05)
    assert "已恢复您11月22日 09:30未提交的填写内容" in again.text
    assert (value(again, "notes"), value(again, "percent")) == ("写到一半", "50")
    assert client.press(again, "放弃草稿").status_code == 303
    assert drafts(database) == []
    assert value(client.get(M05), "notes") == ""


def test_saving_or_typing_back_what_is_saved_drops_the_draft(sign_in, database):
    client = sign_in("xishan")
    shown = client.get(M05)
    client.send(f"{M05}/draft", {"notes": "写到一半", "version": "1"})
    assert len(drafts(database)) == 1
    same = {name: value(shown, name) for name in ("percent", "unit", "notes")}
    client.send(f"{M05}/draft", {**same, "version": "1"})
    assert drafts(database) == []
    client.send(f"{M05}/draft", {"notes": "写到一半", "version": "1"})
    client.press(shown, "保存", {"notes": "写完了"})
    assert drafts(database) == []


def test_nonsense_in_a_draft_is_kept_as_it_was_typed(sign_in, database):
    client = sign_in("xishan")
    client.get(M05)
    client.send(f"{M05}/draft", {"percent": "一半吧", "notes": "\x00坏字符", "version": "x"})
    again = client.get(M05)
    assert (value(again, "percent"), value(again, "notes")) == ("一半吧", "坏字符")
    assert client.press(again, "保存").status_code == 422


def test_a_draft_belongs_to_whoever_typed_it(sign_in):
    sign_in("yixing").send(f"{M15}/draft", {"notes": "甲的草稿", "version": "1"})
    assert "甲的草稿" not in sign_in("yixing2").get(M15).text


def test_without_a_session_the_script_is_told(sign_in, clock, database):
    client = sign_in("xishan")
    client.get(M05)
    clock.to(clock.now.replace(hour=12))
    assert client.send(f"{M05}/draft", {"notes": "太晚了"}).status_code == 401
    assert drafts(database) == []


# --- two people -------------------------------------------------------------------------------


def two_versions(sign_in, database, button="保存"):
    """宜二 saved while 宜报 was typing; returns 宜报's client and the page that answers."""
    with database.transaction() as session:
        arrange.updated(session, YIXING, "M15", percent=20, unit="甲单位", notes="原来的说明")
    first = sign_in("yixing")
    shown = first.get(M15)
    second = sign_in("yixing2")
    second.press(second.get(M15), "保存", {"notes": "宜二写的", "unit": "乙单位"})
    answer = first.press(shown, button, {"notes": "宜报写的", "percent": "70"})
    return first, answer


def choices(response):
    """{field: (theirs, yours, which is ticked)}."""
    found = {}
    for field in page(response).all("input"):
        if field.get("type") == "radio":
            side = field.get("data-side")
            one = found.setdefault(field.get("name"), {})
            one[side] = field.get("value")
            if field.get("checked") is not None:
                one["ticked"] = side
    return found


def test_the_second_sees_both_versions_field_by_field(sign_in, database):
    first, answer = two_versions(sign_in, database)
    assert answer.status_code == 409
    assert page(answer).heading.endswith("两人同时修改")
    text = page(answer).text()
    assert "宜二" in text
    assert "11月22日 09:30" in text
    # Only what differs is asked; what one side alone changed is ticked for that side.
    assert choices(answer) == {
        "percent": {"theirs": "20", "yours": "70", "ticked": "yours"},
        "unit": {"theirs": "乙单位", "yours": "甲单位", "ticked": "theirs"},
        "notes": {"theirs": "宜二写的", "yours": "宜报写的", "ticked": "yours"},
    }
    assert "双方都改了" in text
    assert row(database, "M15", YIXING).notes == "宜二写的"
    kept = drafts(database)
    assert kept[0].fields["notes"] == "宜报写的"
    assert first.press(answer, "按所选内容保存").status_code == 303
    saved = row(database, "M15", YIXING)
    assert (saved.percent, saved.unit, saved.notes) == (70, "乙单位", "宜报写的")
    assert drafts(database) == []
    assert acts(database) == ["updated", "updated", "updated"]


def test_two_windows_of_one_person_are_called_that(sign_in, database):
    client = sign_in("yixing")
    shown = client.get(M15)
    client.press(shown, "保存", {"notes": "第一个窗口"})
    with database.transaction() as session:
        arrange.attached(session, YIXING, "M15")
    answer = client.press(shown, "保存", {"notes": "第二个窗口"})
    assert answer.status_code == 409
    assert page(answer).heading.endswith("两个窗口都有修改")
    text = page(answer).text()
    assert "您已在另一个窗口更新过这项里程碑（11月22日 09:30）" in text
    assert "宜报" not in text.partition("您已在另一个窗口")[2]
    assert client.press(answer, "按所选内容保存").status_code == 303
    assert row(database, "M15", YIXING).notes == "第二个窗口"


def test_the_versions_may_go_back_into_the_form(sign_in, database):
    first, answer = two_versions(sign_in, database)
    form = first.press(answer, "带回表单继续修改", {"notes": "宜二写的"})
    assert form.status_code == 200
    assert (value(form, "percent"), value(form, "notes")) == ("70", "宜二写的")
    assert first.press(form, "保存", {"notes": "合并后的说明"}).status_code == 303
    assert row(database, "M15", YIXING).notes == "合并后的说明"


def test_submitting_meets_the_same_page(sign_in, database):
    with database.transaction() as session:
        arrange.attached(session, YIXING, "M15")
    first, answer = two_versions(sign_in, database, "提交审核")
    # 实际完成日期 is missing, but the other's version comes first.
    assert answer.status_code == 409
    sent = first.press(answer, "按所选内容提交审核")
    assert sent.status_code == 422
    assert value(sent, "notes") == "宜报写的"
    done = first.press(sent, "提交审核", {"actual": "2026-11-20"})
    assert done.status_code == 303
    assert row(database, "M15", YIXING).status is Status.AWAITING_CITY


def test_typing_the_same_is_no_conflict(sign_in, database):
    first = sign_in("yixing")
    shown = first.get(M15)
    second = sign_in("yixing2")
    fields = {"percent": "30", "notes": "都这么写"}
    second.press(second.get(M15), "保存", fields)
    assert first.press(shown, "保存", fields).status_code == 303
    assert acts(database) == ["updated"]


def test_a_milestone_submitted_meanwhile_keeps_the_words(sign_in, database):
    first = sign_in("yixing")
    shown = first.get(M15)
    with database.transaction() as session:
        arrange.submitted(session, YIXING, "M15")
    answer = first.press(shown, "保存", {"notes": "来晚了的说明"})
    assert answer.status_code == 422
    assert "正在等待设区市审核；如需修改，请先撤回" in page(answer).problems[0]
    assert "来晚了的说明" in page(answer).text()
    first.press(first.get(M15), "撤回提交")
    assert value(first.get(M15), "notes") == "来晚了的说明"
    assert row(database, "M05", XISHAN).version == 1


def test_what_the_form_refuses_is_a_draft_at_once(sign_in, database):
    client = sign_in("xishan")
    refused = client.press(client.get(M05), "保存", {"percent": "一半", "notes": "关掉页面也在"})
    assert refused.status_code == 422
    assert value(client.get(M05), "notes") == "关掉页面也在"
