"""The facts behind a Gantt chart: those of the board, and each region's computed way to its gate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.dashboard.queries import programme_scheduled
from custody.dashboard.rules import ProgrammeFacts
from custody.gantt.rules import Expected, Schedule


def facts_and_schedules(
    session: Session, place: Place, as_of: date, *, demo: bool
) -> tuple[ProgrammeFacts, Mapping[str, Schedule]]:
    """Everything about the place, and what is expected of each region's milestones."""
    facts, found = programme_scheduled(session, place, as_of, demo=demo)
    return facts, {
        region: {
            line.code: Expected(line.start, line.finish, line.critical, line.slack)
            for line in one.lines
        }
        for region, one in found.items()
    }
