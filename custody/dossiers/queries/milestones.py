"""Settled milestones: their evidence, and how they were decided on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.models import Account
from custody.audit.rules import action_label
from custody.dossiers.rules import Filed, Written
from custody.infra.journal import Event
from custody.infra.papers import day_words
from custody.milestones.models import Evidence, Milestone
from custody.milestones.queries.milestones import of_region
from custody.milestones.rules import Status
from custody.regions.models import Region

DECIDING = (
    "milestone.submitted",
    "milestone.withdrawn",
    "milestone.passed",
    "milestone.returned",
    "milestone.confirmed",
    "milestone.accepted_not_applicable",
    "milestone.reopened",
    "milestone.replanned",
)
"""Events that the record of a milestone's review tells."""


def milestones(session: Session, region: Region) -> list[Filed | Written]:
    """Of every settled milestone its evidence and how it was decided on."""
    rows = [row for row in of_region(session, region.code) if row.status.settled]
    numbers = [row.id for row in rows]
    evidence = _evidence(session, numbers)
    events = _events(session, numbers)
    found: list[Filed | Written] = []
    for row in rows:
        title = f"{row.code} {row.item.name}"
        folder = ("里程碑", title)
        own = evidence.get(row.id, ())
        found += [
            Filed(
                folder=folder,
                name=file.name,
                digest=file.digest,
                size=file.size,
                media_type=file.media_type,
                on=file.added_at,
                source=f"{title}　佐证材料，{by}上传",
            )
            for file, by in own
        ]
        told = events.get(str(row.id), ())
        found.append(
            Written(
                folder=folder,
                name=f"{row.code}审核记录.pdf",
                template="dossiers/print/decisions.html",
                title=f"{region.name}{row.code}审核记录",
                words=_decisions(region, row, told, own),
                on=told[-1].at if told else row.decided_at or row.updated_at,
                source=f"{title}　审核记录，由系统根据操作日志生成",
            )
        )
    return found


def _evidence(session: Session, milestones: Sequence[int]) -> dict[int, list[tuple[Evidence, str]]]:
    """Files that are still there, with who added them, oldest first."""
    rows = session.execute(
        select(Evidence, Account.name)
        .join(Account, Account.id == Evidence.added_by)
        .where(Evidence.milestone_id.in_(milestones), Evidence.removed_at.is_(None))
        .order_by(Evidence.id)
    )
    found: dict[int, list[tuple[Evidence, str]]] = {}
    for file, by in rows:
        found.setdefault(file.milestone_id, []).append((file, by))
    return found


def _events(session: Session, milestones: Sequence[int]) -> dict[str, list[Event]]:
    rows = session.scalars(
        select(Event)
        .where(
            Event.kind == "milestone",
            Event.subject.in_([str(number) for number in milestones]),
            Event.action.in_(DECIDING),
            Event.modifies,
        )
        .order_by(Event.id)
    )
    found: dict[str, list[Event]] = {}
    for event in rows:
        found.setdefault(event.subject, []).append(event)
    return found


def _decisions(
    region: Region,
    row: Milestone,
    events: Sequence[Event],
    files: Sequence[tuple[Evidence, str]],
) -> dict[str, object]:
    """Plain values for the paper."""
    claimed = "不适用" if row.status is Status.NOT_APPLICABLE else "完成"
    return {
        "facts": [
            ("地区", region.name),
            ("里程碑", f"{row.code} {row.item.name}"),
            ("工作环节", row.item.phase),
            ("责任单位", row.unit or "—"),
            ("计划完成", day_words(row.planned)),
            ("实际开始", day_words(row.started)),
            ("实际完成", day_words(row.actual)),
            ("审定结果", f"{row.status.label}（申报：{claimed}）"),
            ("审定日期", day_words(row.decided_at.date() if row.decided_at else None)),
            ("进展说明", row.notes or "—"),
            *((("不适用理由", row.reason),) if row.reason else ()),
        ],
        "steps": [
            {
                "at": f"{day_words(event.at.date())} {event.at:%H:%M}",
                "what": action_label(event.action),
                "who": f"{event.actor_name}（{event.actor_role}）",
                "note": event.note or _dates(event.changes) or "—",
            }
            for event in events
        ],
        "files": [
            {"name": file.name, "by": by, "on": day_words(file.added_at.date()), "sum": file.digest}
            for file, by in files
        ],
    }


def _dates(changes: Mapping[str, Sequence[object]]) -> str:
    """What a change of the plan changed."""
    if "planned" not in changes:
        return ""
    old, new = changes["planned"]
    return f"计划完成日期由{old or '未定'}改为{new or '未定'}"
