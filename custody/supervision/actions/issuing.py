"""签发: a number, a paper, and it is the region's turn. Papers are printed before the transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity
from custody.infra.files import Stored
from custody.infra.papers import Paper
from custody.kernel.problems import Conflict, Problem, refuse_if
from custody.regions.models import Region
from custody.regions.queries import get_province
from custody.supervision import render, rules
from custody.supervision.actions.drafting import lock_province, prefix_of
from custody.supervision.actions.record import changes_since, escalate, record, tracked
from custody.supervision.models import Matter
from custody.supervision.queries.matters import by_ids, next_number
from custody.supervision.rules import Kind, Status, Step

AT_ONCE = 20
"""Papers of one click: printing takes about half a second each (our choice)."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A paper that was printed for an order, with the number that stands on it."""

    prefix: str
    number: int
    pdf: Stored


def _is_issued(matter: Matter, actor: Identity, version: int) -> bool:
    return (
        matter.status is Status.ISSUED
        and matter.issued_by == actor.id
        and matter.version == version + 1
    )


def papers_of(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    chosen: Sequence[tuple[int, int]],
    demo: bool,
) -> list[tuple[int, str, int, Paper]]:
    """(matter, prefix, number, paper) of the drafts that are to be issued. Reads only.

    Empty where all of them were issued by the same click before. Raises Refused with everything
    that stands in the way, Conflict when a draft changed.
    """
    refuse_if(rules.at_most(chosen, AT_ONCE, "签发"))
    rows = by_ids(session, [number for number, _ in chosen], who=actor, lock=False)
    versions = dict(chosen)
    if all(_is_issued(matter, actor, versions[matter.id]) for matter, _ in rows):
        return []
    refuse_if(_problems(rows, now))
    if any(matter.version != versions[matter.id] for matter, _ in rows):
        raise Conflict
    province, year = actor.place.province, now.year
    prefix = prefix_of(session, province)
    issuer = get_province(session, province).lead
    first = next_number(session, province, year)
    return [
        (
            matter.id,
            prefix,
            first + offset,
            render.notice(
                matter,
                region=region.name,
                issuer=issuer,
                prefix=prefix,
                year=year,
                number=first + offset,
                day=now.date(),
                demo=demo,
            ),
        )
        for offset, (matter, region) in enumerate(rows)
    ]


def _problems(rows: Sequence[tuple[Matter, Region]], now: datetime) -> list[Problem]:
    found = []
    for matter, region in rows:
        problems = rules.problems_of_step(matter.kind, matter.status, Step.ISSUE)
        if not problems:
            problems = rules.problems_of_issue(matter.wording, now.date())
        name = rules.named(region.name, matter.title)
        found += [Problem(one.code, f"{name}：{one.message}", one.where) for one in problems]
    return found


def issue(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    chosen: Sequence[tuple[int, int]],
    printed: Mapping[int, Printed],
) -> list[Matter]:
    """Hand all of them over or none. Conflict where a number was given to another one meanwhile:
    the papers must then be printed again. A second click changes nothing."""
    lock_province(session, actor.place.province)
    rows = by_ids(session, [number for number, _ in chosen], who=actor)
    versions = dict(chosen)
    if all(_is_issued(matter, actor, versions[matter.id]) for matter, _ in rows):
        return [matter for matter, _ in rows]
    refuse_if(_problems(rows, now))
    if any(matter.version != versions[matter.id] for matter, _ in rows):
        raise Conflict
    number = next_number(session, actor.place.province, now.year)
    for matter, region in rows:
        paper = printed.get(matter.id)
        if paper is None or paper.number != number:
            raise Conflict
        before = tracked(matter)
        matter.prefix, matter.year, matter.number = paper.prefix, now.year, number
        matter.pdf_digest, matter.pdf_size = paper.pdf.digest, paper.pdf.size
        matter.status = rules.STEPS[matter.kind][matter.status, Step.ISSUE]
        matter.issued_at = matter.updated_at = now
        matter.issued_by = actor.id
        number += 1
        record(
            session,
            actor=actor,
            now=now,
            action="supervision.issued",
            matter=matter,
            region=region,
            changes=changes_since(before, matter),
        )
    return [matter for matter, _ in rows]


def note_download(
    session: Session, *, actor: Identity, now: datetime, numbers: Sequence[int]
) -> None:
    """Who took the paper is an event of the journal."""
    for matter, region in by_ids(session, numbers, who=actor, lock=False):
        record(
            session,
            actor=actor,
            now=now,
            action="supervision.downloaded",
            matter=matter,
            region=region,
            modifies=False,
        )


def escalate_due(session: Session, *, now: datetime) -> int:
    """Every order whose answer stayed away rises one level; how many that were."""
    rows = session.execute(_unanswered(now).with_for_update(of=Matter)).all()
    return sum(escalate(session, matter, region, now=now) for matter, region in rows)


def escalation_is_due(session: Session, now: datetime) -> bool:
    """Asked again and again without holding anything."""
    return session.execute(_unanswered(now).limit(1)).first() is not None


def _unanswered(now: datetime) -> Select[Matter, Region]:
    return (
        select(Matter, Region)
        .join(Region, Region.code == Matter.region_code)
        .where(
            Matter.kind == Kind.ORDER,
            Matter.status == Status.ISSUED,
            Matter.answers == 0,
            Matter.escalated_at.is_(None),
            Matter.due < now.date(),
        )
        .order_by(Matter.id)
    )
