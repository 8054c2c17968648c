"""Does what is kept about milestones still follow from what was recorded?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.infra.db import plain
from custody.infra.journal import Event
from custody.milestones.models import BulkSheet, Evidence, Lifecycle, Milestone, TemplateItem
from custody.milestones.move import contradictions
from custody.milestones.queries.moves import positions
from custody.regions.models import Province, Region

_TOLD = (
    "status",
    "percent",
    "planned",
    "started",
    "forecast",
    "actual",
    "unit",
    "notes",
    "claim",
    "reason",
)
"""Columns whose last change the journal tells."""


def stages(session: Session) -> Iterator[str]:
    """Regions whose stage does not follow from their milestones, in words."""
    for province in session.scalars(select(Province.code).order_by(Province.code)).all():
        codes = session.scalars(
            select(Lifecycle.region_code)
            .join(Region, Region.code == Lifecycle.region_code)
            .where(Region.province_code == province)
        ).all()
        for stand in positions(session, Place(province), codes):
            for words in contradictions(stand.position):
                yield f"{stand.region.name}：{words}"


def items(session: Session) -> Iterator[str]:
    """Milestones that hang on an item of another version than their region's."""
    rows = session.execute(
        select(Region.name, Milestone.code)
        .join(Region, Region.code == Milestone.region_code)
        .join(TemplateItem, TemplateItem.id == Milestone.item_id)
        .outerjoin(Lifecycle, Lifecycle.region_code == Milestone.region_code)
        .where(
            TemplateItem.template_id.is_distinct_from(Lifecycle.template_id)
            | (TemplateItem.code != Milestone.code)
        )
        .order_by(Milestone.region_code, Milestone.code)
    )
    for name, code in rows:
        yield f"{name} {code}：与所用模板的里程碑对应不上"


def told(session: Session) -> Iterator[str]:
    """Milestones that say otherwise than the last change of theirs in the journal."""
    last: dict[str, dict[str, object]] = defaultdict(dict)
    events = select(Event.subject, Event.changes).where(
        Event.kind == "milestone", Event.modifies, Event.action != "milestone.dropped"
    )
    for subject, changes in session.execute(
        events.order_by(Event.id).execution_options(yield_per=1000)
    ):
        for field, pair in changes.items():
            if field in _TOLD:
                last[subject][field] = pair[1]
    rows = select(Milestone, Region.name).join(Region, Region.code == Milestone.region_code)
    for milestone, name in session.execute(
        rows.order_by(Milestone.id).execution_options(yield_per=500)
    ):
        for field, value in last.get(str(milestone.id), {}).items():
            if plain(getattr(milestone, field)) != value:
                yield f"{name} {milestone.code}：现有内容与操作日志的最后一次记录不一致"
                break


def evidence(session: Session) -> Iterator[tuple[str, str]]:
    """(digest, «宜兴市 M18 验收单.pdf») of every piece of evidence, removed ones too: bytes stay."""
    rows = session.execute(
        select(Evidence.digest, Evidence.name, Milestone.code, Region.name)
        .join(Milestone, Milestone.id == Evidence.milestone_id)
        .join(Region, Region.code == Milestone.region_code)
        .order_by(Evidence.id)
    )
    for digest, file, code, region in rows:
        yield digest, f"{region} {code} {file}"


def sheets(session: Session) -> Iterator[tuple[str, str]]:
    """(digest, name) of every sheet of many milestones somebody sent."""
    rows = session.execute(select(BulkSheet.digest, BulkSheet.name).order_by(BulkSheet.id))
    yield from ((digest, name) for digest, name in rows)
