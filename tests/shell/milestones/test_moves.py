"""Moving regions to another version: choose, preview, confirm; each with what may go wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from custody.accounts.rules import Role
from custody.infra.db import Database
from custody.infra.journal import Event
from custody.milestones.actions import review
from custody.milestones.models import Lifecycle, Milestone, Passage, Template
from custody.milestones.queries import consistency
from custody.milestones.rules import Stage
from custody.regions.models import Region
from tests.conftest import Clock, SignIn
from tests.critic import Critic, page
from tests.factories import people, programme

YUNLONG, QINHUAI, XISHAN = "320303", people.QINHUAI, people.XISHAN


@pytest.fixture
def admin(sign_in: SignIn) -> Critic:
    return sign_in(Role.SYSADMIN)


@pytest.fixture
def second(admin: Critic) -> str:
    """Version 2, published: M04 renamed and due later, M09 gone, M25 new; its address."""
    draft = str(admin.press(admin.get("/admin/templates"), "新建下一版草稿").headers["Location"])
    admin.press(
        admin.get(f"{draft}/items/M04"),
        "保存到草稿",
        {"name": "能源审计", "due_3": "2026-09-15"},
    )
    admin.press(admin.get(draft), "移除M09 纳入单位授权委托", within="M09")
    for code, after in (("M10", "M05 M06 M07 M08"), ("G-C", "M01 M02 M03 M04 M10 M11 M25")):
        admin.press(admin.get(f"{draft}/items/{code}"), "保存到草稿", {"after": after})
    new = {
        "code": "M25",
        "name": "用能公示",
        "owner": "牵头单位",
        "evidence": "公示截图",
        "after": "M04",
        "behind": "M11",
        "starts_3": "y",
        "due_3": "2026-12-10",
    }
    admin.press(admin.get(f"{draft}/items/new"), "保存到草稿", new)
    assert admin.press(admin.get(draft), "发布第2版", {"note": "第2版"}).status_code == 302
    return draft


def preview(admin: Critic, version: str, *regions: str) -> Any:
    return admin.send(f"{version}/move/preview", {"region": list(regions)})


def rows(database: Database, region: str) -> dict[str, Milestone]:
    with database.reader() as reading:
        found = reading.scalars(select(Milestone).where(Milestone.region_code == region)).all()
        return {row.code: row for row in found}


def version_of(database: Database, region: str) -> int:
    with database.reader() as reading:
        return (
            reading.scalar(
                select(Template.number)
                .join(Lifecycle, Lifecycle.template_id == Template.id)
                .where(Lifecycle.region_code == region)
            )
            or 0
        )


def events(database: Database, region: str, since: int = 0) -> list[Event]:
    with database.reader() as reading:
        return list(
            reading.scalars(
                select(Event)
                .where(Event.region_code == region, Event.id > since)
                .order_by(Event.id)
            )
        )


def test_regions_keep_their_version_until_moved(
    admin: Critic, second: str, database: Database
) -> None:
    assert version_of(database, XISHAN) == 1
    chosen = admin.get(f"{second}/move?batch=3&city=320200")
    boxes = [e for e in page(chosen).all("input") if e.get("name") == "region"]
    assert len(boxes) == 3
    assert all(e.get("checked") is None for e in boxes), "nothing is chosen for the administrator"
    quick = next(
        a for a in page(chosen).all("a") if a.get("data-tick") == "city" and a.get("data-value")
    )
    boxes = [
        e for e in page(admin.get(quick.get("href"))).all("input") if e.get("name") == "region"
    ]
    assert boxes
    assert all(e.get("checked") is not None for e in boxes), "without JavaScript too"


def test_the_preview_says_what_moves_and_confirming_does_exactly_that(
    admin: Critic, second: str, database: Database
) -> None:
    before = rows(database, XISHAN)
    last = events(database, XISHAN)[-1].id if events(database, XISHAN) else 0
    seen = preview(admin, second, XISHAN)
    words = page(seen).text()
    for expected in (
        "将移动 1 个地区",
        "M25 用能公示",
        "新增，计划完成 12月10日",
        "移除（尚未开展）",
        "计划完成：7月31日 → 9月15日",
        "名称：能源审计、用能诊断 → 能源审计",
    ):
        assert expected in words
    done = admin.press(seen, "确认移动 1 个地区")
    assert done.status_code == 302
    after = rows(database, XISHAN)
    assert after.keys() - before.keys() == {"M25"}
    assert before.keys() - after.keys() == {"M09"}
    assert after["M04"].planned == date(2026, 9, 15)
    assert after["M05"].plan_start == date(2026, 5, 31), "M04 ends after M05 is due"
    assert after["M25"].unit == "牵头单位"
    assert version_of(database, XISHAN) == 2
    told = [event.action for event in events(database, XISHAN, last)]
    assert sorted(set(told)) == [
        "lifecycle.moved",
        "milestone.dropped",
        "milestone.moved",
        "milestone.opened",
    ]
    moved = next(e for e in events(database, XISHAN, last) if e.action == "lifecycle.moved")
    assert moved.changes == {"template": ["第1版", "第2版"]}
    with database.reader() as reading:
        assert list(consistency.items(reading)) == []
        assert list(consistency.told(reading)) == []
        assert list(consistency.stages(reading)) == []


def test_the_preview_names_whatever_differs_for_a_region(admin: Critic, database: Database) -> None:
    draft = str(admin.press(admin.get("/admin/templates"), "新建下一版草稿").headers["Location"])
    for code, fields in (
        ("M10", {"weight": "2"}),
        ("M04", {"evidence": "审计报告（盖章）"}),
        ("M20", {"owner": "新单位"}),
        ("M06", {"after": "M05+10", "days_high": "80"}),
    ):
        admin.press(admin.get(f"{draft}/items/{code}"), "保存到草稿", fields)
    admin.press(admin.get(draft), "发布第2版")
    words = page(preview(admin, draft, XISHAN)).text()
    own = words.split("变动内容")[1]
    told = "佐证材料要求 M04；前置里程碑 M06；最长工期 M06；权重 M10；后续里程碑有调整"
    assert told in own
    assert "前置里程碑：M05 → M05+10最长工期：50 天 → 80 天" in own
    assert "权重：1 → 2" in own
    assert "→ 审计报告（盖章）" in own
    assert "有调整（见上方），本地区尚未开立" in own
    assert "无变动" not in words
    assert "不涉及" not in own


def test_confirming_twice_is_harmless(admin: Critic, second: str, database: Database) -> None:
    seen = preview(admin, second, XISHAN, YUNLONG)
    admin.press(seen, "确认移动 2 个地区")
    count = len(events(database, XISHAN))
    again = admin.press(seen, "确认移动 2 个地区", follow_redirects=True)
    assert "没有需要移动的" in again.text
    assert len(events(database, XISHAN)) == count
    assert "2 个无需变动" in page(preview(admin, second, XISHAN, YUNLONG)).text()


def test_what_was_worked_on_blocks_its_region_and_only_that(
    admin: Critic, second: str, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        programme.updated(session, XISHAN, "M09", percent=10)
    seen = preview(admin, second, XISHAN, YUNLONG)
    words = page(seen).text()
    assert "1 个不能移动" in words
    assert "M09 纳入单位授权委托已有办理记录（进行中），而新版没有这个里程碑" in words
    done = admin.press(seen, "确认移动 1 个地区", follow_redirects=True)
    assert "1个地区已改用本版，1个地区不能移动，仍用原版" in done.text
    assert (version_of(database, XISHAN), version_of(database, YUNLONG)) == (1, 2)
    assert rows(database, XISHAN)["M09"].percent == 10


def test_submitted_work_and_the_coordinator_s_dates_stay(
    admin: Critic,
    second: str,
    database: Database,
    clock: Clock,
    actor: Callable[..., Any],
) -> None:
    coordinator = actor(Role.COORDINATOR)
    with database.transaction() as session:
        row = programme.milestone(session, YUNLONG, "M04")
        review.replan(
            session,
            actor=coordinator,
            now=clock.now,
            region=YUNLONG,
            code="M04",
            version=row.version,
            planned=date(2026, 12, 1),
            reason="审计机构更换",
        )
        programme.submitted(session, XISHAN, "M04")
    seen = preview(admin, second, XISHAN, YUNLONG)
    assert "省级协调员调整过的计划日期保持不变" in page(seen).text()
    admin.press(seen, "确认移动 2 个地区")
    assert rows(database, YUNLONG)["M04"].planned == date(2026, 12, 1)
    assert rows(database, XISHAN)["M04"].planned == date(2026, 7, 31)
    assert rows(database, XISHAN)["M04"].status.awaiting


def test_a_passed_stage_stays_passed(
    admin: Critic, second: str, database: Database, clock: Clock
) -> None:
    with database.transaction() as session:
        programme.gate_passed(session, QINHUAI)
        old = session.get_one(Passage, (QINHUAI, Stage.PRE_TENDER)).passed_on
    words = page(preview(admin, second, QINHUAI)).text()
    assert "M09 纳入单位授权委托已有办理记录（已确认）" in words
    with database.reader() as reading:
        assert reading.get_one(Passage, (QINHUAI, Stage.PRE_TENDER)).passed_on == old


def test_a_preview_that_is_out_of_date_is_shown_again(
    admin: Critic, second: str, database: Database, clock: Clock
) -> None:
    seen = preview(admin, second, XISHAN)
    with database.transaction() as session:
        programme.updated(session, XISHAN, "M09", percent=10)
        programme.submitted(session, XISHAN, "M04")
    fresh = preview(admin, second, YUNLONG)
    with database.transaction() as session:
        programme.submitted(session, YUNLONG, "M04")
    blocked = admin.press(seen, "确认移动 1 个地区", follow_redirects=True)
    assert "没有需要移动的" in blocked.text
    answer = admin.press(fresh, "确认移动 1 个地区")
    assert answer.status_code == 409
    assert "请重新核对后确认" in answer.text
    assert version_of(database, YUNLONG) == 1
    assert admin.press(answer, "确认移动 1 个地区").status_code == 302
    assert version_of(database, YUNLONG) == 2


def test_a_changed_batch_is_dated_anew_on_purpose(
    admin: Critic, database: Database, clock: Clock
) -> None:
    fields = {"batch_number": "2", "understood": "y"}
    admin.press(admin.get(f"/admin/notice/regions/{YUNLONG}"), "保存", fields)
    with database.reader() as reading:
        assert reading.get_one(Region, YUNLONG).batch_number == 2
    assert rows(database, YUNLONG)["M05"].planned == date(2026, 8, 31)
    seen = preview(admin, "/admin/templates/1", YUNLONG)
    assert "M12" in page(seen).text()
    admin.press(seen, "确认移动 1 个地区")
    after = rows(database, YUNLONG)
    assert "G-B" in after
    assert after["M05"].planned is None


def test_nothing_chosen_and_drafts(admin: Critic, database: Database) -> None:
    empty = admin.send("/admin/templates/1/move/preview")
    assert empty.status_code == 422
    assert page(empty).problems == ["请至少勾选一个地区，再查看变动。"]
    draft = str(admin.press(admin.get("/admin/templates"), "新建下一版草稿").headers["Location"])
    assert "尚未发布" in admin.get(f"{draft}/move").text
    refused = admin.send(f"{draft}/move", {"region": XISHAN})
    assert refused.status_code == 422
    assert version_of(database, XISHAN) == 1


def test_the_preview_costs_a_fixed_number_of_statements(
    admin: Critic, second: str, database: Database, statements: Callable[[], Any]
) -> None:
    preview(admin, second, XISHAN)  # what is kept between requests is there from now on
    with statements() as one:
        preview(admin, second, XISHAN)
    with database.reader() as reading:
        everybody = reading.scalars(select(Lifecycle.region_code)).all()
    with statements() as all_:
        preview(admin, second, *everybody)
    assert len(one) == len(all_) <= 14, str(all_)
