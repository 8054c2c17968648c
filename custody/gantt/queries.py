"""The facts behind a Gantt chart: those of the board, and each region's computed way to its gate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.dashboard.queries import outlook_of, programme_ahead, programme_facts
from custody.dashboard.rules import ProgrammeFacts
from custody.forecast.queries import remembered
from custody.forecast.wording import odds_words
from custody.gantt.rules import Expected, Promise, Schedule


def facts_and_schedules(
    session: Session, place: Place, as_of: date, *, demo: bool
) -> tuple[ProgrammeFacts, Mapping[str, Schedule], Mapping[str, Promise]]:
    """Everything about the place, what is expected of each region's milestones, and how sure its year is."""
    province = Place(place.province)
    if place == province:
        facts, found = programme_ahead(session, province, as_of, demo=demo, odds=remembered)
    else:
        facts = programme_facts(session, place, as_of, demo=demo)
        found = outlook_of(session, province, as_of, odds=remembered)
    own = [found.regions[one.code] for one in facts.regions if one.code in found.regions]
    return (
        facts,
        {
            region.code: {
                line.code: Expected(line.start, line.finish, line.critical, line.slack)
                for line in region.schedule.lines
            }
            for region in own
            if region.schedule
        },
        {
            region.code: Promise(odds_words(region), region.p50)
            for region in own
            if region.p50 and not region.settled
        },
    )
