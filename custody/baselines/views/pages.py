"""What the pages of baselines share: the blueprint, the way a verb answers, how forms are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from custody.accounts.access import identity
from custody.accounts.rules import Identity
from custody.baselines.models import Baseline
from custody.baselines.queries import get_baseline
from custody.kernel.problems import Conflict, NotFound, Problem, Refused
from custody.regions.models import Region
from custody.web import kept
from custody.web.database import session, transaction

blueprint = Blueprint("baselines", __name__, url_prefix="/baselines")
Page = str | Response | tuple[str, int]

CHANGED = Problem("changed", "在您打开页面之后，这一版基准有了变化；请核对下面的最新内容后再办理。")
_ACTS = {
    "baselines.begin": "建立基准",
    "baselines.refit": "重新计算",
    "baselines.choose_all": "改用方法",
    "baselines.choose": "选用方法",
    "baselines.quota": "录入定额",
    "baselines.propose": "提交",
    "baselines.comment": "提出意见",
    "baselines.send_back": "退回",
    "baselines.adopt": "采用",
    "baselines.discard": "放弃",
    "baselines.order_paper": "生成核定表",
}


def _describe(endpoint: str, args: Mapping[str, Any], _fields: Mapping[str, str]) -> kept.About:
    act = _ACTS.get(endpoint, "")
    if "number" not in args:
        back = url_for("baselines.begin", code=args["code"]) if "code" in args else ""
        return kept.About("能源基准", act, back)
    try:
        row, region = get_baseline(session(), args["number"], who=identity())
    except NotFound:
        return kept.About("能源基准", act)
    return kept.About(title_of(row, region), act, url_for("baselines.show", number=row.id))


kept.describe(blueprint, _describe)


def title_of(row: Baseline, region: Region) -> str:
    return f"{region.name}能源基准第{row.number}版"


Verb = Callable[[Session, Identity], object]
Again = Callable[[list[Problem], int], Page]


def step(number: int, verb: Verb, words: str, again: Again) -> Page:
    """One verb, then back to the version; `again` shows the page once more with its problems."""
    try:
        with transaction() as writing:
            verb(writing, identity())
    except Refused as refusal:
        return again(list(refusal.problems), 422)
    except Conflict:
        return again([CHANGED], 409)
    flash(words)
    return redirect(url_for("baselines.show", number=number), 303)
