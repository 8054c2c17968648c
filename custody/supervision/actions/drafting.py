"""Making orders and problems, changing their words, dropping them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Can, Identity, may
from custody.infra.workdays import is_working_day
from custody.kernel.problems import Conflict, NotFound, Problem, refuse_if
from custody.regions.models import Province, Region
from custody.regions.queries import get_region, notice_of
from custody.supervision import rules
from custody.supervision.actions.record import changes_since, nothing, record, tracked
from custody.supervision.models import Matter
from custody.supervision.queries.candidates import Candidate, chosen, order_for
from custody.supervision.queries.matters import by_ids, get_matter, settings_of
from custody.supervision.rules import Kind, Level, Source, Status, Step, Wording

PREFIX = "督办"
REQUIREMENT = (
    "请查明滞后原因，明确整改措施、责任人和新的完成时限，按期反馈；办结后附佐证材料申请销号。"
)
"""Where a province has set nothing else (our words)."""


def lock_province(session: Session, province: str) -> Province:
    """Orders of a province are made and numbered one after another.

    Others may still write rows that name the province: they could hold the journal already.
    """
    return session.scalars(
        select(Province).where(Province.code == province).with_for_update(key_share=True)
    ).one()


def prefix_of(session: Session, province: str) -> str:
    settings = settings_of(session, province)
    return settings.prefix if settings else PREFIX


def basis_of(session: Session, province: str) -> str:
    """The document the order rests on: the province's own words, else its newest notice."""
    settings = settings_of(session, province)
    if settings and settings.basis:
        return settings.basis
    notice = notice_of(session, province)
    return f"《{notice.title}》（{notice.issued}印发）"


def requirement_of(session: Session, province: str) -> str:
    settings = settings_of(session, province)
    return settings.requirement if settings else REQUIREMENT


def due_of(session: Session, province: str, level: Level, today: date) -> date:
    """The last day for an answer, in working days from today."""
    settings = settings_of(session, province)
    days = settings.days if settings else {}
    return after_working_days(today, rules.answer_days_of(level, days))


def after_working_days(start: date, days: int) -> date:
    while days:
        start += timedelta(days=1)
        days -= is_working_day(start)
    return start


def draft_for_lights(
    session: Session, *, actor: Identity, now: datetime, milestones: Sequence[int]
) -> list[Matter]:
    """A draft for every milestone that was ticked, all or none; those one has drafted already (a
    second click) are given back. Refused names the others that have an order."""
    lock_province(session, actor.place.province)
    today = now.date()
    found = chosen(session, actor.place, milestones, today=today)
    if len(found) != len(set(milestones)):
        raise NotFound
    there: dict[int, Matter | None] = {
        one.milestone.id: order_for(session, one.region.code, one.milestone.code) for one in found
    }
    problems: list[Problem] = []
    for one in found:
        name = f"{one.region.name} {one.state.code} {one.state.name}"
        matter = there[one.milestone.id]
        if matter is not None:
            if matter.status is not Status.DRAFT or matter.created_by != actor.id:
                words = f"{name}：已有{matter.status.label}的督办单，请取消勾选。"
                problems.append(Problem("ordered", words))
        elif rules.level_of(one.signal.light) is None:
            words = f"{name}：目前为{one.signal.light.label}灯，不需要督办，请取消勾选。"
            problems.append(Problem("no_light", words))
    refuse_if(problems)
    return [
        there[one.milestone.id] or _draft_for(session, one, actor=actor, now=now) for one in found
    ]


def _draft_for(session: Session, one: Candidate, *, actor: Identity, now: datetime) -> Matter:
    province, today = one.region.province_code, now.date()
    level = rules.level_of(one.signal.light)
    assert level is not None
    owner = one.milestone.item.owner
    own = one.milestone.unit if one.milestone.unit != owner else ""
    unit = own or one.region.lead_unit or owner
    wording = Wording(
        title=f"{one.region.name}“{one.state.code} {one.state.name}”进度督办",
        unit=unit[:120],
        level=level,
        due=due_of(session, province, level, today),
        what=rules.what_is_wrong(one.region.name, one.state, one.signal, today),
        requirement=requirement_of(session, province),
        basis=basis_of(session, province),
    )
    return _add(
        session,
        kind=Kind.ORDER,
        region=one.region,
        source=Source.LIGHT,
        milestone=one.state.code,
        wording=wording,
        actor=actor,
        now=now,
    )


def draft(
    session: Session, *, actor: Identity, now: datetime, region: str, wording: Wording
) -> Matter:
    """A 督办单 that no light asks for. Sent twice with the same words it is one draft."""
    lock_province(session, actor.place.province)
    place = get_region(session, region, place=actor.place)
    refuse_if(rules.problems_of_wording(wording) + rules.problems_of_due(wording.due, now.date()))
    same = _same(session, Kind.ORDER, Status.DRAFT, place, wording, actor, now)
    return same or _add(
        session,
        kind=Kind.ORDER,
        region=place,
        source=Source.OTHER,
        milestone="",
        wording=wording,
        actor=actor,
        now=now,
    )


def enter(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    region: str,
    source: Source,
    milestone: str,
    wording: Wording,
) -> Matter:
    """Enter a problem; it is the region's turn at once. Sent twice it is one problem."""
    lock_province(session, actor.place.province)
    place = get_region(session, region, place=actor.place)
    found = rules.problems_of_wording(wording)
    if wording.due is None:
        found.append(Problem("due", "请填写整改期限。", "due"))
    refuse_if(found)
    same = _same(session, Kind.PROBLEM, Status.ISSUED, place, wording, actor, now)
    return same or _add(
        session,
        kind=Kind.PROBLEM,
        region=place,
        source=source,
        milestone=milestone,
        wording=wording,
        actor=actor,
        now=now,
    )


def _same(
    session: Session,
    kind: Kind,
    status: Status,
    region: Region,
    wording: Wording,
    actor: Identity,
    now: datetime,
) -> Matter | None:
    """What this person made with the same words within the last minutes: a second click."""
    return session.scalars(
        select(Matter)
        .where(
            Matter.kind == kind,
            Matter.status == status,
            Matter.region_code == region.code,
            Matter.title == wording.title,
            Matter.what == wording.what,
            Matter.created_by == actor.id,
            Matter.created_at >= now - timedelta(minutes=10),
        )
        .limit(1)
    ).first()


def _add(
    session: Session,
    *,
    kind: Kind,
    region: Region,
    source: Source,
    milestone: str,
    wording: Wording,
    actor: Identity,
    now: datetime,
) -> Matter:
    problem = kind is Kind.PROBLEM
    matter = Matter(
        kind=kind,
        province_code=region.province_code,
        region_code=region.code,
        source=source,
        milestone_code=milestone,
        level=wording.level,
        prefix="",
        title=wording.title,
        unit=wording.unit,
        what=wording.what,
        requirement=wording.requirement,
        basis=wording.basis,
        due=wording.due,
        status=Status.ISSUED if problem else Status.DRAFT,
        created_at=now,
        created_by=actor.id,
        issued_at=now if problem else None,
        issued_by=actor.id if problem else None,
        answers=0,
        returned_reason="",
        pdf_digest="",
        pdf_size=0,
        updated_at=now,
    )
    session.add(matter)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        action="supervision.entered" if problem else "supervision.drafted",
        matter=matter,
        region=region,
        changes=changes_since(nothing(), matter),
    )
    return matter


def may_change(actor: Identity, matter: Matter) -> bool:
    """A draft is its province's; a problem its author's or the province's, until it is answered."""
    if may(actor, Can.SUPERVISE):
        return True
    return matter.kind is Kind.PROBLEM and matter.created_by == actor.id


_NOT_YOURS = Problem("not_yours", "这一问题由他人登记，不能修改或作废；请联系登记人或省级协调员。")


def edit(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    version: int,
    wording: Wording,
    source: Source | None = None,
    milestone: str | None = None,
) -> Matter:
    """Change the words. Conflict when somebody else did since `version`, unless they say the same."""
    matter, region = get_matter(session, number, who=actor, lock=True)
    refuse_if(rules.problems_of_step(matter.kind, matter.status, Step.EDIT))
    refuse_if([] if may_change(actor, matter) else [_NOT_YOURS])
    wanted: Mapping[str, object] = {
        "title": wording.title,
        "unit": wording.unit,
        "level": wording.level,
        "due": wording.due,
        "what": wording.what,
        "requirement": wording.requirement,
        "basis": wording.basis,
        **({} if source is None else {"source": source}),
        **({} if milestone is None else {"milestone_code": milestone}),
    }
    if all(getattr(matter, name) == value for name, value in wanted.items()):
        return matter
    if matter.version != version:
        raise Conflict
    found = rules.problems_of_wording(wording)
    if matter.kind is Kind.ORDER:
        found += rules.problems_of_due(wording.due, now.date())
    elif wording.due is None:
        found.append(Problem("due", "请填写整改期限。", "due"))
    refuse_if(found)
    before = tracked(matter)
    for name, value in wanted.items():
        setattr(matter, name, value)
    matter.updated_at = now
    record(
        session,
        actor=actor,
        now=now,
        action="supervision.edited",
        matter=matter,
        region=region,
        changes=changes_since(before, matter),
    )
    return matter


def discard(
    session: Session, *, actor: Identity, now: datetime, chosen: Sequence[tuple[int, int]]
) -> list[Matter]:
    """Drop drafts, or a problem entered by mistake; all or none, a second click is harmless."""
    rows = by_ids(session, [number for number, _ in chosen], who=actor)
    versions = dict(chosen)
    if all(
        matter.status is Status.DISCARDED and matter.version == versions[matter.id] + 1
        for matter, _ in rows
    ):
        return [matter for matter, _ in rows]
    found: list[Problem] = []
    for matter, region in rows:
        problems = rules.problems_of_step(matter.kind, matter.status, Step.DISCARD)
        if not may_change(actor, matter):
            problems = [_NOT_YOURS]
        name = rules.named(region.name, matter.title)
        found += [Problem(one.code, f"{name}：{one.message}") for one in problems]
    refuse_if(found)
    if any(matter.version != versions[matter.id] for matter, _ in rows):
        raise Conflict
    for matter, region in rows:
        before = tracked(matter)
        matter.status = rules.STEPS[matter.kind][matter.status, Step.DISCARD]
        matter.updated_at = now
        record(
            session,
            actor=actor,
            now=now,
            action="supervision.discarded",
            matter=matter,
            region=region,
            changes=changes_since(before, matter),
        )
    return [matter for matter, _ in rows]
