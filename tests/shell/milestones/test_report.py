"""The officer's form: saved, submitted, refused; what was typed is never lost."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from custody.infra.journal import Event
from custody.milestones.models import Draft
from custody.milestones.rules import Claim, Status
from tests.critic import page
from tests.factories import programme as arrange

XISHAN = "320205"
M05 = "/regions/320205/milestones/M05"
GATE = "/regions/320205/milestones/G-C"


def row(database, code, region=XISHAN):
    with database.reader() as session:
        return arrange.milestone(session, region, code)


def acts(database, prefix="milestone."):
    with database.reader() as session:
        return [
            event.action.removeprefix(prefix)
            for event in session.scalars(select(Event).order_by(Event.id))
            if event.action.startswith(prefix)
        ]


def value(response, name):
    for field in page(response).all("input", "textarea"):
        if field.get("name") == name:
            return field.get("value") or "".join(field.itertext()).removeprefix("\n")
    raise AssertionError(f"no field {name}")


def test_an_officer_saves_progress(sign_in, database):
    client = sign_in("xishan")
    shown = client.get(M05)
    answer = client.press(
        shown,
        "保存",
        {
            "percent": "60%",
            "started": "2026-07-01",
            "forecast": "2026-12-05",
            "unit": "锡山区财政局",
            "notes": "剩余12户待签认。\r\n下周完成。",
        },
    )
    assert answer.status_code == 303
    saved = row(database, "M05")
    assert (saved.percent, saved.unit, saved.status) == (60, "锡山区财政局", Status.IN_PROGRESS)
    assert saved.notes == "剩余12户待签认。\n下周完成。"
    assert acts(database) == ["updated"]
    history = page(client.get(M05)).text()
    assert "完成比例 0% →改为 60%" in history
    assert "锡报" in history


def test_an_officer_submits_with_evidence_and_withdraws(sign_in, database, store):
    with database.transaction() as session:
        arrange.attached(session, XISHAN, "M05", store=store)
    client = sign_in("xishan")
    shown = client.get(M05)
    sent = {"percent": "100", "started": "2026-07-01", "actual": "2026-11-20"}
    assert client.press(shown, "提交审核", sent).status_code == 303
    assert row(database, "M05").status is Status.AWAITING_CITY
    # A second click on the same page changes nothing and is answered alike.
    assert client.press(shown, "提交审核", sent).status_code == 303
    assert acts(database) == ["evidence_added", "submitted"]
    waiting = client.get(M05)
    assert "待无锡市局审核" in waiting.text
    assert "提交审核</button>" not in waiting.text
    assert client.press(waiting, "撤回提交").status_code == 303
    assert row(database, "M05").status is Status.IN_PROGRESS
    again = client.press(waiting, "撤回提交")
    assert again.status_code == 422
    assert "没有可撤回的提交" in again.text


def test_a_submission_without_date_or_evidence_names_both(sign_in, database):
    client = sign_in("xishan")
    answer = client.press(client.get(M05), "提交审核", {"notes": "已经做完了"})
    assert answer.status_code == 422
    assert page(answer).problems == [
        "请至少上传一份佐证材料后再提交。",
        "请填写实际完成日期后再提交。",
    ]
    assert value(answer, "notes") == "已经做完了"
    assert row(database, "M05").status is Status.NOT_STARTED
    assert acts(database) == []


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"actual": "2026-12-01"}, "实际完成日期不能晚于今天"),
        ({"started": "2026-12-01"}, "实际开始日期不能晚于今天"),
        ({"started": "2026-07-01", "forecast": "2026-06-01"}, "预计完成日期早于实际开始日期"),
        ({"started": "2026-07-01", "actual": "2026-06-01"}, "实际完成日期早于实际开始日期"),
        ({"actual": "去年底"}, "无法识别，请按“2026-11-22”的样式填写"),
        ({"forecast": "0206-12-01"}, "年份“206”不对"),
        ({"percent": "一半"}, "完成比例应为0至100之间的整数"),
        ({"percent": "101"}, "完成比例应为0至100之间的整数"),
        ({"unit": "字" * 121}, "责任单位不超过120个字"),
        ({"notes": "字" * 4001}, "进展说明不超过4000个字"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_bad_input_is_named_in_words_and_everything_typed_stays(
    sign_in, database, fields, sentence
):
    client = sign_in("xishan")
    filled = {"notes": "写了很久的说明", "unit": "锡山区财政局", **fields}
    answer = client.press(client.get(M05), "保存", filled)
    assert answer.status_code == 422
    assert any(sentence in problem for problem in page(answer).problems), page(answer).problems
    for name, typed in filled.items():
        assert value(answer, name) == typed
    assert acts(database) == []


def test_a_forecast_that_passed_is_renewed_left_empty_or_answered(sign_in, clock, database):
    client = sign_in("xishan")
    saved = {"percent": "30", "forecast": "2026-11-25"}
    assert client.press(client.get(M05), "保存", saved).status_code == 303
    clock.to(clock.now.replace(month=12, day=1))
    client = sign_in("xishan")
    shown = client.get(M05)
    assert "原填的预计完成日期已过，请更新" in page(shown).text()
    refused = client.press(shown, "保存", {"notes": "本周没有进展"})
    assert refused.status_code == 422
    assert page(refused).problems[0].startswith("预计完成日期已过，请填写新的预计日期")
    assert value(refused, "notes") == "本周没有进展"
    # Evidence and the monthly answer do not wait for it, nor does 不适用.
    with database.transaction() as session:
        arrange.attached(session, XISHAN, "M05")
    assert client.press(client.get("/todo"), "本月无变化").status_code == 303
    for fields in ({"forecast": "2026-12-20"}, {"forecast": ""}):
        assert client.press(client.get(M05), "保存", fields).status_code == 303
    reason = {"forecast": "2026-11-25", "reason": "本区账单已统一归集。"}
    assert client.press(client.get(M05), "申请不适用", reason).status_code == 303


def test_done_without_a_day_is_pointed_out(sign_in):
    client = sign_in("xishan")
    assert client.press(client.get(M05), "保存", {"percent": "100"}).status_code == 303
    assert "完成比例已到100%，请填写实际完成日期并提交审核" in page(client.get(M05)).text()


def test_a_gate_with_open_predecessors_names_them(sign_in, database, store):
    with database.transaction() as session:
        for code in ("M01", "M02", "M03", "M04", "M05", "M06", "M07", "M08", "M09"):
            arrange.confirmed(session, XISHAN, code)
        arrange.attached(session, XISHAN, "G-C", store=store)
    client = sign_in("xishan")
    shown = client.get(GATE)
    assert "申请不适用" not in shown.text
    answer = client.press(shown, "提交审核", {"actual": "2026-11-20", "notes": "自评完成"})
    assert answer.status_code == 422
    assert page(answer).problems == [
        "以下前置里程碑尚未确认，请先办结后再办理本关口："
        "M10 采购需求与招标文件定稿、M11 采购意向公开。"
    ]
    assert value(answer, "notes") == "自评完成"


def test_not_applicable_needs_a_reason_and_is_reviewed_too(sign_in, database):
    client = sign_in("xishan")
    shown = client.get(M05)
    refused = client.press(shown, "申请不适用", {"notes": "说明", "reason": "无"})
    assert refused.status_code == 422
    assert page(refused).problems == ["请写明不适用的理由（不少于5个字）。"]
    assert value(refused, "notes") == "说明"
    reason = "本区账单已由市级统一归集，无需开展。"
    assert client.press(shown, "申请不适用", {"reason": reason}).status_code == 303
    sent = row(database, "M05")
    assert (sent.claim, sent.reason) == (Claim.NOT_APPLICABLE, reason)
    assert sent.status is Status.AWAITING_CITY


def test_a_confirmed_milestone_cannot_be_edited_and_the_words_are_kept(sign_in, database):
    client = sign_in("xishan")
    shown = client.get(M05)
    with database.transaction() as session:
        arrange.confirmed(session, XISHAN, "M05")
    answer = client.press(shown, "保存", {"notes": "确认之后才写的话"})
    assert answer.status_code == 422
    assert "已确认（销号），不能再修改" in page(answer).problems[0]
    assert "确认之后才写的话" in page(answer).text()
    assert row(database, "M05").notes == ""
    with database.reader() as session:
        kept = session.scalars(select(Draft)).one()
    assert kept.fields["notes"] == "确认之后才写的话"
    assert "填报进展" not in page(client.get(M05)).text()


def test_double_click_on_save_is_harmless(sign_in, database):
    client = sign_in("xishan")
    shown = client.get(M05)
    for _ in range(2):
        assert client.press(shown, "保存", {"percent": "30"}).status_code == 303
    assert acts(database) == ["updated"]


def test_others_only_read(sign_in, database, store):
    with database.transaction() as session:
        arrange.attached(session, XISHAN, "M05", store=store, name="基准核定表.pdf")
    for role in ("coordinator", "wuxi", "leader", "auditor", "admin"):
        client = sign_in(role)
        shown = client.get(M05)
        assert shown.status_code == 200
        assert "填报进展" not in shown.text
        assert "基准核定表.pdf" in shown.text
        assert client.send(M05, {"act": "save", "percent": "1"}).status_code == 403
    assert row(database, "M05").percent == 0


@pytest.mark.parametrize(
    "path",
    [
        "/regions/320282/milestones/M15",  # another region of the same city
        "/regions/999999/milestones/M05",
        "/regions/320205/milestones/M99",
        "/regions/320205/milestones/M15",  # not open yet
        "/regions/%20/milestones/M05",
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_unknown_and_foreign_are_the_same_404(sign_in, database, path):
    client = sign_in("xishan")
    shown = client.get(path)
    assert shown.status_code == 404
    assert "没有找到" in shown.text
    for act in ("", "/draft", "/draft/discard", "/withdraw", "/evidence"):
        assert client.send(path + act, {"act": "save"}).status_code == 404
    assert acts(database) == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_number_of_statements_is_fixed(sign_in, database, statements):
    client = sign_in("xishan")
    with statements() as bare:
        client.get(GATE)
    with database.transaction() as session:
        for code in ("M01", "M02", "M03"):
            arrange.confirmed(session, XISHAN, code)
        arrange.attached(session, XISHAN, "G-C")
        arrange.updated(session, XISHAN, "G-C")
    with statements() as full:
        client.get(GATE)
    assert len(bare) == len(full) <= 14, str(full)


# --- the session ends, the token is old -------------------------------------------------------


SENT_LATE = {"notes": "会话过期前写的", "forecast": "2026-12-05"}


def test_a_session_that_ended_loses_nothing(sign_in, clock, database):
    officer = sign_in("xishan")
    shown = officer.get(M05)
    clock.to(clock.now.replace(hour=11))
    asked = officer.press(shown, "保存", {**SENT_LATE, "percent": "45"})
    assert asked.status_code == 401
    assert page(asked).heading == "登录"
    assert "已经保留" in asked.text
    offered = officer.press(
        asked, "登录", {"username": "xishan", "password": arrange.people.PASSWORD}
    )
    assert "会话过期前写的" in page(offered).text()
    assert "csrf" not in page(offered).text()
    # It says where it belongs, in whose words it was sent, and days as people write them.
    assert "无锡市锡山区 M05" in page(offered).text()
    assert "12月5日" in page(offered).text()
    assert officer.press(offered, "保存").status_code == 303
    saved = row(database, "M05")
    assert (saved.notes, saved.percent) == ("会话过期前写的", 45)


def test_a_cookie_that_is_gone_leads_to_sign_in_with_the_words_kept(sign_in, database):
    officer = sign_in("xishan")
    shown = officer.get(M05)
    officer.delete_cookie("custody")
    asked = officer.press(shown, "提交审核", {"notes": "浏览器关闭前写的"})
    assert page(asked).heading == "登录"
    offered = officer.press(
        asked, "登录", {"username": "xishan", "password": arrange.people.PASSWORD}
    )
    assert "浏览器关闭前写的" in page(offered).text()
    refused = officer.press(offered, "提交审核")
    assert refused.status_code == 422
    assert value(refused, "notes") == "浏览器关闭前写的"


def test_an_old_form_token_keeps_the_words(sign_in, database):
    officer = sign_in("xishan")
    answer = officer.post(
        M05,
        data={"csrf_token": "old", "act": "save", "version": "1", "base": "{}", "notes": "旧页面"},
    )
    assert answer.status_code == 400
    assert page(answer).heading == "您填写的内容还在"
    assert officer.press(answer, "保存").status_code == 303
    assert row(database, "M05").notes == "旧页面"


def test_another_site_gets_nothing_kept(sign_in):
    officer = sign_in("xishan")
    answer = officer.post(
        M05, data={"act": "save", "notes": "伪造"}, headers={"Origin": "https://elsewhere.test"}
    )
    assert answer.status_code == 400
    assert "伪造" not in answer.text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_was_kept_is_called_by_its_page_only_for_who_may_see_it(sign_in):
    officer = sign_in("yixing")
    fields = {"csrf_token": "old", "act": "save", "notes": "不是我的"}
    foreign = officer.post(M05, data=fields)
    assert page(foreign).heading == "您填写的内容还在"
    assert "锡山" not in page(foreign).text()
    several = sign_in("coordinator").post(
        "/queue", data={"csrf_token": "old", "verdict": "accept", "chosen": ["1.1"]}
    )
    assert "刚才的“确认销号”没有生效" in page(several).text()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_files_alone_cannot_be_kept_and_are_asked_for_again(sign_in):
    officer = sign_in("xishan")
    answer = officer.post(
        f"{M05}/evidence",
        data={"csrf_token": "old", "files": arrange.upload(arrange.PDF, "核定表.pdf")},
    )
    assert page(answer).heading == "请重新选择文件"
    assert f'href="{M05}"' in answer.text
