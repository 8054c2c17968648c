"""Who is asking, and whether they may. Every view carries @requires(...) or @public."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from custody.accounts import queries, rules
from custody.accounts.models import Account
from custody.accounts.rules import Can, Identity, Place, Role
from custody.infra import clock, journal
from custody.web import kept
from custody.web.database import session, transaction

P = ParamSpec("P")
R = TypeVar("R")


class SignedIn(UserMixin):  # type: ignore[misc]
    """Flask-Login's user: the identity and the id of this session."""

    def __init__(self, identity: Identity, session_id: str) -> None:
        self.identity = identity
        self.id = session_id


def remember(account: Account) -> None:
    """Start a session for the account; what was in the cookie before is dropped."""
    cookie.clear()
    g.pop("csrf_token", None)  # made for the session that is gone; the next form needs a new one
    cookie.permanent = True
    cookie["seen"] = int(clock.now().timestamp())
    login_user(SignedIn(account.identity(_address()), f"{account.id}.{account.session_epoch}"))


def forget() -> None:
    logout_user()
    cookie.clear()


def _address() -> str:
    return (request.remote_addr or "")[:64]


def identity() -> Identity:
    """The signed-in person; only views that are not public may ask."""
    found = current_user.identity
    assert isinstance(found, Identity)
    return found


def may(can: Can | str, place: Place | None = None) -> bool:
    """For templates and views: may the signed-in person do this (there)?"""
    if not current_user.is_authenticated:
        return False
    return rules.may(identity(), Can(can), place)


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Marks a view that needs no account."""
    view.custody_access = "public"  # type: ignore[attr-defined]
    return view


def requires(*wanted: Can) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """The view is for people whose role has one of the permissions.

    Without sign-in: the sign-in page, with what was typed kept. With a password that must be changed:
    that page first. Otherwise 403, recorded. The *place* is checked where rows are found: the
    person's place is in the WHERE, so what lies outside is a 404.
    """

    def decorate(view: Callable[P, Any]) -> Callable[P, Any]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            if not current_user.is_authenticated:
                return sign_in_first()
            who = identity()
            if who.must_change_password:
                return redirect(url_for("accounts.password"))
            if not any(rules.may(who, can) for can in wanted):
                note_refusal(who)
                abort(403)
            return view(*args, **kwargs)

        guarded.custody_access = wanted  # type: ignore[attr-defined]
        return guarded

    return decorate


def sign_in_first() -> Response:
    """To the sign-in page. A form that was sent is carried along, to be offered again afterwards."""
    if request.method == "POST":
        g.kept = kept.pack(kept.from_request())
        view: Any = current_app.view_functions["accounts.sign_in"]
        return current_app.make_response(view())
    target = request.full_path.rstrip("?")
    return redirect(url_for("accounts.sign_in", next=target if target != "/" else None))


def note_refusal(who: Identity) -> None:
    """A refusal is an audit event of its own, even though the request changes nothing else."""
    with transaction() as writing:
        journal.record(
            writing,
            actor=who,
            now=clock.now(),
            action="access.refused",
            kind="page",
            subject=(request.endpoint or "")[:60],
            label=request.path,
            province=who.place.province,
            city=who.place.city,
            region=who.place.region,
            refused=True,
        )


def init(app: Flask, *, idle_minutes: int, admin_idle_minutes: int) -> None:
    manager = LoginManager(app)
    manager.session_protection = "basic"
    manager.unauthorized_handler(sign_in_first)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def _load(session_id: str) -> SignedIn | None:
        account = queries.by_session_id(session(), session_id)
        if account is None:
            return None
        now = int(clock.now().timestamp())
        minutes = admin_idle_minutes if account.role is Role.SYSADMIN else idle_minutes
        seen = int(cookie.get("seen", 0))
        if not 0 <= now - seen <= minutes * 60:
            g.idle = True
            return None
        if now - seen > 30:
            cookie["seen"] = now
        return SignedIn(account.identity(_address()), session_id)

    @app.context_processor
    def _words() -> dict[str, Any]:
        who = identity() if current_user.is_authenticated else None
        return {"may": may, "who": who}
