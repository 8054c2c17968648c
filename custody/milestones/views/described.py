"""What a form of these pages is called when it is offered again after the session's end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from custody.accounts.access import identity
from custody.accounts.rules import Role
from custody.kernel.problems import NotFound
from custody.milestones.queries.milestones import get_milestone
from custody.web.database import session
from custody.web.kept import About

_REPORTED = {"save": "保存", "submit": "提交审核", "not_applicable": "申请不适用"}
_ACTS = {
    "milestones.no_change": "本月无变化",
    "milestones.discard": "放弃草稿",
    "milestones.withdraw": "撤回提交",
    "review.reopen": "退回重报",
    "review.replan": "调整计划日期",
    "evidence.remove": "移除材料",
}
_LISTS = {
    "milestones.no_change": ("我的待办", "milestones.todo"),
    "review.decide_several": ("审核", "review.queue"),
}


def described(endpoint: str, args: Mapping[str, Any], fields: Mapping[str, str]) -> About:
    act = _act(endpoint, fields)
    if endpoint in _LISTS:
        title, page = _LISTS[endpoint]
        return About(title, act, url_for(page))
    try:
        milestone, region = get_milestone(
            session(), args["region"], args["code"], place=identity().place
        )
    except NotFound:
        return About(act=act)
    return About(
        f"{region.name} {milestone.code} {milestone.item.name}",
        act,
        url_for("milestones.show", region=region.code, code=milestone.code),
    )


def _act(endpoint: str, fields: Mapping[str, str]) -> str:
    if endpoint == "milestones.report":
        return _REPORTED.get(fields.get("act", "save"), "")
    if endpoint.startswith("review.decide"):
        accept = accept_word()
        return {"accept": accept, "return": "退回"}.get(fields.get("verdict", ""), "")
    return _ACTS.get(endpoint, "")


def accept_word() -> str:
    """What a reviewer's yes is called: the city passes on, the province confirms."""
    return "通过" if identity().role is Role.CITY_REVIEWER else "确认销号"
