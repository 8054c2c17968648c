"""The steps of a version's way: fitted anew, decided for an energy at once, proposed, spoken of,
returned, adopted, given up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session

from custody.accounts.access import identity, requires
from custody.accounts.rules import Can, Identity
from custody.baselines.actions import decisions, drafts, lines
from custody.baselines.forms.versions import ChooseAllForm, CommentForm, ReturnForm
from custody.baselines.queries import get_baseline, outline_of
from custody.baselines.rules.outline import METHODS, by_energy
from custody.baselines.views.begin import AT_ONCE
from custody.baselines.views.pages import Page, blueprint, step
from custody.baselines.views.version import Typed, energies_of, version_page
from custody.energy.rules.energies import Energy
from custody.infra import clock
from custody.kernel.problems import Conflict, Problem, Refused
from custody.web.database import session, transaction
from custody.web.formkit import whole


def _version() -> int:
    return whole(request.form.get("version"))


def _plain(number: int, verb: Callable[..., Any], words: str) -> Page:
    """A button without fields."""
    get_baseline(session(), number, who=identity())

    def act(writing: Session, who: Identity) -> object:
        return verb(writing, actor=who, now=clock.now(), number=number, version=_version())

    def again(problems: list[Problem], status: int) -> Page:
        return version_page(number, Typed(problems=problems), status)

    return step(number, act, words, again)


@blueprint.post("/<int:number>/refit")
@requires(Can.PROPOSE_BASELINE)
def refit(number: int) -> Page:
    get_baseline(session(), number, who=identity())
    small = 0 < len(outline_of(session(), number)) <= AT_ONCE

    def again(writing: Session, **about: Any) -> object:
        return drafts.refit(writing, at_once=small, **about)

    done = "已按最新的账单、气温和名录重新计算，人工选用的方法在数据足够时已保留，请核对。"
    words = done if small else "正在后台重新计算。"
    return _plain(number, again, words)


@blueprint.post("/<int:number>/choose")
@requires(Can.PROPOSE_BASELINE)
def choose_all(number: int) -> Page:
    """One method for all meters of an energy whose data bear it."""
    get_baseline(session(), number, who=identity())
    form = ChooseAllForm()
    form.offer(energies_of(by_energy(outline_of(session(), number))))
    if not form.validate_on_submit():
        return version_page(number, Typed(choosing=form), 422)
    energy = Energy(form.energy.data)
    try:
        with transaction() as writing:
            count = lines.choose_all(
                writing,
                actor=identity(),
                now=clock.now(),
                number=number,
                version=_version(),
                energy=energy,
                chosen=form.chosen.data,
                words=form.words.data,
            )
    except Refused as refusal:
        return version_page(number, Typed(form, problems=form.take(refusal.problems)), 422)
    except Conflict:
        changed = "在您打开页面之后，有人改过这一版基准；您的选择仍在下面，请核对后再办理。"
        return version_page(number, Typed(form, problems=[Problem("changed", changed)]), 409)
    method = METHODS[form.chosen.data]
    flash(
        f"{energy.label}已有{count}个户号改用{method}；数据不足以采用该方法的户号没有改动。"
        if count
        else f"{energy.label}没有需要改用{method}的户号。"
    )
    return redirect(url_for("baselines.show", number=number), 303)


@blueprint.post("/<int:number>/propose")
@requires(Can.PROPOSE_BASELINE)
def propose(number: int) -> Page:
    words = "已提交，等待设区市提出意见、省级采用；采用前内容不能改动。"
    return _plain(number, decisions.propose, words)


@blueprint.post("/<int:number>/comment")
@requires(Can.COMMENT_BASELINE)
def comment(number: int) -> Page:
    get_baseline(session(), number, who=identity())
    form = CommentForm()
    if not form.validate_on_submit():
        return version_page(number, Typed(comment=form), 422)

    def act(writing: Session, who: Identity) -> object:
        return decisions.comment(
            writing,
            actor=who,
            now=clock.now(),
            number=number,
            key=form.key.data,
            party=form.party.data or "",
            words=form.words.data,
        )

    def again(problems: list[Problem], status: int) -> Page:
        return version_page(number, Typed(comment=form, problems=form.take(problems)), status)

    return step(number, act, "意见已记入，区县和省级可以看到。", again)


@blueprint.post("/<int:number>/return")
@requires(Can.ADOPT_BASELINE)
def send_back(number: int) -> Page:
    get_baseline(session(), number, who=identity())
    form = ReturnForm()
    if not form.validate_on_submit():
        return version_page(number, Typed(returning=form), 422)

    def act(writing: Session, who: Identity) -> object:
        return decisions.send_back(
            writing,
            actor=who,
            now=clock.now(),
            number=number,
            version=_version(),
            reason=form.reason.data,
        )

    def again(problems: list[Problem], status: int) -> Page:
        return version_page(number, Typed(returning=form, problems=form.take(problems)), status)

    return step(number, act, "已退回区县修改，退回理由已通知填报员。", again)


@blueprint.post("/<int:number>/adopt")
@requires(Can.ADOPT_BASELINE)
def adopt(number: int) -> Page:
    words = "已采用：这一版基准从此不再改动，节能量即按它核算。"
    return _plain(number, decisions.adopt, words)


@blueprint.post("/<int:number>/discard")
@requires(Can.PROPOSE_BASELINE)
def discard(number: int) -> Page:
    return _plain(number, drafts.discard, "已放弃这一版；需要时可另建新的版本。")
