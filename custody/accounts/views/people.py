"""Accounts as the administrator keeps them. A first password is shown once, on the page itself."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from custody.accounts import actions, queries, tables
from custody.accounts.access import identity, requires
from custody.accounts.forms import AccountForm, ConfirmForm, NewAccountForm, grouped
from custody.accounts.models import Account
from custody.accounts.queries import Wanted
from custody.accounts.rules import Can, Place, Role, locked, what_stops
from custody.infra import clock
from custody.kernel.days import full_day
from custody.kernel.problems import Conflict, Problem, Refused
from custody.web import kept
from custody.web.database import session, transaction
from custody.web.exports import table_file
from custody.web.formkit import Difference
from custody.web.paging import page_of

blueprint = Blueprint("people", __name__, url_prefix="/admin/accounts")
kept.call(
    blueprint,
    "账号",
    {
        "new": "新增账号",
        "edit": "保存账号",
        "reset_password": "重置密码",
        "switch": "启用或停用",
        "unlock": "立即解锁",
    },
    "people.edit",
)
Page = str | Response | tuple[str, int]


@blueprint.get("")
@requires(Can.MANAGE_ACCOUNTS)
def index() -> Page:
    who, wanted = identity(), _wanted()
    spots = queries.spots(session(), who.place)
    page = page_of(queries.count(session(), place=who.place, wanted=wanted))
    rows = queries.listed(
        session(), place=who.place, wanted=wanted, limit=page.size, offset=page.offset
    )
    now = clock.now()
    return render_template(
        "accounts/people.html",
        rows=rows,
        page=page,
        wanted=wanted,
        filtered=_filtered(wanted),
        roles=Role,
        choices=grouped(spots),
        names={spot.code: spot.name for spot in spots},
        locked={row.id for row in rows if locked(row.locked_until, now)},
    )


@blueprint.get("/list.xlsx")
@requires(Can.MANAGE_ACCOUNTS)
def listing() -> Page:
    """All accounts that pass the filter, without passwords."""
    who, wanted, now = identity(), _wanted(), clock.now()
    rows = queries.listed(session(), place=who.place, wanted=wanted, limit=MOST_LISTED)
    names = {spot.code: spot.name for spot in queries.spots(session(), who.place)}
    frozen = {row.id for row in rows if locked(row.locked_until, now)}
    count = f"{len(rows)}个账号"
    return table_file(
        tables.accounts(rows, names, frozen, under=f"截至{full_day(now)}　共{count}"),
        actor=who,
        place=who.place,
        name="账号",
        plain="accounts",
        note=f"{count}，筛选后导出" if _filtered(wanted) else count,
    )


MOST_LISTED = 20_000


def _filtered(wanted: Wanted) -> bool:
    return any(asdict(wanted).values()) or wanted.active is False


def _wanted() -> Wanted:
    role, state = request.args.get("role", ""), request.args.get("state", "")
    return Wanted(
        role=Role(role) if role in set(Role) else None,
        place=request.args.get("place", "")[:12],
        words=request.args.get("q", "").strip()[:40],
        active={"active": True, "inactive": False}.get(state),
    )


def _place(code: str) -> Place:
    """The chosen place; a code from outside the administrator's province is no choice."""
    found = queries.spot(session(), code, identity().place)
    if found is None:
        raise Refused([Problem("place", "没有这个地方，请重新选择所属范围。", "place")])
    return found.place


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Can.MANAGE_ACCOUNTS)
def new() -> Page:
    form = NewAccountForm(role=request.args.get("role"), place=request.args.get("place"))
    form.offer(queries.spots(session(), identity().place))
    if not form.validate_on_submit():
        return _form_page("accounts/new.html", form, 422 if form.is_submitted() else 200)
    try:
        place = _place(form.place.data)
        with transaction() as writing:
            account, first = actions.add(
                writing,
                actor=identity(),
                now=clock.now(),
                username=form.username.data,
                name=form.name.data,
                unit=form.unit.data,
                phone=form.phone.data,
                role=Role(form.role.data),
                place=place,
            )
            return _password_page(account, first, added=True)
    except Refused as refusal:
        return _form_page("accounts/new.html", form, 422, rest=form.take(refusal.problems))


def _password_page(account: Account, first: str, *, added: bool) -> str:
    """The one page that ever shows this password; it is in no cookie, no address and no log."""
    place = queries.names_of(session(), [account.place.code]).get(account.place.code, "")
    return render_template(
        "accounts/first_password.html", account=account, first=first, added=added, place=place
    )


def _form_page(
    template: str,
    form: NewAccountForm,
    status: int,
    *,
    rest: list[Problem] | None = None,
    account: Account | None = None,
    differences: list[Difference] | None = None,
) -> tuple[str, int]:
    now = clock.now()
    page = render_template(
        template,
        form=form,
        rest=rest or [],
        account=account,
        differences=differences,
        locked=account is not None and locked(account.locked_until, now),
        own=account is not None and account.id == identity().id,
    )
    return page, status


@blueprint.route("/<int:number>", methods=["GET", "POST"])
@requires(Can.MANAGE_ACCOUNTS)
def edit(number: int) -> Page:
    account = queries.get_account(session(), number, place=identity().place)
    form = AccountForm(data=_stored(account))
    form.offer(queries.spots(session(), identity().place))
    if not form.validate_on_submit():
        status = 422 if form.is_submitted() else 200
        return _form_page("accounts/edit.html", form, status, account=account)
    try:
        place = _place(form.place.data)
        with transaction() as writing:
            actions.edit(
                writing,
                actor=identity(),
                now=clock.now(),
                account_id=number,
                version=_version(form),
                name=form.name.data,
                unit=form.unit.data,
                phone=form.phone.data,
                role=Role(form.role.data),
                place=place,
                active=account.active,
            )
    except Refused as refusal:
        rest = form.take(refusal.problems)
        account = queries.get_account(session(), number, place=identity().place)
        return _form_page("accounts/edit.html", form, 422, rest=rest, account=account)
    except Conflict:
        account = queries.get_account(session(), number, place=identity().place)
        stored = _stored(account)
        differences = form.differences({**stored, "version": form.version.data})
        form.version.data = stored["version"]
        return _form_page("accounts/edit.html", form, 409, account=account, differences=differences)
    flash(f"已保存{form.name.data.strip()}的账号信息。")
    return redirect(url_for("people.index"))


def _stored(account: Account) -> dict[str, object]:
    return {
        "version": str(account.version),
        "name": account.name,
        "unit": account.unit,
        "phone": account.phone,
        "role": account.role.value,
        "place": account.place.code,
    }


def _version(form: AccountForm) -> int:
    text = form.version.data or ""
    return int(text) if text.isdecimal() else 0


@blueprint.route("/<int:number>/password", methods=["GET", "POST"])
@requires(Can.MANAGE_ACCOUNTS)
def reset_password(number: int) -> Page:
    account = queries.get_account(session(), number, place=identity().place)
    form = ConfirmForm()
    if not form.validate_on_submit():
        return render_template("accounts/reset_password.html", form=form, account=account)
    with transaction() as writing:
        account = queries.get_account(writing, number, place=identity().place)
        first = actions.reset_password(writing, actor=identity(), now=clock.now(), account=account)
        return _password_page(account, first, added=False)


@blueprint.post("/<int:number>/unlock")
@requires(Can.MANAGE_ACCOUNTS)
def unlock(number: int) -> Page:
    try:
        with transaction() as writing:
            account = queries.get_account(writing, number, place=identity().place)
            actions.unlock(writing, actor=identity(), now=clock.now(), account=account)
            flash(f"{account.name}的账号已解锁，可以立即登录。")
    except Refused as refusal:
        flash(refusal.problems[0].message)
    return redirect(url_for("people.edit", number=number))


@blueprint.route("/<int:number>/active", methods=["GET", "POST"])
@requires(Can.MANAGE_ACCOUNTS)
def switch(number: int) -> Page:
    """Deactivate an account, or bring it back; the page says what that stops."""
    account = queries.get_account(session(), number, place=identity().place)
    form, rest = ConfirmForm(), []
    wanted = request.values.get("to") == "active"
    if form.validate_on_submit():
        try:
            with transaction() as writing:
                account = queries.get_account(writing, number, place=identity().place)
                actions.set_active(
                    writing, actor=identity(), now=clock.now(), account=account, active=wanted
                )
                flash(f"{account.name}的账号已{'启用' if wanted else '停用'}。")
            return redirect(url_for("people.index"))
        except Refused as refusal:
            rest = list(refusal.problems)
            account = queries.get_account(session(), number, place=identity().place)
    place = queries.names_of(session(), [account.place.code]).get(account.place.code, "")
    page = render_template(
        "accounts/switch.html",
        form=form,
        rest=rest,
        account=account,
        wanted=wanted,
        place=place,
        stops=what_stops(account.role, place, queries.colleagues(session(), account)),
    )
    return page, 422 if rest else 200
