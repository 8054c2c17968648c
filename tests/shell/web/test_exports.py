"""Every table of a page as .xlsx: what the page shows, no more than the person may see, recorded."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import func, select

from custody.infra.db import Database
from custody.infra.journal import Event
from custody.infra.sheets import read_workbook
from custody.kernel.cells import Sheet, words
from custody.milestones.models import Template
from tests.critic import Critic
from tests.factories.people import SUZHOU, WUXI, YIXING, ZHANGJIAGANG

pytestmark = [
    pytest.mark.parametrize("database_kind", ["sqlite"]),
    pytest.mark.parametrize("template", ["lived"]),
]


def sheets(client: Critic, url: str) -> list[Sheet]:
    answer = client.get(url)
    assert answer.status_code == 200, url
    named = unquote(answer.headers["Content-Disposition"])
    assert named.endswith("20261122.xlsx"), named
    return read_workbook(answer.data, "x.xlsx")


def column(sheet: Sheet, title: str) -> list[str]:
    head = [words(cell) for cell in sheet.rows[2]]
    return [words(row[head.index(title)]) for row in sheet.rows[3:]]


def recorded(database: Database) -> list[tuple[str, str, bool]]:
    with database.reader() as s:
        rows = s.scalars(select(Event).where(Event.action == "table.exported").order_by(Event.id))
        return [(event.label, event.note, event.modifies) for event in rows]


def test_the_board_by_batch(database: Database, sign_in: Callable[..., Critic]) -> None:
    first, second, third, details = sheets(sign_in("coordinator"), "/board/matrix.xlsx")
    assert first.name == "第一批试点地区"
    assert "宜兴市" in column(first, "地区")
    assert len(column(third, "地区")) - 2 == 24
    assert words(first.at(0, 0)) == "江苏省第一批试点地区进展情况表"
    assert "截至2026年11月22日" in words(first.at(1, 0))
    assert any("已确认" in words(cell) for row in first.rows[3:] for cell in row)
    assert all("（" in light for light in column(first, "灯色")[:-2])
    assert details.name == "里程碑明细"
    assert len(second.rows) > 5
    assert recorded(database) == [("江苏省进展总览", "截至2026年11月22日，32个地区", False)]


def test_filters_and_place_hold(database: Database, sign_in: Callable[..., Critic]) -> None:
    only, details = sheets(sign_in("wuxi"), "/board/matrix.xlsx?batch=1")
    assert column(only, "地区")[0] == "宜兴市"
    assert set(column(details, "地区")) == {"宜兴市"}
    assert sign_in("wuxi").get(f"/cities/{SUZHOU}/matrix.xlsx").status_code == 404
    assert sign_in("wuxi").get(f"/regions/{ZHANGJIAGANG}/milestones.xlsx").status_code == 404
    assert sign_in("auditor").get("/board/matrix.xlsx").status_code == 403
    found = sheets(sign_in("wuxi"), f"/cities/{WUXI}/matrix.xlsx?milestone=M19")
    assert set(column(found[-1], "里程碑编码")) == {"M19"}


def test_attention(sign_in: Callable[..., Critic]) -> None:
    coordinator = sign_in("coordinator")
    lines, silent = sheets(coordinator, "/attention.xlsx")
    assert {"逾期", "已退回"} <= set(column(lines, "类别"))
    assert silent.name == "本月未报"
    [late] = sheets(coordinator, "/attention.xlsx?kind=late")
    assert set(column(late, "类别")) == {"逾期"}
    [alone] = sheets(coordinator, "/attention.xlsx?kind=silent")
    assert alone.name == "本月未报"


def test_a_region_a_desk_a_queue(database: Database, sign_in: Callable[..., Critic]) -> None:
    [region] = sheets(sign_in("leader"), f"/regions/{YIXING}/milestones.xlsx")
    assert words(region.at(0, 0)) == "宜兴市里程碑进展情况表"
    assert "已退回" in column(region, "状态")
    [desk] = sheets(sign_in("yixing"), "/todo.xlsx")
    assert "M22" in column(desk, "编码")
    assert "M20" not in column(desk, "编码")
    assert any("盖章页" in reason for reason in column(desk, "退回理由"))
    [queue] = sheets(sign_in("coordinator"), "/queue.xlsx")
    assert {"M18"} <= set(column(queue, "编码"))
    [queue] = sheets(sign_in("coordinator"), f"/queue.xlsx?city={WUXI}")
    assert set(column(queue, "地区")) == {"宜兴市"}
    assert [label for label, _, _ in recorded(database)][:2] == ["宜兴市里程碑", "宜兴市待办里程碑"]


def test_what_the_administrator_keeps(database: Database, sign_in: Callable[..., Critic]) -> None:
    admin = sign_in("admin")
    [people] = sheets(admin, "/admin/accounts/list.xlsx?role=officer")
    assert set(column(people, "角色")) == {"区县填报员"}
    assert "云山" not in str(people.rows)
    [regions] = sheets(admin, "/admin/notice/regions.xlsx?batch=1")
    assert column(regions, "地区") == ["宜兴市", "张家港市", "盐城市大丰区"]
    assert column(regions, "代码")[0] == "320282"
    [cities] = sheets(admin, "/admin/notice/cities.xlsx")
    assert column(cities, "设区市")[-1] == "合计"
    assert column(cities, "地区数")[-1] == "32"
    with database.reader() as s:
        number = s.scalar(select(Template.id).where(Template.province_code == "320000"))
    [items] = sheets(admin, f"/admin/templates/{number}/items.xlsx")
    assert "G-C" in column(items, "编码")
    [versions] = sheets(admin, "/admin/templates.xlsx")
    assert column(versions, "版本") == ["第1版"]
    assert column(versions, "状态") == ["已发布"]
    batches, tasks, targets = sheets(admin, "/admin/notice.xlsx")
    assert column(batches, "批次")[-1] == "合计"
    assert column(batches, "地区数")[-1] == "32"
    assert len(column(tasks, "任务内容")) == 9
    assert "平方米" in column(targets, "单位")
    [mails] = sheets(admin, "/admin/mail/list.xlsx")
    assert column(mails, "状态") == ["发送失败"]
    [sent] = sheets(admin, "/admin/mail/list.xlsx?state=sent")
    assert column(sent, "状态") == []
    assert recorded(database)[-1][0] == "发件箱"
    assert recorded(database)[0] == ("账号", "6个账号，筛选后导出", False)


def test_work_in_the_background_and_what_asks_for_orders(
    database: Database, sign_in: Callable[..., Critic]
) -> None:
    coordinator = sign_in("coordinator")
    [work] = sheets(coordinator, "/jobs.xlsx")
    shown = coordinator.get("/jobs").text
    assert column(work, "任务")
    assert all(label in shown for label in column(work, "任务"))
    [wanted] = sheets(coordinator, "/supervision/candidates.xlsx")
    assert {"红色督办", "黄色督办"} & set(column(wanted, "督办级别"))
    [near] = sheets(coordinator, "/supervision/candidates.xlsx?light=blue")
    assert set(column(near, "督办级别")) <= {"蓝色督办"}
    assert recorded(database)[0][0] == "后台任务"


def test_briefs(sign_in: Callable[..., Critic]) -> None:
    [mine] = sheets(sign_in("yixing"), "/briefs/list.xlsx")
    assert set(column(mine, "范围")) == {"宜兴市"}
    [all_of_them] = sheets(sign_in("coordinator"), "/briefs/list.xlsx")
    assert {"已发布", "草稿"} <= set(column(all_of_them, "状态"))
    [some] = sheets(sign_in("coordinator"), "/briefs/list.xlsx?q=无锡")
    assert set(column(some, "范围")) == {"无锡市"}


def test_the_journal(database: Database, sign_in: Callable[..., Critic]) -> None:
    auditor = sign_in("auditor-wuxi")
    [journal] = sheets(auditor, "/audit/export.xlsx?action=milestone.submitted")
    assert set(column(journal, "操作")) == {"提交审核"}
    assert set(column(journal, "地区")) == {"宜兴市"}
    with database.reader() as s:
        wanted = s.scalar(
            select(func.count()).where(
                Event.action == "milestone.submitted", Event.city_code == WUXI
            )
        )
        noted = s.scalars(select(Event).where(Event.action == "audit.exported")).one()
    assert len(column(journal, "操作")) == wanted
    assert noted.note == f"导出{wanted}条；筛选后导出"


@pytest.mark.parametrize(
    ("who", "small", "large"),
    [
        ("coordinator", "/board/matrix.xlsx?batch=1", "/board/matrix.xlsx"),
        ("coordinator", "/queue.xlsx?city=320500", "/queue.xlsx"),
        ("coordinator", "/briefs/list.xlsx?q=无锡", "/briefs/list.xlsx"),
        ("admin", "/admin/accounts/list.xlsx?role=auditor", "/admin/accounts/list.xlsx"),
        ("admin", "/admin/notice/regions.xlsx?batch=1", "/admin/notice/regions.xlsx"),
        ("auditor", "/audit/export.xlsx?person=宜报", "/audit/export.xlsx"),
    ],
)
def test_as_many_statements_for_few_rows_as_for_many(
    who: str, small: str, large: str, sign_in: Callable[..., Critic], statements: Any
) -> None:
    client = sign_in(who)
    counted = []
    for url in (small, small, large):
        with statements() as seen:
            sheets(client, url)
        counted.append(len(seen))
    assert counted[1] == counted[2]
