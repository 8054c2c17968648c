"""The menu: who has which entries, and to which of them a page belongs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app, request, url_for
from flask_login import current_user

from custody.accounts.access import identity, may
from custody.accounts.rules import Can, Identity
from custody.infra.shelf import Shelf
from custody.milestones.queries.milestones import queue_size
from custody.web.database import edition, session


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    here: str
    """«page» on the page itself, «true» on pages below it, else empty (aria-current)."""
    count: int = 0


_MENU: tuple[tuple[str, str, tuple[Can, ...]], ...] = (
    ("milestones.todo", "我的待办", (Can.REPORT_MILESTONE,)),
    ("review.queue", "审核", (Can.REVIEW_FOR_CITY, Can.REVIEW_FOR_PROVINCE)),
    ("dashboard.board", "进展总览", (Can.SEE_PROGRAMME,)),
    ("gantt.index", "甘特图", (Can.SEE_PROGRAMME,)),
    ("supervision.index", "督办", (Can.SEE_SUPERVISION,)),
    ("targets.index", "年度任务", (Can.SEE_PROGRAMME,)),
    ("portfolio.index", "合同", (Can.SEE_CONTRACTS,)),
    ("settlements.index", "费用结算", (Can.SEE_CONTRACTS,)),
    ("energy.index", "能源数据", (Can.SEE_ENERGY,)),
    ("baselines.index", "能源基准", (Can.SEE_ENERGY,)),
    ("savings.index", "节能量", (Can.SEE_ENERGY,)),
    ("briefs.index", "工作简报", (Can.READ_BRIEF,)),
    ("jobs.index", "后台任务", (Can.MAKE_DOSSIER, Can.FILL_SHEET)),
    ("people.index", "账号", (Can.MANAGE_ACCOUNTS,)),
    ("regions.notice", "通知数据", (Can.MANAGE_NOTICE,)),
    ("templates.index", "里程碑模板", (Can.MANAGE_TEMPLATES,)),
    ("templates.policy", "预警规则", (Can.MANAGE_TEMPLATES,)),
    ("contract_policy.edit", "合同提示规则", (Can.MANAGE_TEMPLATES,)),
    ("calendar.index", "工作日历", (Can.MANAGE_CALENDAR,)),
    ("mail.index", "邮件服务", (Can.MANAGE_MAIL,)),
    ("audit.index", "操作日志", (Can.READ_AUDIT,)),
)
_BELOW: Mapping[str, tuple[str, ...]] = {
    "milestones": ("milestones.todo", "review.queue", "dashboard.board"),
    "review": ("review.queue",),
    "bulk": ("milestones.todo", "review.queue"),
    "dashboard": ("dashboard.board",),
    "gantt": ("gantt.index", "dashboard.board"),
    "supervision": ("supervision.index",),
    "orders": ("supervision.index",),
    "matters": ("supervision.index",),
    "problems": ("supervision.index",),
    "briefs": ("briefs.index",),
    "editions": ("briefs.index",),
    "people": ("people.index",),
    "templates": ("templates.index",),
    "moves": ("templates.index",),
    "regions": ("regions.notice", "dashboard.board"),
    "audit": ("audit.index",),
    "jobs": ("jobs.index",),
    "calendar": ("calendar.index",),
    "mail": ("mail.index",),
    "targets": ("targets.index",),
    "entries": ("targets.index",),
    "projects": ("targets.index",),
    **dict.fromkeys(
        ("portfolio", "contracts", "contract_files", "changes", "companies"), ("portfolio.index",)
    ),
    "settlements": ("settlements.index",),
    "settlement": ("settlements.index",),
    "dossiers": ("jobs.index", "dashboard.board"),
    "baselines": ("baselines.index",),
    "adjustments": ("baselines.index",),
    **dict.fromkeys(
        (
            *("energy", "institutions", "bills", "energy_imports", "energy_months"),
            *("energy_coverage", "energy_tables", "weather"),
        ),
        ("energy.index",),
    ),
    "savings": ("savings.index",),
    "guarantees": ("savings.index",),
}
"""Where pages that are not in the menu belong: the first of these that the person has."""


def _here(endpoints: list[str]) -> tuple[str, str]:
    """(menu entry, how it is current)."""
    asked = request.endpoint or ""
    if asked in endpoints:
        return asked, "page"
    homes = _BELOW.get(asked.partition(".")[0], ())
    return next((home for home in homes if home in endpoints), ""), "true"


def navigation() -> list[Link]:
    if not current_user.is_authenticated:
        return []
    who = identity()
    own = {endpoint: label for endpoint, label, wanted in _MENU if any(may(can) for can in wanted)}
    current, how = _here(list(own))
    return [
        Link(
            label,
            url_for(endpoint),
            how if endpoint == current else "",
            _waiting(who) if endpoint == "review.queue" else 0,
        )
        for endpoint, label in own.items()
    ]


def _waiting(who: Identity) -> int:
    """How long the reviewer's queue is; counted anew only when the data have changed."""
    counted: Shelf[int] = current_app.extensions["custody.queues"]
    return counted.get((edition(), who.role, who.place), lambda: queue_size(session(), who))
