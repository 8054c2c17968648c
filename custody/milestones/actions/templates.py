"""Verbs about the versions of the lifecycle template."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from custody.infra import journal
from custody.kernel.problems import NotFound
from custody.milestones.models import Template, TemplateItem
from custody.milestones.queries.lifecycles import published
from custody.milestones.rules import Item


def load(
    session: Session,
    items: Sequence[Item],
    *,
    province: str,
    note: str,
    actor: journal.Actor,
    now: datetime,
) -> tuple[Template, bool]:
    """The published version that says what the items say, and whether it is new.

    Loading the same items twice changes nothing; other items become the next version.
    """
    try:
        newest = published(session, province)
    except NotFound:
        newest = None
    if newest and [row.as_rule() for row in newest.items] == list(items):
        return newest, False
    template = Template(
        province_code=province,
        number=next_number(session, province),
        note=note,
        created_at=now,
        published_at=now,
        items=[_row(item) for item in items],
    )
    session.add(template)
    session.flush()
    journal.record(
        session,
        actor=actor,
        now=now,
        action="template.published",
        kind="template",
        subject=template.id,
        label=f"里程碑模板第{template.number}版",
        province=province,
        note=note,
    )
    return template, True


def next_number(session: Session, province: str) -> int:
    highest = session.scalar(
        select(func.max(Template.number)).where(Template.province_code == province)
    )
    return (highest or 0) + 1


def _row(item: Item) -> TemplateItem:
    return TemplateItem(
        code=item.code,
        name=item.name,
        phase=item.phase,
        stage=item.stage,
        evidence=item.evidence,
        owner=item.owner,
        after=" ".join(item.after),
        weight=item.weight,
        gate=item.gate,
        required=item.required,
        order=item.order,
        due={str(batch): day.isoformat() if day else None for batch, day in item.due.items()},
    )
