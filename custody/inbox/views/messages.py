"""What a person was told: the list, and what they do with it."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.inbox import rules
from custody.inbox.actions import wishes
from custody.inbox.models import Message
from custody.inbox.queries import messages as queries
from custody.inbox.rules import Group
from custody.infra import clock
from custody.infra.workbooks import Column, Shape, Table
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.exports import table_file
from custody.web.filters import moment
from custody.web.formkit import whole
from custody.web.paging import page_of

blueprint = Blueprint("inbox", __name__)
kept.call(
    blueprint,
    "消息",
    {"read": "标为已读", "read_all": "全部标为已读"},
    "inbox.index",
)
Page = str | Response | tuple[str, int]
MOST_EXPORTED = 5_000


@blueprint.get("/inbox")
@requires(Can.READ_INBOX)
def index() -> Page:
    who, group, new = identity(), _group(), _new()
    page = page_of(queries.count(session(), who.id, group=group, new=new), 30)
    rows = queries.listed(
        session(), who.id, group=group, new=new, limit=page.size, offset=page.offset
    )
    return render_template(
        "inbox/index.html",
        rows=[(row, leads_somewhere(row.page)) for row in rows],
        page=page,
        group=group,
        new=new,
        groups=rules.groups_for(who.role),
        unread_in=queries.unread_by_group(session(), who.id),
        newest=queries.newest(session(), who.id),
    )


def _group() -> Group | None:
    text = request.values.get("group", "")
    return Group(text) if text in set(Group) else None


def _new() -> bool:
    return request.values.get("new") == "1"


def leads_somewhere(path: str) -> bool:
    """Is there a page at this address? A message may be older or newer than its page."""
    if not path:
        return False
    try:
        current_app.url_map.bind("").match(path, "GET")
    except HTTPException:
        return False
    return True


@blueprint.post("/inbox/<int:number>/read")
@requires(Can.READ_INBOX)
def read(number: int) -> Page:
    """Mark it read; then to what it is about, or back to the list."""
    with transaction() as writing:
        message = wishes.read(writing, actor=identity(), now=clock.now(), number=number)
        page = message.page
    if request.form.get("then") == "open" and leads_somewhere(page):
        return redirect(page, 303)
    return redirect(_back(), 303)


@blueprint.post("/inbox/read")
@requires(Can.READ_INBOX)
def read_all() -> Page:
    with transaction() as writing:
        done = wishes.read_all(
            writing,
            actor=identity(),
            now=clock.now(),
            until=whole(request.form.get("until")),
            group=_group(),
        )
    flash(f"已将{done}条消息标为已读。" if done else "没有未读消息需要标记。")
    return redirect(_back(), 303)


def _back() -> str:
    group = _group()
    number = whole(request.form.get("page"))
    return url_for(
        "inbox.index",
        group=group.value if group else None,
        new="1" if _new() else None,
        page=number if number > 1 else None,
    )


@blueprint.get("/inbox.xlsx")
@requires(Can.READ_INBOX)
def export() -> Page:
    """The messages as filtered, newest first within unread and read. Recorded."""
    who = identity()
    rows = queries.listed(session(), who.id, group=_group(), new=_new(), limit=MOST_EXPORTED)
    table = Table(
        name="消息",
        title="消息",
        columns=(
            Column("时间", 16),
            Column("类别", 12),
            Column("消息", 60),
            Column("说明", 50),
            Column("状态", 8, Shape.CENTRE),
        ),
        rows=[_cells(row) for row in rows],
        under=f"{who.name}　{moment(clock.now())}",
    )
    return table_file(
        table,
        actor=who,
        place=who.place,
        name="消息",
        plain="messages",
        action="inbox.exported",
        subject=who.id,
        label=who.name,
    )


def _cells(row: Message) -> tuple[str, ...]:
    state = "已读" if row.read_at else "未读"
    return (f"{row.at:%Y-%m-%d %H:%M}", row.group.label, row.title, row.detail, state)
