"""Verbs about briefs. Facts are gathered and the PDF is made before the transaction begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Identity, Level, Place
from custody.briefs import queries, rules, snapshot
from custody.briefs.models import Brief
from custody.briefs.rules import Status, Step
from custody.briefs.snapshot import Masthead, Snapshot
from custody.dashboard.queries import programme_facts
from custody.infra import journal
from custody.infra.files import Stored
from custody.kernel.problems import Conflict, refuse_if
from custody.regions.models import City, Province
from custody.regions.queries import get_province, place_name, programme_began


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the coordinator decides about a brief."""

    as_of: date
    title: str
    issuer: str
    issue: int | None
    total: int | None
    day: date
    salutation: str
    copies: Sequence[tuple[str, str]]
    editor: str
    phone: str
    words: Mapping[str, str]


def first_wishes(
    session: Session, place: Place, *, as_of: date, today: date, editor: str = ""
) -> Wanted:
    """Where a new brief starts: the masthead of the last one of this place, the next number.

    `editor` is whoever drafts; their telephone is known if they drafted the last one too.
    """
    last = queries.latest_like(session, place)
    issue, total = queries.next_numbers(session, place, as_of.year)
    return Wanted(
        as_of=as_of,
        title="",
        issuer=last.issuer if last else _issuer(session, place),
        issue=issue,
        total=total,
        day=today,
        salutation=last.salutation if last else "",
        copies=[(kind, receivers) for kind, receivers in last.copies] if last else [],
        editor=editor,
        phone=last.phone if last and last.editor == editor else "",
        words={},
    )


def _issuer(session: Session, place: Place) -> str:
    """The office in charge: the province's by the notice, a city's by the rule of its name."""
    if place.level is Level.PROVINCE:
        return get_province(session, place.province).lead
    city = session.get_one(City, place.city)
    return f"{city.name}机关事务管理局"


def compose(session: Session, place: Place, wanted: Wanted, *, demo: bool) -> Snapshot:
    """All the brief says, as of its day, with the coordinator's words. Reads only."""
    facts = programme_facts(session, place, wanted.as_of, demo=demo)
    masthead = Masthead(
        issuer=wanted.issuer,
        year=wanted.as_of.year,
        day=wanted.day,
        issue=wanted.issue,
        total=wanted.total,
        salutation=wanted.salutation,
        copies=wanted.copies,
        editor=wanted.editor,
        phone=wanted.phone,
        title=wanted.title,
    )
    return snapshot.freeze(facts, masthead=masthead, words=wanted.words)


def wishes_of(brief: Brief) -> Wanted:
    return Wanted(
        as_of=brief.as_of,
        title=brief.title,
        issuer=brief.issuer,
        issue=brief.issue,
        total=brief.total,
        day=brief.day,
        salutation=brief.salutation,
        copies=[(kind, receivers) for kind, receivers in brief.copies],
        editor=brief.editor,
        phone=brief.phone,
        words=brief.words,
    )


def start(
    session: Session, *, actor: Identity, now: datetime, place: Place, wanted: Wanted
) -> Brief:
    _check_day(session, wanted.as_of, now.date(), province=actor.place.province)
    brief = Brief(
        province_code=place.province,
        city_code=place.city,
        region_code=place.region,
        scope_name=place_name(session, place),
        status=Status.DRAFT,
        digest="",
        pdf_digest="",
        pdf_size=0,
        created_at=now,
        created_by=actor.id,
        note="",
    )
    _write(brief, wanted)
    session.add(brief)
    session.flush()
    _record(session, actor, now, "drafted", brief)
    return brief


def _check_day(session: Session, as_of: date, today: date, *, province: str) -> None:
    since = programme_began(session, province)
    refuse_if(rules.problems_of_as_of(as_of, today=today, since=since))


def _write(brief: Brief, wanted: Wanted) -> None:
    brief.as_of, brief.title, brief.issuer = wanted.as_of, wanted.title, wanted.issuer
    brief.year, brief.issue, brief.total = wanted.as_of.year, wanted.issue, wanted.total
    brief.day, brief.salutation = wanted.day, wanted.salutation
    brief.copies = [list(line) for line in wanted.copies]
    brief.editor, brief.phone = wanted.editor, wanted.phone
    brief.words = dict(wanted.words)


def _open(session: Session, brief_id: int, step: Step, *, actor: Identity, version: int) -> Brief:
    brief = queries.get_brief(session, brief_id, actor, lock=True)
    refuse_if(rules.problems_of_step(brief.status, step))
    if brief.version != version:
        raise Conflict
    return brief


def edit(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    brief_id: int,
    version: int,
    wanted: Wanted,
) -> Brief:
    brief = _open(session, brief_id, Step.EDIT, actor=actor, version=version)
    _check_day(session, wanted.as_of, now.date(), province=actor.place.province)
    before = _visible(brief)
    _write(brief, wanted)
    after = _visible(brief)
    changes = {key: (before[key], after[key]) for key in after if before[key] != after[key]}
    if changes:
        _record(session, actor, now, "edited", brief, changes)
    return brief


def _visible(brief: Brief) -> dict[str, object]:
    return {
        "as_of": brief.as_of,
        "title": brief.title,
        "issuer": brief.issuer,
        "issue": brief.issue,
        "total": brief.total,
        "day": brief.day,
        "salutation": brief.salutation,
        "copies": rules.copies_text(brief.copies),
        "editor": brief.editor,
        "phone": brief.phone,
        "words": brief.words,
    }


def problems_before_freezing(session: Session, brief: Brief) -> None:
    """Raise Refused with what is missing; asked before the PDF is made and again when it is kept."""
    refuse_if(
        [
            *rules.problems_of_step(brief.status, Step.FREEZE),
            *rules.problems_of_masthead(
                issuer=brief.issuer,
                issue=brief.issue,
                taken=queries.numbers_taken(session, brief.place, brief.year),
            ),
        ]
    )


def freeze(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    brief_id: int,
    version: int,
    content: Snapshot,
    pdf: Stored,
) -> Brief:
    """Keep the snapshot and its PDF. The PDF was made from this very snapshot beforehand."""
    brief = _open(session, brief_id, Step.FREEZE, actor=actor, version=version)
    # One at a time: two briefs must not take the same number.
    session.execute(
        select(Province.code).where(Province.code == brief.province_code).with_for_update()
    )
    problems_before_freezing(session, brief)
    brief.status = rules.STEPS[brief.status, Step.FREEZE]
    brief.snapshot, brief.digest = content, snapshot.digest(content)
    brief.pdf_digest, brief.pdf_size = pdf.digest, pdf.size
    brief.frozen_at = now
    _record(
        session,
        actor,
        now,
        "frozen",
        brief,
        {"digest": ("", brief.digest), "pdf_digest": ("", brief.pdf_digest)},
    )
    return brief


def thaw(session: Session, *, actor: Identity, now: datetime, brief_id: int, version: int) -> Brief:
    """Back to the draft: the snapshot and its PDF are let go (the journal keeps their digests)."""
    brief = _open(session, brief_id, Step.THAW, actor=actor, version=version)
    changes: dict[str, tuple[object, object]] = {"digest": (brief.digest, "")}
    brief.status = rules.STEPS[brief.status, Step.THAW]
    brief.snapshot, brief.digest, brief.pdf_digest, brief.pdf_size = None, "", "", 0
    brief.frozen_at = None
    _record(session, actor, now, "thawed", brief, changes)
    return brief


def publish(
    session: Session, *, actor: Identity, now: datetime, brief_id: int, version: int
) -> Brief:
    """From now on nothing of it changes. A second click finds it published and does nothing."""
    brief = queries.get_brief(session, brief_id, actor, lock=True)
    if brief.status is Status.PUBLISHED and brief.version == version + 1:
        return brief
    brief = _open(session, brief_id, Step.PUBLISH, actor=actor, version=version)
    brief.status = rules.STEPS[brief.status, Step.PUBLISH]
    brief.published_at, brief.published_by = now, actor.id
    _record(session, actor, now, "published", brief)
    return brief


def discard(
    session: Session, *, actor: Identity, now: datetime, brief_id: int, version: int
) -> None:
    brief = _open(session, brief_id, Step.DISCARD, actor=actor, version=version)
    _record(session, actor, now, "discarded", brief)
    session.delete(brief)


def note_download(session: Session, *, actor: Identity, now: datetime, brief: Brief) -> None:
    _record(session, actor, now, "downloaded", brief, modifies=False)


def _record(
    session: Session,
    actor: Identity,
    now: datetime,
    action: str,
    brief: Brief,
    changes: Mapping[str, tuple[object, object]] | None = None,
    *,
    modifies: bool = True,
) -> None:
    number = f"〔{brief.year}〕第{brief.issue}期" if brief.issue else "（未编号）"
    journal.record(
        session,
        actor=actor,
        now=now,
        action=f"brief.{action}",
        kind="brief",
        subject=brief.id,
        label=f"{brief.scope_name}工作简报{number}",
        province=brief.province_code,
        city=brief.city_code,
        region=brief.region_code,
        changes=changes,
        modifies=modifies,
    )
