"""The outbox as the administrator sees it."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config import Config
from custody.accounts.access import identity, requires
from custody.accounts.rules import Can
from custody.inbox import tables
from custody.inbox.actions import outbox
from custody.inbox.forms import AddressForm
from custody.inbox.models import MailState
from custody.inbox.queries import messages as queries
from custody.infra import clock
from custody.infra.mail import Server
from custody.kernel.problems import Problem, Refused
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.exports import table_file
from custody.web.paging import page_of

blueprint = Blueprint("mail", __name__, url_prefix="/admin/mail")
kept.call(
    blueprint,
    "邮件服务",
    {"test": "发送测试邮件", "retry": "重发"},
    "mail.index",
)
MOST_EXPORTED = 20_000
Page = str | Response | tuple[str, int]


def _config() -> Config:
    found = current_app.config["CONFIG"]
    assert isinstance(found, Config)
    return found


@blueprint.get("")
@requires(Can.MANAGE_MAIL)
def index() -> Page:
    return _page()


def _state() -> MailState | None:
    text = request.values.get("state", "")
    return MailState(text) if text in set(MailState) else None


def _page(
    form: AddressForm | None = None, rest: list[Problem] | None = None, status: int = 200
) -> tuple[str, int]:
    place, state, config = identity().place, _state(), _config()
    page = page_of(queries.count_mails(session(), place, state), 30)
    answer = render_template(
        "inbox/mail.html",
        rows=queries.list_mails(session(), place, state, limit=page.size, offset=page.offset),
        page=page,
        state=state,
        states=tuple(MailState),
        counts=queries.mails_by_state(session(), place),
        server=Server.parse(config.smtp_url) if config.mails else None,
        sender=config.mail_from,
        base_url=config.base_url,
        form=form or AddressForm(formdata=None),
        rest=rest or [],
    )
    return answer, status


@blueprint.get("/list.xlsx")
@requires(Can.MANAGE_MAIL)
def export() -> Page:
    """The outbox as filtered, newest first. Recorded."""
    who, state, now = identity(), _state(), clock.now()
    rows = queries.list_mails(session(), who.place, state, limit=MOST_EXPORTED, offset=0)
    count = f"{len(rows)}封邮件"
    return table_file(
        tables.mails(rows, under=f"{now:%Y-%m-%d}　共{count}"),
        actor=who,
        place=who.place,
        name="发件箱",
        plain="outbox",
        note=f"{count}，状态为“{state.label}”" if state else count,
    )


@blueprint.post("/test")
@requires(Can.MANAGE_MAIL)
def test() -> Page:
    form = AddressForm()
    if not form.validate_on_submit():
        return _page(form, status=422)
    if not _config().mails:
        words = "尚未配置邮件服务器，不能发送；请先按本页说明设置后重新启动。"
        return _page(form, [Problem("off", words)], 422)
    with transaction() as writing:
        outbox.try_out(
            writing,
            actor=identity(),
            now=clock.now(),
            address=form.address.data,
            base=_config().base_url,
        )
    flash(f"测试邮件已放入发件箱，将发往{form.address.data}；几秒后刷新本页查看结果。")
    return redirect(url_for("mail.index"), 303)


@blueprint.post("/<int:number>/retry")
@requires(Can.MANAGE_MAIL)
def retry(number: int) -> Page:
    try:
        with transaction() as writing:
            outbox.retry(writing, actor=identity(), now=clock.now(), number=number)
    except Refused as refusal:
        return _page(rest=list(refusal.problems), status=422)
    flash("已重新放入发件箱；几秒后刷新本页查看结果。")
    state = _state()
    return redirect(url_for("mail.index", state=state.value if state else None), 303)
