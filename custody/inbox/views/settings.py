"""How a person wants to be told: by mail or not, to which address; their calendar feed."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from config import Config
from custody.accounts.access import identity, public, requires
from custody.accounts.rules import Can
from custody.inbox import feed, rules
from custody.inbox.actions import wishes
from custody.inbox.forms import AddressForm, CodeForm
from custody.inbox.models import Preference
from custody.inbox.queries import messages as queries
from custody.inbox.queries.dues import due_things
from custody.inbox.rules import Channel, Group
from custody.infra import clock, workdays
from custody.infra.tally import Tally
from custody.kernel.problems import NotFound, Problem, Refused
from custody.regions.queries import place_name
from custody.web import kept
from custody.web.database import session, transaction
from custody.workdays.queries import overlay_of

blueprint = Blueprint("inbox_settings", __name__)
kept.call(
    blueprint,
    "消息设置",
    {
        "choose": "保存设置",
        "ask": "获取验证码",
        "verify": "验证邮箱",
        "forget": "取消邮箱",
        "renew": "生成订阅地址",
        "revoke": "撤销订阅",
    },
    "inbox_settings.show",
)
Page = str | Response | tuple[str, int]
FEED_READS, FEED_GUESSES = 30, 60
"""Of one feed's address, and of one machine, in a minute."""


def _config() -> Config:
    found = current_app.config["CONFIG"]
    assert isinstance(found, Config)
    return found


def _key() -> str:
    return str(current_app.secret_key)


@dataclass(frozen=True, slots=True)
class Choice:
    group: Group
    channel: Channel


@blueprint.get("/inbox/settings")
@requires(Can.READ_INBOX)
def show() -> Page:
    return _page()


def _page(
    *,
    address: AddressForm | None = None,
    code: CodeForm | None = None,
    rest: list[Problem] | None = None,
    status: int = 200,
) -> tuple[str, int]:
    who = identity()
    row = queries.preference_of(session(), who.id)
    now = clock.now()
    waiting = bool(row.asked and row.code_until and now <= row.code_until)
    page = render_template(
        "inbox/settings.html",
        row=row,
        mails=_config().mails,
        waiting=waiting,
        address=address or AddressForm(formdata=None),
        code=code or CodeForm(formdata=None),
        rest=rest or [],
        choices=[
            Choice(group, rules.channel_of(row.choices, group))
            for group in rules.groups_for(who.role)
        ],
        channels=tuple(Channel),
        feed=_feed_url(row),
        stale=_is_stale(row),
    )
    return page, status


def _feed_url(row: Preference) -> str:
    """The address to subscribe to; empty where there is none that works."""
    if not row.feed_digest or _is_stale(row):
        return ""
    path = url_for("inbox_settings.calendar", secret=wishes.secret_of(row, _key()))
    base = _config().base_url or request.host_url.rstrip("/")
    return f"{base}{path}"


def _is_stale(row: Preference) -> bool:
    """Was the feed made with another key of the application? Then it cannot be shown any more."""
    if not row.feed_digest:
        return False
    return wishes.digest_of_secret(wishes.secret_of(row, _key())) != row.feed_digest


@blueprint.post("/inbox/settings")
@requires(Can.READ_INBOX)
def choose() -> Page:
    """By group: what the radio buttons say; anything odd leaves the group as it was."""
    chosen = {
        group: Channel(text)
        for group in Group
        if (text := request.form.get(f"channel_{group.value}", "")) in set(Channel)
    }
    with transaction() as writing:
        wishes.choose(writing, actor=identity(), now=clock.now(), choices=chosen)
    flash("已保存消息设置。")
    return redirect(url_for("inbox_settings.show"), 303)


@blueprint.post("/inbox/settings/address")
@requires(Can.READ_INBOX)
def ask() -> Page:
    """Send a code to a new address."""
    form = AddressForm()
    if not form.validate_on_submit():
        return _page(address=form, status=422)
    if not _config().mails:
        words = "系统尚未配置邮件服务，暂不能设置邮箱；请联系系统管理员。"
        return _page(address=form, rest=[Problem("off", words)], status=422)
    try:
        with transaction() as writing:
            wishes.ask(
                writing,
                actor=identity(),
                now=clock.now(),
                address=form.address.data,
                base=_config().base_url,
            )
    except Refused as refusal:
        return _page(address=form, rest=form.take(refusal.problems), status=422)
    flash(f"验证码已发往{form.address.data}，请查收后填写；几分钟内未收到的，请检查垃圾邮件。")
    return redirect(url_for("inbox_settings.show", _anchor="address"), 303)


@blueprint.post("/inbox/settings/code")
@requires(Can.READ_INBOX)
def verify() -> Page:
    form = CodeForm()
    if not form.validate_on_submit():
        return _page(code=form, status=422)
    try:
        with transaction() as writing:
            right = wishes.verify(writing, actor=identity(), now=clock.now(), code=form.code.data)
    except Refused as refusal:
        rest = [Problem(p.code, p.message) for p in refusal.problems]
        return _page(code=form, rest=rest, status=422)
    if not right:
        form.take([Problem("wrong", "验证码不对，请核对邮件中的6位数字。", "code")])
        return _page(code=form, status=422)
    flash("邮箱已验证，以后按下面的设置发送邮件。")
    return redirect(url_for("inbox_settings.show"), 303)


@blueprint.post("/inbox/settings/forget")
@requires(Can.READ_INBOX)
def forget() -> Page:
    with transaction() as writing:
        wishes.forget_address(writing, actor=identity(), now=clock.now())
    flash("已取消邮箱，不再发送邮件；消息仍可在系统中查看。")
    return redirect(url_for("inbox_settings.show"), 303)


# --- the calendar feed ------------------------------------------------------------------------


@blueprint.post("/inbox/settings/calendar")
@requires(Can.READ_INBOX)
def renew() -> Page:
    with transaction() as writing:
        wishes.renew_feed(writing, actor=identity(), now=clock.now(), key=_key())
    flash("已生成日历订阅地址；原地址（如有）已失效。")
    return redirect(url_for("inbox_settings.show", _anchor="calendar"), 303)


@blueprint.post("/inbox/settings/calendar/revoke")
@requires(Can.READ_INBOX)
def revoke() -> Page:
    with transaction() as writing:
        wishes.revoke_feed(writing, actor=identity(), now=clock.now())
    flash("已撤销日历订阅，原地址已失效。")
    return redirect(url_for("inbox_settings.show", _anchor="calendar"), 303)


@blueprint.get("/calendar/<secret>.ics")
@public
def calendar(secret: str) -> Response:
    """The feed: for calendar programs, which have no cookie; the secret says whose it is."""
    now = clock.now()
    data = _config().data
    reads = Tally(data / "feed-reads.tally", FEED_READS)
    guesses = Tally(data / "feed-guesses.tally", FEED_GUESSES)
    # Both are counted, whichever says no.
    allowed = (reads.allows(secret[:100], now), guesses.allows(request.remote_addr or "", now))
    if not all(allowed):
        busy = current_app.response_class(
            "请求过于频繁，请稍后再试。\n", 429, mimetype="text/plain"
        )
        busy.headers["Retry-After"] = "60"
        return busy
    owner = queries.owner_of_feed(session(), wishes.digest_of_secret(secret))
    if owner is None:
        raise NotFound
    who = owner.identity()
    with workdays.consulting(overlay_of(session(), who.place.province)):
        dues = due_things(session(), who, now.date())
    body = feed.calendar(
        dues,
        name=place_name(session(), who.place),
        now=now,
        today=now.date(),
        base_url=_config().base_url,
    )
    answer = current_app.response_class(body, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = "inline; filename=custody.ics"
    answer.headers["Cache-Control"] = "private, max-age=900"
    return answer
