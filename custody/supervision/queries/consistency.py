"""Does what is kept about orders and problems still follow from what was recorded?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.infra.db import plain
from custody.infra.journal import Event
from custody.regions.models import Region
from custody.supervision.models import Answer, Matter
from custody.supervision.rules import STEPS, Kind, Level, Status, raised

_TOLD = (
    "status",
    "level",
    "title",
    "unit",
    "due",
    "what",
    "requirement",
    "basis",
    "promised",
    "pdf_digest",
)
"""Columns whose last change the journal tells."""


def told(session: Session) -> Iterator[str]:
    """Matters that say otherwise than the journal, or that went a way there is not."""
    past: dict[str, list[tuple[str, dict[str, list[object]]]]] = defaultdict(list)
    events = select(Event.subject, Event.action, Event.changes).where(
        Event.kind == "supervision", Event.modifies
    )
    for subject, action, changes in session.execute(
        events.order_by(Event.id).execution_options(yield_per=1000)
    ):
        past[subject].append((action, changes))
    answers: dict[int, list[Answer]] = defaultdict(list)
    for answer in session.scalars(select(Answer).order_by(Answer.matter_id, Answer.number)):
        answers[answer.matter_id].append(answer)
    rows = select(Matter, Region.name).join(Region, Region.code == Matter.region_code)
    for matter, region in session.execute(rows.order_by(Matter.id)):
        for words in _faults(matter, past.get(str(matter.id), []), answers[matter.id]):
            yield f"{region}“{matter.title}”：{words}"


def _faults(
    matter: Matter, past: list[tuple[str, dict[str, list[object]]]], answers: list[Answer]
) -> Iterator[str]:
    last: dict[str, object] = {}
    ways = {(old.value, new.value) for (old, _), new in STEPS[matter.kind].items()}
    for action, changes in past:
        last |= {field: pair[1] for field, pair in changes.items() if field in _TOLD}
        old, new = changes.get("status", (None, None))
        if old is not None and (str(old), str(new)) not in ways:
            yield "操作日志中的状态变化不符合办理程序"
        if action == "supervision.escalated" and not _one_up(changes.get("level")):
            yield "升级记录与级别对应不上"
    if any(plain(getattr(matter, field)) != value for field, value in last.items()):
        yield "现有内容与操作日志的最后一次记录不一致"
    if [answer.number for answer in answers] != list(range(1, matter.answers + 1)):
        yield "反馈次数与登记不一致"
    issued = matter.kind is Kind.ORDER and matter.status not in (Status.DRAFT, Status.DISCARDED)
    if issued != bool(matter.number) or issued != bool(matter.pdf_digest):
        yield "编号或通知单与状态对应不上"


def _one_up(change: list[object] | None) -> bool:
    """Red stays red: then the level is no part of the change."""
    return change is None or raised(Level(str(change[0]))) == change[1]


def papers(session: Session) -> Iterator[tuple[str, str]]:
    """(digest, name) of every 督办通知单."""
    rows = session.scalars(select(Matter).where(Matter.pdf_digest != "").order_by(Matter.id))
    for matter in rows:
        yield matter.pdf_digest, matter.file_name
