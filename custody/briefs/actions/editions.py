"""All briefs of a period in one go: what an edition consists of, ordered, printed part by part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from custody.accounts.rules import Can, Identity, Place
from custody.briefs import queries, rules
from custody.briefs.actions import drafting
from custody.briefs.gathering import gathered_each
from custody.briefs.models import Brief, Edition, EditionPart
from custody.briefs.rules import Form, Status
from custody.briefs.snapshot import Snapshot
from custody.infra import journal
from custody.jobs import actions as jobs
from custody.jobs.queries import latest_job
from custody.kernel.problems import refuse_if
from custody.regions.models import Province
from custody.regions.queries import cities_of, get_province, programme_began, regions_of

KIND = "brief_edition"


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of an edition and what it says."""

    ordinal: int
    place: Place
    name: str
    status: Status
    content: Snapshot
    brief: Brief | None

    @property
    def draft(self) -> bool:
        """Bears the mark: nobody has taken responsibility for it yet."""
        return self.status is Status.DRAFT

    @property
    def published(self) -> Brief | None:
        return self.brief if self.status is Status.PUBLISHED else None


def pieces(session: Session, province: str, *, period: str, as_of: date, demo: bool) -> list[Piece]:
    """Province, cities, regions, each with its brief of the period: the published one as it is, an
    open one as far as it is; where nobody has begun one it is drafted. A fixed number of statements."""
    near: dict[Place, Brief] = {}
    own = queries.briefs_of_period(session, province, period, as_of)
    for brief in own:
        near.setdefault(brief.place, brief)
    old = {brief.id: brief for brief in own}
    last = {brief.place: brief for brief in queries.latest_of_each(session, province)}
    lead = get_province(session, province).lead
    known = cache(lambda day: gathered_each(session, province, day, demo=demo))
    found = []
    for ordinal, (place, name, city) in enumerate(_places(session, province), 1):
        row = near.get(place)
        if row is not None and row.snapshot is not None:
            content = row.snapshot
        elif row is not None:
            content = drafting.worded(
                known(row.as_of)(place, row.form),
                drafting.wishes_of(row),
                period=row.period,
                replaces=drafting.replaced_words(old[row.replaces_id], row)
                if row.replaces_id in old
                else "",
            )
        else:
            before = last.get(place)
            issuer = before.issuer if before else f"{city}机关事务管理局" if city else lead
            wanted = drafting.wishes_after(before, issuer, as_of=as_of, today=as_of)
            content = drafting.worded(known(as_of)(place, Form.BRIEF), wanted, period=period)
        status = row.status if row is not None else Status.DRAFT
        found.append(Piece(ordinal, place, name, status, content, row))
    return found


def _places(session: Session, province: str) -> Iterator[tuple[Place, str, str]]:
    """(place, its name, the city in charge of it)."""
    whole = Place(province)
    yield whole, get_province(session, province).name, ""
    cities = cities_of(session, whole)
    names = {city.code: city.name for city in cities}
    for city in cities:
        yield Place(province, city.code), city.name, city.name
    for region in regions_of(session, whole):
        yield region.place, region.name, names[region.city_code]


def order(session: Session, *, actor: Identity, now: datetime, period: str, demo: bool) -> Edition:
    """An edition as of the period's end, or of today where it has not ended; one that is still being
    printed is found again, not begun twice."""
    province, today = actor.place.province, now.date()
    since = programme_began(session, province)
    refuse_if(rules.problems_of_edition(period, today=today, since=since))
    # Of two clicks at once the second waits here until the first one's edition is there to be found.
    session.execute(select(Province.code).where(Province.code == province).with_for_update())
    as_of = min(rules.period_end(period), today)
    edition = session.scalar(
        select(Edition).where(
            Edition.province_code == province,
            Edition.period == period,
            Edition.as_of == as_of,
            Edition.finished_at.is_(None),
        )
    )
    if edition is None:
        edition = _begin(session, actor, now, period, as_of)
    _put_to_work(session, edition, actor=actor, now=now, demo=demo)
    return edition


def _begin(session: Session, actor: Identity, now: datetime, period: str, as_of: date) -> Edition:
    edition = Edition(
        province_code=actor.place.province,
        period=period,
        as_of=as_of,
        created_at=now,
        created_by=actor.id,
        booklet="",
        archive="",
    )
    session.add(edition)
    session.flush()
    session.add_all(
        EditionPart(
            edition_id=edition.id,
            ordinal=ordinal,
            city_code=place.city,
            region_code=place.region,
            name=name,
            status=Status.DRAFT,
            address="",
            failure="",
        )
        for ordinal, (place, name, _) in enumerate(_places(session, edition.province_code), 1)
    )
    session.flush()
    record(session, edition, "ordered", actor=actor, now=now)
    return edition


def resume(session: Session, *, actor: Identity, now: datetime, number: int, demo: bool) -> Edition:
    """What is missing once more; what is printed and unchanged stays."""
    edition = queries.get_edition(session, number, actor, lock=True)
    if _put_to_work(session, edition, actor=actor, now=now, demo=demo):
        edition.finished_at = None
        for part, _ in queries.parts_of(session, edition):
            part.failure = ""
        record(session, edition, "resumed", actor=actor, now=now)
    return edition


def _put_to_work(
    session: Session, edition: Edition, *, actor: Identity, now: datetime, demo: bool
) -> bool:
    """False where it is under way already, whoever ordered it."""
    running = latest_job(session, KIND, str(edition.id))
    if running is not None and not running.state.over:
        return False
    jobs.order(
        session,
        actor=actor,
        now=now,
        kind=KIND,
        key=str(edition.id),
        arguments={"edition": edition.id, "demo": demo},
        label=f"{rules.period_words(edition.period)}成套简报",
        needs=Can.DRAFT_BRIEF,
    )
    return True


def note(
    session: Session,
    number: int,
    ordinal: int,
    *,
    status: Status,
    address: str = "",
    failure: str = "",
) -> None:
    part = session.get_one(EditionPart, (number, ordinal))
    part.status, part.address, part.failure = status, address, failure


def finish(
    session: Session,
    *,
    actor: Identity,
    now: datetime,
    number: int,
    archive: str,
    booklet: str,
) -> None:
    edition = queries.get_edition(session, number, actor, lock=True)
    edition.finished_at, edition.archive, edition.booklet = now, archive, booklet
    record(session, edition, "finished", actor=actor, now=now)


def record(
    session: Session,
    edition: Edition,
    action: str,
    *,
    actor: Identity,
    now: datetime,
    note: str = "",
) -> None:
    """Nothing a board or a brief says depends on it, so it does not count as a change of the data."""
    journal.record(
        session,
        actor=actor,
        now=now,
        action=f"edition.{action}",
        kind="edition",
        subject=edition.id,
        label=f"{rules.period_words(edition.period)}成套简报",
        province=edition.province_code,
        note=note,
        modifies=False,
    )
