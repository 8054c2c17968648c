"""Questions about briefs: drafts only for those who draft, published ones for whoever may read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, aliased, defer

from custody.accounts.rules import Can, Identity, Place, may
from custody.briefs import evidence
from custody.briefs.models import Brief, Edition, EditionPart, Print
from custody.briefs.rules import Form, Status, Verdict, verdict_on
from custody.briefs.snapshot import Snapshot
from custody.kernel.problems import NotFound


def readable(who: Identity) -> ColumnElement[bool]:
    """Briefs about the person's place or something inside it; unpublished ones only for drafters."""
    place = who.place
    condition = Brief.province_code == place.province
    if place.city:
        condition &= Brief.city_code == place.city
    if place.region:
        condition &= Brief.region_code == place.region
    if not may(who, Can.DRAFT_BRIEF):
        condition &= Brief.status == Status.PUBLISHED
    return condition


def get_brief(session: Session, brief_id: int, who: Identity, *, lock: bool = False) -> Brief:
    query = select(Brief).where(Brief.id == brief_id, readable(who))
    brief = session.scalar(query.with_for_update() if lock else query)
    if brief is None:
        raise NotFound
    return brief


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is filtered by; empty means all."""

    words: str = ""
    since: date | None = None
    """Of the days the briefs tell of."""
    until: date | None = None

    @property
    def any(self) -> bool:
        return bool(self.words or self.since or self.until)


EVERYTHING = Wanted()


def _asked_for(wanted: Wanted) -> ColumnElement[bool]:
    condition = _named(wanted.words)
    if wanted.since:
        condition &= Brief.as_of >= wanted.since
    if wanted.until:
        condition &= Brief.as_of <= wanted.until
    return condition


def count(session: Session, who: Identity, wanted: Wanted = EVERYTHING) -> int:
    query = select(func.count()).select_from(Brief).where(readable(who), _asked_for(wanted))
    return session.scalar(query) or 0


def listed(
    session: Session,
    who: Identity,
    wanted: Wanted = EVERYTHING,
    *,
    limit: int = 30,
    offset: int = 0,
) -> Sequence[Brief]:
    """Unpublished first, then the newest; the snapshots themselves are left in the database."""
    return session.scalars(
        select(Brief)
        .where(readable(who), _asked_for(wanted))
        .options(defer(Brief.snapshot))
        .order_by(
            Brief.published_at.is_not(None), Brief.published_at.desc(), Brief.created_at.desc()
        )
        .limit(limit)
        .offset(offset)
    ).all()


def _named(words: str) -> ColumnElement[bool]:
    text = words.strip()
    return Brief.scope_name.icontains(text, autoescape=True) | Brief.title.icontains(
        text, autoescape=True
    )


def _of_place(place: Place) -> ColumnElement[bool]:
    return (
        (Brief.province_code == place.province)
        & (Brief.city_code.is_(None) if place.city is None else Brief.city_code == place.city)
        & (
            Brief.region_code.is_(None)
            if place.region is None
            else Brief.region_code == place.region
        )
    )


def numbers_taken(session: Session, brief: Brief) -> list[int]:
    """Issue numbers of its year and form that other briefs of the very place carry, published or
    about to be; a correction shares the number of what it corrects."""
    return [
        number
        for number in session.scalars(
            select(Brief.issue).where(
                _alike(brief), Brief.year == brief.year, Brief.status != Status.DRAFT
            )
        )
        if number is not None
    ]


def next_numbers(session: Session, brief: Brief) -> tuple[int, int]:
    """(issue of the year, running total) it would carry as the next of its place and form."""
    issue = max(numbers_taken(session, brief), default=0) + 1
    highest = session.scalar(
        select(func.max(Brief.total)).where(_alike(brief), Brief.status != Status.DRAFT)
    )
    return issue, (highest or 0) + 1


def _alike(brief: Brief) -> ColumnElement[bool]:
    return (
        _of_place(brief.place)
        & (Brief.form == brief.form)
        & (Brief.id != brief.id)
        & (Brief.id != (brief.replaces_id or 0))
    )


def last_published(session: Session, place: Place, form: Form, *, before: date) -> Snapshot | None:
    """The snapshot of the newest published brief of the place and form of an earlier day; of a
    corrected one the correction."""
    return _last(session, _of_place(place), form, before).get(place)


def last_published_each(
    session: Session, province: str, form: Form, *, before: date
) -> dict[Place, Snapshot]:
    """The same for a province and every place in it that has one. One statement."""
    return _last(session, Brief.province_code == province, form, before)


def _last(
    session: Session, where: ColumnElement[bool], form: Form, before: date
) -> dict[Place, Snapshot]:
    order = (Brief.as_of.desc(), Brief.published_at.desc())
    own = (Brief.province_code, Brief.city_code, Brief.region_code)
    ranked = (
        select(Brief.id, func.row_number().over(partition_by=own, order_by=order).label("rank"))
        .where(
            where,
            Brief.form == form,
            Brief.status == Status.PUBLISHED,
            Brief.as_of < before,
            Brief.id.not_in(_replaced()),
        )
        .subquery()
    )
    rows = session.scalars(
        select(Brief).where(Brief.id.in_(select(ranked.c.id).where(ranked.c.rank == 1)))
    )
    return {row.place: row.snapshot for row in rows if row.snapshot is not None}


Issued = tuple[Brief, Brief | None]
"""A published brief, and the correction that took its place."""


def issued(session: Session, *, pdf_digest: str = "", digest: str = "") -> Issued | None:
    """A published brief by the digest of its file or the beginning of its snapshot's digest, and the
    published correction that took its place. For anybody: whoever holds a copy may ask."""
    if not pdf_digest and not digest:
        return None
    same = (
        Brief.pdf_digest == pdf_digest
        if pdf_digest
        else Brief.digest.startswith(digest, autoescape=True)
    )
    newer = aliased(Brief)
    row = session.execute(
        select(Brief, newer)
        .outerjoin(newer, (newer.replaces_id == Brief.id) & (newer.status == Status.PUBLISHED))
        .where(same, Brief.status == Status.PUBLISHED)
        .options(defer(Brief.snapshot))
        .order_by(Brief.id.desc())
        .limit(1)
    ).first()
    return None if row is None else (row[0], row[1])


def verdict_of(session: Session, data: bytes) -> tuple[Verdict, Issued | None]:
    """What can be said of a file, and which brief it is or says to be. Two statements at most."""
    found = issued(session, pdf_digest=hashlib.sha256(data).hexdigest())
    same = found is not None
    if found is None:
        found = issued(session, digest=evidence.claimed(data))
    verdict = verdict_on(
        same_file=same, same_claim=found is not None, replaced=bool(found and found[1])
    )
    return verdict, found


def latest_like(session: Session, place: Place) -> Brief | None:
    """The newest brief of the place: its masthead is where the next one starts."""
    return session.scalar(
        select(Brief).where(_of_place(place)).order_by(Brief.created_at.desc()).limit(1)
    )


def newest(session: Session, who: Identity) -> Sequence[Brief]:
    """Of each form the newest published one of the person's own place, else of any they may read;
    corrected ones give way to their corrections."""
    own = case((_of_place(who.place), 0), else_=1)
    order = (own, Brief.published_at.desc(), Brief.id.desc())
    ranked = (
        select(
            Brief.id, func.row_number().over(partition_by=Brief.form, order_by=order).label("rank")
        )
        .where(readable(who), Brief.status == Status.PUBLISHED, Brief.id.not_in(_replaced()))
        .subquery()
    )
    return session.scalars(
        select(Brief)
        .where(Brief.id.in_(select(ranked.c.id).where(ranked.c.rank == 1)))
        .options(defer(Brief.snapshot))
        .order_by(Brief.form)
    ).all()


def _replaced() -> Select[int | None]:
    """Numbers of briefs that a published correction has taken the place of."""
    return select(Brief.replaces_id).where(
        Brief.replaces_id.is_not(None), Brief.status == Status.PUBLISHED
    )


def superseded(session: Session, numbers: Iterable[int]) -> dict[int, int]:
    """Of these, the corrected ones → the brief that took their place."""
    rows = session.execute(
        select(Brief.replaces_id, Brief.id).where(
            Brief.replaces_id.in_(list(numbers)), Brief.status == Status.PUBLISHED
        )
    )
    return {old: new for old, new in rows if old is not None}


def linked(session: Session, brief: Brief) -> tuple[Brief | None, Brief | None]:
    """(the one it corrects, the one that corrects it, begun or published)."""
    rows = session.scalars(
        select(Brief)
        .where((Brief.id == (brief.replaces_id or 0)) | (Brief.replaces_id == brief.id))
        .options(defer(Brief.snapshot))
    ).all()
    old = next((row for row in rows if row.id == brief.replaces_id), None)
    return old, next((row for row in rows if row.replaces_id == brief.id), None)


# --- two briefs of one scope ------------------------------------------------------------------


def published_like(session: Session, brief: Brief) -> Sequence[Brief]:
    """The published briefs of its very place and form, corrected ones left out, itself too; the
    newest first. Any two of them can be compared."""
    return session.scalars(
        select(Brief)
        .where(
            _of_place(brief.place),
            Brief.form == brief.form,
            Brief.status == Status.PUBLISHED,
            (Brief.id == brief.id) | Brief.id.not_in(_replaced()),
        )
        .options(defer(Brief.snapshot))
        .order_by(Brief.as_of.desc(), Brief.published_at.desc(), Brief.id.desc())
    ).all()


# --- editions ---------------------------------------------------------------------------------


def editions(session: Session, who: Identity, *, limit: int = 200) -> Sequence[Edition]:
    return session.scalars(
        select(Edition)
        .where(Edition.province_code == who.place.province)
        .order_by(Edition.id.desc())
        .limit(limit)
    ).all()


def get_edition(session: Session, number: int, who: Identity, *, lock: bool = False) -> Edition:
    query = select(Edition).where(Edition.id == number, Edition.province_code == who.place.province)
    edition = session.scalar(query.with_for_update() if lock else query)
    if edition is None:
        raise NotFound
    return edition


def parts_of(session: Session, edition: Edition) -> Sequence[tuple[EditionPart, Print | None]]:
    """In order, each with its print once there is one."""
    rows = session.execute(
        select(EditionPart, Print)
        .outerjoin(Print, Print.address == EditionPart.address)
        .where(EditionPart.edition_id == edition.id)
        .order_by(EditionPart.ordinal)
    )
    return [(part, made) for part, made in rows]


def progress_of(session: Session, editions: Sequence[Edition]) -> dict[int, tuple[int, int, int]]:
    """(done, failed, all) of each. One statement."""
    rows = session.execute(
        select(
            EditionPart.edition_id,
            func.sum(case((EditionPart.address != "", 1), else_=0)),
            func.sum(case((EditionPart.failure != "", 1), else_=0)),
            func.count(),
        )
        .where(EditionPart.edition_id.in_([one.id for one in editions]))
        .group_by(EditionPart.edition_id)
    )
    return {number: (int(done), int(failed), whole) for number, done, failed, whole in rows}


_NEAREST = (Status.PUBLISHED, Status.REVIEWED, Status.FROZEN, Status.DRAFT)


def briefs_of_period(session: Session, province: str, period: str, as_of: date) -> Sequence[Brief]:
    """Those of a province and all in it, of the period or of that very day; the nearest to the readers
    first: the published before the draft, a correction before what it corrects."""
    rows = session.scalars(
        select(Brief)
        .where(
            Brief.province_code == province,
            Brief.form == Form.BRIEF,
            (Brief.period == period) | ((Brief.period == "") & (Brief.as_of == as_of)),
        )
        .order_by(Brief.id.desc())
    ).all()
    return sorted(rows, key=lambda row: _NEAREST.index(row.status))


def latest_of_each(session: Session, province: str) -> Sequence[Brief]:
    """The newest brief of every place there is one of. One statement, without the snapshots."""
    newest = (
        select(func.max(Brief.id))
        .where(Brief.province_code == province)
        .group_by(Brief.city_code, Brief.region_code)
    )
    return session.scalars(
        select(Brief).where(Brief.id.in_(newest)).options(defer(Brief.snapshot))
    ).all()


def open_briefs(session: Session, *, limit: int) -> Sequence[Brief]:
    """Not yet published, of every province, the newest first."""
    return session.scalars(
        select(Brief).where(Brief.status != Status.PUBLISHED).order_by(Brief.id.desc()).limit(limit)
    ).all()
