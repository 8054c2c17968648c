from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from custody.accounts import access, actions
from custody.accounts.access import identity, public
from custody.accounts.forms import PasswordForm, SignInForm
from custody.infra import clock
from custody.kernel.problems import Problem, Refused
from custody.web import kept
from custody.web.database import transaction

blueprint = Blueprint("accounts", __name__)
kept.call(
    blueprint,
    "账号",
    {"sign_in": "登录", "sign_out": "退出", "password": "修改密码"},
)
Page = str | Response | tuple[str, int]


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Page:
    if g.get("kept"):
        return _sign_in_page(SignInForm(formdata=None), g.kept, 401)
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(url_for("home"))
    form = SignInForm()
    token = request.form.get("kept", "")
    if not form.validate_on_submit():
        return _sign_in_page(form, token, 422 if form.is_submitted() else 200)
    with transaction() as session:
        account, problems = actions.sign_in(
            session,
            username=form.username.data,
            password=form.password.data,
            now=clock.now(),
            address=request.remote_addr or "",
        )
    if account is None:
        return _sign_in_page(form, token, 422, problems)
    access.remember(account)
    held = kept.unpack(token) if token else None
    if account.must_change_password:
        return redirect(url_for("accounts.password"))
    if held:
        return kept.offer(held, "登录已过期")
    return redirect(_inside(request.form.get("next", "")) or url_for("home"))


def _sign_in_page(
    form: SignInForm, token: str, status: int, problems: list[Problem] | None = None
) -> tuple[str, int]:
    page = render_template(
        "accounts/sign_in.html",
        form=form,
        kept=token,
        next=request.values.get("next", ""),
        idle=g.get("idle", False),
        problems=problems or [],
        demo_accounts=current_app.config["DEMO_ACCOUNTS"],
    )
    return page, status


def _inside(target: str) -> str:
    """The target if it stays on this site, else nothing."""
    parts = urlsplit(target)
    safe = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if safe and not parts.netloc and not parts.scheme else ""


@blueprint.post("/sign-out")
@public
def sign_out() -> Page:
    if current_user.is_authenticated:
        with transaction() as session:
            actions.sign_out(session, actor=identity(), now=clock.now())
    access.forget()
    return redirect(url_for("accounts.sign_in"))


@blueprint.route("/password", methods=["GET", "POST"])
@public
def password() -> Page:
    """Open to whoever must change a password before anything else; asks for sign-in itself."""
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in", next=url_for("accounts.password")))
    form = PasswordForm()
    if not form.validate_on_submit():
        return _password_page(form, 422 if form.is_submitted() else 200)
    if form.password.data != form.again.data:
        form.again.errors = ["两次输入的新密码不一致，请重新输入。"]
        return _password_page(form, 422)
    try:
        with transaction() as session:
            account = actions.change_password(
                session,
                actor=identity(),
                now=clock.now(),
                current=form.current.data,
                password=form.password.data,
            )
    except Refused as refusal:
        form.take(refusal.problems)
        return _password_page(form, 422)
    access.remember(account)
    flash("密码已更改，其他设备上的登录已全部退出。")
    return redirect(url_for("home"))


def _password_page(form: PasswordForm, status: int) -> tuple[str, int]:
    forced = identity().must_change_password
    return render_template("accounts/password.html", form=form, forced=forced), status
