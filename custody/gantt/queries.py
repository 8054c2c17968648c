"""The facts behind a Gantt chart: those of the board."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from custody.accounts.rules import Place
from custody.dashboard.queries import programme_facts
from custody.dashboard.rules import ProgrammeFacts
from custody.gantt.rules import Schedule


def facts_and_schedules(
    session: Session, place: Place, as_of: date, *, demo: bool
) -> tuple[ProgrammeFacts, Mapping[str, Schedule]]:
    """Everything about the place, and what is expected of each region's milestones."""
    return programme_facts(session, place, as_of, demo=demo), {}
