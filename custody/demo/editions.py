"""A set of all briefs in the demonstration: ordered, stopped before the press began.

What was published is in it; 46 briefs would take the first start half a minute. «继续印制» prints the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING

from custody.accounts.rules import Place
from custody.briefs import printing, queries
from custody.briefs.actions import editions
from custody.briefs.rules import Status
from custody.demo import people
from custody.demo.courses import YEAR
from custody.demo.story import Act
from custody.infra import clock
from custody.jobs import actions as jobs
from custody.jobs.queries import latest_job

if TYPE_CHECKING:
    from custody.demo.chapters import Verb
    from custody.demo.play import Player

_PERIOD = f"{YEAR}-10"


def acts(_until: datetime) -> list[Act]:
    writer, day = people.COORDINATORS[0], date(YEAR, 11, 6)
    return [
        Act(clock.at(day, 10, 5), writer, "edition_order"),
        Act(clock.at(day, 10, 7), writer, "edition_stop"),
    ]


def _order(player: Player, act: Act) -> None:
    """The published ones need no press: they are taken in as they are."""
    session, actor = player.session, player.actors[act.actor]
    edition = editions.order(session, actor=actor, now=act.at, period=_PERIOD, demo=True)
    briefs = queries.briefs_of_period(session, edition.province_code, _PERIOD, edition.as_of)
    published = {one.place: one for one in reversed(briefs) if one.status is Status.PUBLISHED}
    for part, _ in queries.parts_of(session, edition):
        place = Place(edition.province_code, part.city_code, part.region_code)
        brief = published.get(place)
        if brief is None:
            continue
        # In tests nothing is printed, so the files are not there.
        with suppress(FileNotFoundError):
            printing.shelve_published(session, player.store, brief, now=act.at)
            address = printing.address_of_published(brief)
            editions.note(
                session, edition.id, part.ordinal, status=Status.PUBLISHED, address=address
            )


def _stop(player: Player, act: Act) -> None:
    session, actor = player.session, player.actors[act.actor]
    session.flush()
    for edition in queries.editions(session, actor):
        job = latest_job(session, editions.KIND, str(edition.id))
        if job is not None:
            jobs.cancel(session, actor=actor, now=act.at, number=job.id)


VERBS: Mapping[str, Verb] = {"edition_order": _order, "edition_stop": _stop}
